"""What the maslikhat did with a proposal: the sessions it came before, and the published decisions."""

from dataclasses import dataclass

from proposals.models import AgendaItem, DraftState, ItemDecision, Proposal


@dataclass(frozen=True)
class Hearing:
    """One item of an agenda; ``decision`` is None until a resolution about it is published."""

    item: AgendaItem
    decision: ItemDecision | None


def hearings(proposal: Proposal) -> list[Hearing]:
    """Return the sessions a proposal was put before, newest first; what is not published yet is not among them.

    Two queries.
    """
    items = list(proposal.agenda_items.select_related("session__maslikhat").order_by("-added_at", "-pk"))
    published = (
        ItemDecision.objects.filter(item__in=items, draft__state=DraftState.PUBLISHED)
        .select_related("draft__resolution__maslikhat")
        .order_by("pk")
    )
    decided = {decision.item_id: decision for decision in published}
    return [Hearing(item, decided.get(item.pk)) for item in items]
