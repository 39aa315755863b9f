"""How values of the figures are made: asked and known sums, shares of a whole, and the length of bars."""

from projects.queries.totals import Figures
from proposals.dashboard.blocks import NOTHING, Cell, Value
from proposals.dashboard.words import without_cost
from reference.shares import percent


def known_sum(figures: Figures) -> int | None:
    """Return the sum of known costs; None where there are rows and no cost of them is known."""
    return None if figures.projects and not figures.cost_known else figures.cost


def sum_cell(figures: Figures) -> Cell:
    """Return the sum of known costs, with the number of rows that name none."""
    return Cell(known_sum(figures), sub=without_cost(figures))


def share(part: int, whole: int, *, least: int = 1) -> Value:
    """Return the share in percent; NOTHING of an empty whole, None (too few to say) of one smaller than ``least``."""
    if not whole:
        return NOTHING
    return percent(part, whole) if whole >= least else None


def bar(part: int, longest: int) -> float | None:
    """Return the length of a bar in percent of the longest; None where there is nothing to draw."""
    return round(100 * part / longest, 2) if longest else None
