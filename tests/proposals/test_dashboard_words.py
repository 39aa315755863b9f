"""A share of few is kept back and a share of nothing is none: page, paper and workbook say the same of both."""

from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.template import engines

from accounts.roles import Role
from proposals.dashboard.blocks import NOTHING, Kind
from proposals.dashboard.values import bar, share
from proposals.dashboard.words import in_words
from tests.proposals.applications import proposal_at
from tests.registry.pages import parse
from tests.registry.people import logged_in

pytestmark = pytest.mark.usefixtures("in_english")

VALUES = [
    (Kind.NUMBER, 1_234_567),
    (Kind.NUMBER, None),
    (Kind.TENGE, 1_100_000_000),
    (Kind.TENGE, None),
    (Kind.DAYS, Decimal("12.5")),
    (Kind.DAYS, None),
    (Kind.PERCENT, Decimal("33.3")),
    (Kind.PERCENT, None),
    (Kind.PERCENT, NOTHING),
    (Kind.TEXT, "a < b"),
    (Kind.TEXT, None),
]


def printed(value, kind, form):
    template = engines["django"].from_string("{% load figures %}<p>{{ value|" + form + ":kind }}</p>")
    return parse(HttpResponse(template.render({"value": value, "kind": kind})))


@pytest.mark.parametrize(("kind", "value"), VALUES)
def test_a_page_says_each_value_as_paper_and_workbook_do(kind, value):
    for form in ("figure", "short_figure"):
        page = printed(value, kind, form)
        is_short = form == "short_figure" and kind == Kind.TENGE and value is not None
        assert page.text == ("₸1.1\xa0bn" if is_short else in_words(value, kind))
        assert bool(page.all("i", "unknown")) == (value is None and kind != Kind.TEXT)


@pytest.mark.parametrize(
    ("part", "whole", "value", "words"),
    [
        (0, 0, NOTHING, "–"),
        (1, 4, None, "too few to say"),
        (1, 5, Decimal("20.0"), "20\xa0%"),
        (0, 5, Decimal("0.0"), "0\xa0%"),
    ],
)
def test_a_share_is_told_of_five_and_more(part, whole, value, words):
    assert share(part, whole, least=5) == value
    assert in_words(share(part, whole, least=5), Kind.PERCENT) == words


def test_a_bar_is_as_long_as_its_part_of_the_longest():
    assert (bar(1, 3), bar(3, 3), bar(0, 3), bar(0, 0)) == (33.33, 100, 0, None)


@pytest.mark.django_db
def test_the_page_of_outcomes_keeps_back_shares_of_few(reference_data):
    proposal_at("refused")
    page = parse(logged_in(Role.HEAD).get("/admin/statistics/outcomes/"))
    (row,) = page.one("section", id="by-sector").one("tbody").all("tr")
    cells = [cell.text for cell in row.all("td")]
    assert cells[3:5] == ["too few to sayof 1 judged by the chamber"] * 2
    assert cells[7] == "–"
