"""Presses the buttons of the form as a browser does, with and without its script."""

from typing import Any

from proposals.models import Proposal
from tests.registry.pages import Element, parse


def address(proposal: Proposal, step: str, language: str = "en") -> str:
    """Return the page of a step."""
    return f"/{language}/applications/{proposal.application_id}/proposals/{proposal.pk}/{step}/"


def values(page: Element) -> dict[str, Any]:
    """Return what a browser would send of the step's form, were nothing typed."""
    form = page.one("form", id="step-form")
    sent: dict[str, Any] = {}
    for box in form:
        name = box.get("name")
        if not name or name == "csrfmiddlewaretoken" or box.tag == "button":
            continue
        if box.get("type") in ("checkbox", "radio"):
            if "checked" in box.attributes:
                sent.setdefault(name, []).append(box["value"])
        elif box.tag == "select":
            sent[name] = next((option["value"] for option in box.all("option") if "selected" in option.attributes), "")
        elif box.tag == "textarea":
            sent[name] = box._words().removeprefix("\n")
        else:
            sent[name] = box.get("value")
    return sent


def box_errors(page: Element, name: str) -> str:
    """Return the sentences at a box."""
    boxes = page.all(id=f"field-{name}")
    return " ".join(error.text for box in boxes for error in box.all("div", "field-error"))


def shown(page: Element, name: str) -> Any:
    """Return what stands in a box."""
    return values(page).get(name)


def press(client: Any, proposal: Proposal, step: str, go: str = "stay", **typed: Any) -> Any:
    """Open the page, type, and press a button; return the answer."""
    page = parse(client.get(address(proposal, step)))
    return client.post(address(proposal, step), {**values(page), **typed, "go": go})


def autosave(client: Any, proposal: Proposal, step: str, version: int | None = None, **typed: Any) -> Any:
    """Send some boxes as the script does; return the answer."""
    if version is None:
        version = Proposal.objects.get(pk=proposal.pk).version
    body = {"version": version, "boxes": ",".join(typed), **typed}
    return client.post(address(proposal, step), body, headers={"X-Requested-With": "autosave"})
