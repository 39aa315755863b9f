"""Figures: outcomes."""

from proposals.dashboard.blocks import Section
from proposals.dashboard.scope import Scope


def section(scope: Scope) -> Section:
    """Return the section."""
    return Section()
