"""Readers of the public register on their way to what they came for."""

import re

import pytest
from django.utils.translation import gettext, override
from playwright.sync_api import Page, expect

from projects.models import Follow, Project
from reference.money import format_tenge
from tests.accounts.outbox import letters, link_in
from tests.browser.conftest import See

pytestmark = pytest.mark.django_db


def _numbers(page: Page) -> list[int]:
    links = page.locator("table.cards tbody th a").evaluate_all(
        "links => links.map((link) => link.getAttribute('href'))"
    )
    return [int(re.fullmatch(r"/\w\w/projects/(\d+)/", link)[1]) for link in links]


def _figures(page: Page) -> list[str]:
    """Return projects, known cost and unknown ones as the totals strip says them."""
    return [text.strip() for text in page.locator(".totals-main dd").all_text_contents()]


def test_official_finds_a_project_and_its_resolution_on_a_phone(see: See) -> None:
    wanted = Project.objects.filter(resolution__import_key="kyzylorda-34").order_by("number").first()
    visitor = see("phone")
    visitor.visit("/kk/projects/")
    page = visitor.page
    expect(page.locator("#filters")).to_be_hidden()
    expect(page.locator("table.cards thead a").first).not_to_be_in_viewport()

    # Typed without the Kazakh letters, as on a keyboard that lacks them.
    page.locator("input[name=search]").fill("кызылорда")
    page.locator("input[name=search]").press("Enter")
    page.wait_for_url("**/kk/projects/?search=*")
    in_the_region = int(_figures(page)[0])
    assert 1 < in_the_region < Project.objects.count()
    assert len(_numbers(page)) == in_the_region

    page.locator(".search a[href='#filters']").tap()
    expect(page.locator("#filters")).to_be_in_viewport(ratio=1)
    choice = page.locator("#filters .facet a", has_text=wanted.sector.name_kk)
    promised = int(choice.locator("b").text_content())
    assert promised < in_the_region
    choice.tap()
    page.wait_for_url("**sector=**")
    # The sheet stays for the next choice and says what this one did.
    expect(page.locator("#filters")).to_be_in_viewport(ratio=1)
    back = page.locator("#filters > a[href='#main']")
    expect(back).to_contain_text(str(promised))
    back.tap()
    expect(page.locator("#filters")).to_be_hidden()
    expect(page.locator(".chips li")).to_have_count(3)
    expect(page.locator(".chips")).to_contain_text(wanted.sector.name_kk)
    expect(page.locator(".chips")).to_contain_text("кызылорда")
    assert int(_figures(page)[0]) == promised == len(_numbers(page))

    # On a phone every fact of a card has its label before it.
    card = page.locator("table.cards tbody tr").filter(has=page.locator(f"a[href='/kk/projects/{wanted.number}/']"))
    for cell in card.locator("td").all():
        label = cell.evaluate("cell => getComputedStyle(cell, '::before').content")
        assert re.fullmatch(r'".+"', label), label

    card.locator("th a").tap()
    page.wait_for_url(f"**/kk/projects/{wanted.number}/")
    expect(page.locator("h1")).to_contain_text(wanted.title_kk or wanted.title_ru)
    page.locator(f".card a[href='/kk/resolutions/{wanted.resolution_id}/']").first.tap()
    page.wait_for_url(f"**/kk/resolutions/{wanted.resolution_id}/")
    assert wanted.number in _numbers(page)

    page.locator(".languages a[hreflang=ru]").tap()
    page.wait_for_url(f"**/ru/resolutions/{wanted.resolution_id}/")
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page.locator("h1")).to_contain_text(wanted.resolution.maslikhat.name_ru)


def test_language_switch_keeps_the_filters(see: See) -> None:
    visitor = see("desktop")
    visitor.visit("/kk/projects/?sector=education&sector=sport&ordering=-year")
    page = visitor.page
    before = _figures(page)[0]
    page.locator(".languages a[hreflang=en]").click()
    page.wait_for_url("**/en/projects/?sector=education&sector=sport&ordering=-year")
    assert _figures(page)[0] == before


def test_journalist_sorts_by_cost_and_sees_every_row_once(see: See) -> None:
    visitor = see("desktop")
    visitor.visit("/ru/projects/")
    page = visitor.page
    page.locator("thead a[href*='ordering=cost']").click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_count(1)
    page.locator("thead a[href*='ordering=-cost']").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_count(1)

    seen, costs = _numbers(page), page.locator("td.sum").all_text_contents()
    while page.locator("a[rel=next]").count() and len(seen) <= Project.objects.count():
        page.locator("a[rel=next]").click()
        page.wait_for_load_state()
        expect(page.locator(".pages a[aria-current=page]")).to_have_count(1)
        seen += _numbers(page)
        costs += page.locator("td.sum").all_text_contents()

    assert sorted(seen) == list(Project.objects.order_by("number").values_list("number", flat=True))
    known = sorted(filter(None, Project.objects.values_list("cost", flat=True)), reverse=True)
    assert costs[: len(known)] == [format_tenge(cost) for cost in known]
    assert set(costs[len(known) :]) == {costs[-1]}, "rows without a cost stand last and all read alike"
    assert not re.search(r"\d|^$|^[-–—]$", costs[-1]), costs[-1]


def _presses(page: Page, language: str, english: str) -> None:
    with override(language):
        words = gettext(english)
    page.locator("main").get_by_role("button", name=words, exact=True).first.click()
    page.wait_for_load_state()


@pytest.mark.parametrize("screen", ["desktop", "phone"])
@pytest.mark.parametrize("language", ["kk", "ru"])
def test_official_finds_a_project_takes_its_data_and_follows_it(newcomer: See, language: str, screen: str) -> None:
    wanted = Project.objects.filter(resolution__import_key="kyzylorda-34").order_by("number").first()
    visitor = newcomer(screen)
    visitor.visit(f"/{language}/projects/")
    page = visitor.page
    # Typed without the Kazakh letters, as on a keyboard that lacks them.
    page.locator("input[name=search]").fill("кызылорда")
    page.locator("input[name=search]").press("Enter")
    page.wait_for_url(f"**/{language}/projects/?search=*")
    in_the_region = int(_figures(page)[0])
    assert 1 < in_the_region < Project.objects.count()
    visitor.keep_picture("journey-public-list", language)
    with page.expect_download() as asked:
        page.locator("main a[href*='projects.csv']").first.click()
    rows = asked.value.path().read_text(encoding="utf-8-sig").strip().splitlines()
    assert len(rows) == 1 + in_the_region

    page.locator(f"table.cards a[href='/{language}/projects/{wanted.number}/']").first.click()
    page.wait_for_url(f"**/{language}/projects/{wanted.number}/")
    title = {"kk": wanted.title_kk or wanted.title_ru, "ru": wanted.title_ru or wanted.title_kk}[language]
    expect(page.locator("h1")).to_contain_text(title)
    with page.expect_download() as asked:
        page.locator("main .take a.button").click()
    with asked.value.path().open("rb") as extract:
        assert extract.read(5) == b"%PDF-"

    email = f"bolat.{language}.{screen}@example.kz"
    page.locator("#follow input[name=email]").fill(email)
    _presses(page, language, "Follow")
    (letter,) = letters(email)
    visitor.visit(link_in(letter))
    _presses(page, language, "Yes, write to me")
    page.wait_for_url(f"**/{language}/projects/{wanted.number}/")
    assert letter.headers["Content-Language"] == language
    assert Follow.objects.get(email=email, confirmed_at__isnull=False).project == wanted
    visitor.keep_picture("journey-public-followed", language)
