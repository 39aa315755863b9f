"""One module for each kind of work; each yields its figures for a stage.

``figures(stage)`` is called once for each size at which one of its goals counts, from the smallest on, and each figure
is measured before the next one is asked for: what a figure needs may be opened before its ``yield`` and closed behind.
Django is set up then, and its default connection leads to the stage's database as the application's role. A module or
package that is missing says so by ImportError, and stands in the table as not measured.
"""

NUMBERS: dict[str, tuple[str, ...]] = {
    "listing": ("P1", "P2", "P3", "P4"),
    "paging": ("P5",),
    "rollups": ("P6", "P7", "B"),
    "search": ("P8",),
    "exports": ("P9", "P10", "P11", "P15"),
    "imports": ("P12",),
    "html": ("P13", "P15"),
    "filing": ("P14",),
}
"""The numbers that a module measures, so that others are not asked; a module that is not named is always asked.

They are asked in this order: those that write come last.
"""
WRITE = ("imports", "filing")
"""Modules that leave something behind, rows taken back among it; the database is swept after them."""
