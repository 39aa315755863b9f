"""Typical documents filled in: Word templates of the staff meet words of applicants, and neither can do harm."""

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _, override, pgettext_lazy
from docxtpl import DocxTemplate
from jinja2 import ChainableUndefined, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from reference.money import format_number, format_tenge
from reference.papers import examine

BLANK = "____________"
"""Stands where nothing is known: a line to write on."""

LARGEST_TEMPLATE = 5 * 1024 * 1024
LARGEST_TEXT = 3 * 1024 * 1024
"""Characters of XML in one template."""

PLACEHOLDERS: Final[dict[str, Any]] = {
    "applicant_name": _("name of the applicant"),
    "applicant_bin": _("BIN of the applicant"),
    "legal_form": _("legal form"),
    "contact_person": _("contact person"),
    "phone": _("phone"),
    "email": _("e-mail"),
    "address": _("address of the applicant"),
    "application_number": _("number of the application"),
    "today": _("today's date"),
    "title_kk": _("title of the project in Kazakh"),
    "title_ru": _("title of the project in Russian"),
    "title": _("title of the project"),
    "sector": _("sector"),
    "territory": _("territory"),
    "place": _("place of the object"),
    "problem": _("problem that the project solves"),
    "objective": _("objective of the project"),
    "description": _("description of the project"),
    "object_owner": _("owner of the object"),
    "capacity": _("capacity"),
    "capacity_unit": _("unit of capacity"),
    "cost": _("cost of the project"),
    "own_funds": _("own funds"),
    "own_funds_share": _("share of own funds, %"),
    "state_obligations": _("state obligations"),
    "asked_sum": _("asked sum"),
    "term_years": _("term, years"),
    "implementation_start": _("start of implementation"),
    "contract_type": _("kind of contract"),
    "payment_sources": _("sources of payment"),
    "state_partner": _("state partner"),
    "jobs": _("jobs"),
    "beneficiaries": _("who benefits"),
    "responsibilities": pgettext_lazy("placeholder", "responsibilities: a list of area, bearer and note"),
    "payments": pgettext_lazy("placeholder", "payments: a list of year and sum"),
}
"""What a template may name, with the words staff read beside it."""

_LISTS: Final = {"responsibilities": {"area", "bearer", "note"}, "payments": {"year", "sum"}}
_SUMS: Final = {"cost", "own_funds", "state_obligations", "asked_sum", "sum"}
_PLAIN: Final = {"year"}
_HARMLESS = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.For, nodes.If, nodes.Not,
    nodes.And, nodes.Or, nodes.Const,
)  # fmt: skip
_NOT_XML = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PROPERTIES = (
    "author category comments content_status identifier keywords language last_modified_by subject title version"
)


class _Blank(ChainableUndefined):
    """A name nobody knows prints as a line to write on."""

    __slots__ = ()

    def __str__(self) -> str:
        return BLANK


def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(autoescape=True, undefined=_Blank)


def _opened(template: bytes) -> DocxTemplate:
    """Return the template, or raise ValidationError where the bytes are no ordinary DOCX of bearable size."""
    if examine(io.BytesIO(template)).extension != "docx":
        raise ValidationError(_("Upload a DOCX file."), code="type")
    if len(template) > LARGEST_TEMPLATE:
        raise ValidationError(_("The template is larger than 5 MB. Make its pictures smaller."), code="size")
    opened = DocxTemplate(io.BytesIO(template))
    try:
        opened.init_docx()
    except Exception as error:  # python-docx raises whatever its parsers raise
        raise ValidationError(
            _("The file cannot be read as a Word document. Save it again as DOCX."), code="damaged"
        ) from error
    return opened


