"""A secretary at work. She changes the register, so it is a module, and a register, of its own."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from projects.models import Project, Resolution
from projects.queries.register import approved
from projects.queries.totals import Totals, totals
from projects.services.register import exclude_lines
from tests.browser.conftest import See
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.django_db


def _approved_on_the_home_page(visitor: Visitor) -> list[str]:
    """Return number, known cost, rows without one, and rows by a resolution on file, as the public reads them."""
    visitor.visit("/kk/")
    main = visitor.page.locator(".totals-main dd").all_text_contents()
    on_file = visitor.page.locator(".totals-basis dd").first.text_content()
    return [*(text.strip() for text in main), re.match(r"\d+", on_file.strip())[0]]


def _confirm(page: Page) -> None:
    page.locator(".submit-row input.default").click()
    page.wait_for_load_state()


def _approved(place: int) -> Project:
    return Project.objects.filter(resolution__import_key="almaty-2017-09").order_by("number")[place]


def test_secretary_records_a_contract_and_the_public_reads_it(see: See) -> None:
    project = _approved(0)
    secretary, public = see("desktop", staff="kk"), see("phone")
    secretary.forgive("answers 422")
    secretary.visit(f"/admin/projects/project/{project.pk}/change/")
    page = secretary.page
    page.locator(f".object-tools a[href$='/{project.pk}/contract/']").click()
    for name, text in {"number": "12-МЖӘ", "signed_on": "01.01.2010", "partner": "«Жаңа мектеп» ЖШС"}.items():
        page.locator(f"input[name={name}]").fill(text)
    page.locator("input[name=sum]").fill("1,1 млрд")
    _confirm(page)

    # A contract older than the approval is refused where it stands, and nothing typed is lost.
    expect(page.locator(".errorlist li").first).to_be_visible()
    expect(page.locator("input[name=sum]")).to_have_value("1,1 млрд")
    page.locator("input[name=signed_on]").fill("02.05.2018")
    _confirm(page)
    expect(page.locator(".messagelist .success")).to_be_visible()

    public.visit(f"/kk/projects/{project.number}/")
    expect(public.page.locator("main")).to_contain_text("12-МЖӘ")
    secretary.visit(f"/admin/projects/project/{project.pk}/history/")
    expect(secretary.page.locator(".history-change h2").first).to_contain_text("Әсел Қызғалдақ")


@pytest.fixture(scope="module")
def gone(sessions: dict[str, str], django_db_blocker: Any) -> tuple[Project, Totals]:
    """A project that left by a resolution, committed for the server to see, and the totals before it did."""
    with django_db_blocker.unblock():
        before, project = totals(approved()), _approved(1)
        exclusion = Resolution.objects.get(import_key="west-kazakhstan-19")
        exclude_lines([(project, {"reason_kk": "Конкурсқа өтінім түспеді"})], resolution=exclusion, by=None)
        project.refresh_from_db()
        return project, before


def test_project_leaves_by_a_resolution_and_a_past_day_still_shows_it(see: See, gone: tuple[Project, Totals]) -> None:
    (project, before), public = gone, see("phone")
    number, _cost, unknown, on_file = _approved_on_the_home_page(public)
    assert (int(number), int(on_file)) == (before.projects - 1, before.on_file.projects - 1)
    assert int(unknown) == before.cost_unknown - (project.cost is None)

    # It left the totals, not the register.
    public.visit(f"/kk/projects/{project.number}/")
    expect(public.page.locator(".pill-excluded")).to_be_visible()
    expect(public.page.locator(f".notice a[href='/kk/resolutions/{project.excluded_by_id}/']")).to_be_visible()
    expect(public.page.locator(".story")).to_contain_text("Конкурсқа өтінім түспеді")
    public.visit("/kk/projects/?as_of=2017-09-30")
    expect(public.page.locator(f"table.cards a[href='/kk/projects/{project.number}/']")).to_be_visible()
    public.page.locator(".languages a[hreflang=ru]").click()
    assert public.page.url.endswith("/ru/projects/?as_of=2017-09-30")
