"""A secretary at work. She changes the register, so it is a module, and a register, of its own."""

import re

import pytest
from playwright.sync_api import Page, expect

from projects.models import Project, Resolution
from reference.codelists import ProjectStatus
from reference.money import format_tenge_short
from tests.browser.conftest import See
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.django_db


def _approved_on_the_home_page(visitor: Visitor) -> list[str]:
    """Return number, known cost, rows without one, and rows by a resolution on file, as the public reads them."""
    visitor.visit("/kk/")
    main = visitor.page.locator(".totals-main dd").all_text_contents()
    on_file = visitor.page.locator(".totals-basis dd").first.text_content()
    return [*(text.strip() for text in main), re.match(r"\d+", on_file.strip())[0]]


def _sum_of_approved() -> str:
    counted = Project.objects.exclude(status__in=[ProjectStatus.PLANNED, ProjectStatus.EXCLUDED])
    return format_tenge_short(sum(filter(None, counted.values_list("cost", flat=True))), "kk")


def _tick_and_choose(visitor: Visitor, project: Project, action: str) -> Page:
    """Tick one project in the list, choose an act, and arrive on the page that asks to confirm it."""
    visitor.visit(f"/admin/projects/project/?q={project.number}")
    page = visitor.page
    row = page.locator("#result_list tbody tr").filter(
        has=page.get_by_role("link", name=str(project.number), exact=True)
    )
    row.locator("input.action-select").check()
    page.locator("select[name=action]").select_option(action)
    page.locator("button[name=index]").click()
    expect(page.locator(".declared-projects li")).to_have_count(1)
    expect(page.locator(".declared-projects li")).to_contain_text(project.title_kk or project.title_ru)
    return page


def _choose_resolution(page: Page, words: str) -> None:
    """Type into the search of the field as staff do, and take the only find."""
    page.locator(".select2-selection").click()
    page.locator(".select2-search__field").fill(words)
    found = page.locator(".select2-results__option--highlighted", has_text=words)
    expect(found).to_have_count(1)
    found.click()
    expect(page.locator(".select2-selection__rendered")).to_contain_text(words)


def _confirm(page: Page) -> None:
    page.locator(".submit-row input.default").click()
    page.wait_for_load_state()


def test_project_enters_by_one_resolution_and_another_leaves_by_another(see: See) -> None:
    planned = Project.objects.filter(status=ProjectStatus.PLANNED, cost__gt=10**9).order_by("number").first()
    approved = Project.objects.filter(resolution__import_key="almaty-2017-09").order_by("number").first()
    almaty = Resolution.objects.select_related("maslikhat").get(import_key="almaty-2017-09")
    exclusion = Resolution.objects.select_related("maslikhat").get(import_key="west-kazakhstan-19")
    secretary, public = see("desktop", staff="kk"), see("phone")

    number, _cost, unknown, on_file = _approved_on_the_home_page(public)

    # Without a resolution nothing happens and she is told so; a paper of the wrong kind is not taken either.
    page = _tick_and_choose(secretary, planned, "enter_by_resolution")
    _confirm(page)
    expect(page.locator(".errornote")).to_be_visible()
    _choose_resolution(page, exclusion.maslikhat.name_kk)
    _confirm(page)
    expect(page.locator(".errorlist li").first).to_be_visible()
    assert _approved_on_the_home_page(public)[0] == number

    page = _tick_and_choose(secretary, planned, "enter_by_resolution")
    _choose_resolution(page, almaty.maslikhat.name_kk)
    _confirm(page)
    expect(page.locator(".messagelist .success")).to_be_visible()
    now = _approved_on_the_home_page(public)
    assert now == [str(int(number) + 1), _sum_of_approved(), unknown, str(int(on_file) + 1)]
    public.visit(f"/kk/resolutions/{almaty.pk}/")
    expect(public.page.locator(f"table.cards a[href='/kk/projects/{planned.number}/']")).to_be_visible()

    # The record's history says who did it, from what to what.
    secretary.visit(f"/admin/projects/project/{planned.pk}/history/")
    latest = secretary.page.locator(".history-change").first
    expect(latest.locator("h2")).to_contain_text("Әсел Қызғалдақ")
    expect(latest.locator("table")).to_contain_text(str(almaty.maslikhat.name_kk))

    # Leaving needs a reason as well as a paper.
    page = _tick_and_choose(secretary, approved, "exclude_by_resolution")
    _choose_resolution(page, exclusion.maslikhat.name_kk)
    _confirm(page)
    expect(page.locator(".errorlist li").first).to_be_visible()
    page.locator("textarea[name=note_kk]").fill("Конкурсқа өтінім түспеді")
    _confirm(page)
    expect(page.locator(".messagelist .success")).to_be_visible()
    now = _approved_on_the_home_page(public)
    assert now == [number, _sum_of_approved(), str(int(unknown) - 1), on_file]

    # It left the totals, not the register.
    public.visit(f"/kk/projects/{approved.number}/")
    expect(public.page.locator(".pill-excluded")).to_be_visible()
    expect(public.page.locator(f".notice a[href='/kk/resolutions/{exclusion.pk}/']")).to_be_visible()
    expect(public.page.locator(".timeline")).to_contain_text("Конкурсқа өтінім түспеді")