def _texts(opened: DocxTemplate) -> Iterator[str]:
    """Return every text that is filled in: body, headers, footers, footnotes, properties."""
    yield opened.get_xml()
    for uri in (opened.HEADER_URI, opened.FOOTER_URI):
        for _key, part in opened.get_headers_footers(uri):
            yield opened.get_part_xml(part)
    for part in opened.docx.part.package.parts:
        if part.content_type.endswith("footnotes+xml"):
            yield part.blob.decode("utf-8", "replace")
    for name in _PROPERTIES.split():
        yield str(getattr(opened.docx.core_properties, name) or "")


def _refuse(name: str) -> None:
    raise ValidationError(
        _("The template may only name placeholders and go through the lists; “%(name)s” does more. Take it out."),
        code="forbidden",
        params={"name": name},
    )


def _names(node: nodes.Node, rows: dict[str, str]) -> Iterator[str]:
    """Walk a template: give the unknown names, refuse whatever could run long or reach out."""
    if not isinstance(node, _HARMLESS):
        _refuse(type(node).__name__.lower())
    if isinstance(node, nodes.For):
        if rows or node.recursive or not isinstance(node.target, nodes.Name):
            _refuse("for")
        if not isinstance(node.iter, nodes.Name):
            _refuse("for")
        rows = {node.target.name: node.iter.name}  # type: ignore[attr-defined]
        yield from _names(node.iter, {})
        for child in [*node.body, *node.else_, *([node.test] if node.test else [])]:
            yield from _names(child, rows)
        return
    if isinstance(node, nodes.Getattr):
        yield from _attribute(node, rows)
        return
    if isinstance(node, nodes.Name) and node.name not in PLACEHOLDERS and node.name not in rows:
        yield node.name
    for child in node.iter_child_nodes():
        yield from _names(child, rows)


def _attribute(node: nodes.Getattr, rows: dict[str, str]) -> Iterator[str]:
    owner = node.node.name if isinstance(node.node, nodes.Name) else ""
    if not owner or node.attr.startswith("_"):
        _refuse(node.attr)
    if owner == "loop" and rows:
        return
    if owner not in rows or node.attr not in _LISTS.get(rows[owner], ()):
        yield f"{owner}.{node.attr}"


def _unknown(opened: DocxTemplate) -> list[str]:
    texts = list(_texts(opened))
    if sum(map(len, texts)) > LARGEST_TEXT:
        raise ValidationError(_("The template is too long. Cut it into two documents."), code="long")
    found: dict[str, None] = {}
    for text in texts:
        try:
            parsed = _environment().parse(opened.patch_xml(text))
        except TemplateError as error:
            raise ValidationError(
                _("A placeholder is not closed, or written wrongly: %(error)s"),
                code="syntax",
                params={"error": str(error.message)[:200]},
            ) from error
        found |= dict.fromkeys(_names(parsed, {}))
    return list(found)


def check_template(template: bytes) -> list[str]:
    """Return the names a template uses that nobody knows; they would print as lines to write on.

    Raises ValidationError with a sentence where it is no DOCX, cannot be read, or does more than name placeholders.
    """
    return _unknown(_opened(template))


def _printed(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _printed(key, inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_printed(name, inner) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool) and name not in _PLAIN:
        return format_tenge(value) if name in _SUMS else format_number(value)
    text = "" if value is None else str(value).replace("\r\n", "\n")
    # A bell or a form feed would become a paragraph of its own; other controls are no XML at all.
    return _NOT_XML.sub("", text).strip() or BLANK


def fill_docx(template: bytes, context: Mapping[str, Any], language: str) -> bytes:
    """Return the template with its placeholders filled in; what is not known prints as a line to write on.

    Raises ValidationError as ``check_template`` does.
    """
    opened = _opened(template)
    _unknown(opened)
    with override(language):
        words = {name: _printed(name, value) for name, value in context.items()}
        # An empty list leaves one row to write on, not a table without rows.
        words |= {name: _printed(name, context.get(name) or [{}]) for name in _LISTS}
        opened.render(words, _environment(), autoescape=True)
    made = io.BytesIO()
    opened.save(made)
    return made.getvalue()
