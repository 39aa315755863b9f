"""A row of the register keeps its rules whoever writes it: a form, a service or plain SQL."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError
from django.utils import translation

from projects.models import Project, Responsibility
from reference.codelists import ContractType, InitiatorType, PaymentSource, ProjectStatus, ResolutionKind
from reference.money import TENGE_CEILING
from tests import factories
from tests.rules import Rule, cases, constraint_sentences, insert, looked_up, named, sentences, update

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

LIST, AMENDMENT, EXCLUSION = ResolutionKind.LIST_APPROVAL, ResolutionKind.AMENDMENT, ResolutionKind.EXCLUSION
GROUP = {"is_group": True}

RULES = [
    Rule(
        "has_title",
        [{"title_kk": "", "title_ru": ""}, {"title_kk": "", "title_ru": "", "title_en": "School"}],
        [{"title_kk": "", "title_ru": "Школа"}, {"title_kk": "Мектеп", "title_ru": ""}],
        "Give the title in Kazakh or in Russian.",
    ),
    Rule(
        "term_is_1_to_49_years",
        [{"term_years": Decimal(years)} for years in ("0", "0.99", "49.01", "-5")],
        [{"term_years": years} for years in (None, Decimal(1), Decimal("7.5"), Decimal(49))],
        "The term must lie between 1 and 49 years.",
    ),
    Rule(
        "year_is_1991_to_2100",
        [{"year": 1990}, {"year": 2101}, {"year": 0}],
        [{"year": 1991}, {"year": 2100}, {"year": None}],
        "The year must lie between 1991 and 2100.",
    ),
    Rule(
        "capacity_has_unit",
        [
            {"capacity": 600, "capacity_unit": ""},
            {"capacity": None, "capacity_unit": "places"},
            {"capacity": 600, "capacity_unit": "chairs"},
        ],
        [{"capacity": 600, "capacity_unit": "places"}, {"capacity": None, "capacity_unit": ""}],
        "Give the capacity together with its unit.",
    ),
    Rule(
        "only_an_sme_has_a_size",
        [
            {"initiator_type": InitiatorType.LARGE_BUSINESS, "initiator_size": "small"},
            {"initiator_type": InitiatorType.UNKNOWN, "initiator_size": "micro"},
        ],
        [
            {"initiator_type": InitiatorType.SME, "initiator_size": "small"},
            {"initiator_type": InitiatorType.SME, "initiator_size": ""},
            {"initiator_type": InitiatorType.LARGE_BUSINESS, "initiator_size": ""},
        ],
        "Only an SME has a size class.",
    ),
    Rule(
        "only_a_group_has_a_size",
        [{"is_group": False, "group_size": 3}, {"is_group": True, "group_size": 0}],
        [{"is_group": True, "group_size": 3}, {"is_group": True, "group_size": None}],
        "Only a row that is marked as a group has a number of projects.",
    ),
    Rule(
        "a_group_is_no_member",
        [{"is_group": True, "group_id": GROUP}],
        [{"is_group": False, "group_id": GROUP}, {"is_group": True, "group_id": None}],
        "A row that stands for a group cannot be a member of another.",
    ),
    Rule(
        "rests_on_paper_or_source",
        [{"source_url": "", "source": ""}],
        [
            {"source_url": "", "source": "«Алматы ақшамы», 2017 ж."},
            {"source_url": "", "resolution_id": LIST, "status": ProjectStatus.APPROVED},
            {"source_url": "", "excluded_by_id": EXCLUSION, "status": ProjectStatus.EXCLUDED},
        ],
        "Give the resolution or a public source.",
    ),
    Rule(
        "excluded_by_a_resolution",
        [{"status": ProjectStatus.EXCLUDED}, {"excluded_by_id": EXCLUSION}],
        [{"status": ProjectStatus.EXCLUDED, "excluded_by_id": EXCLUSION}],
        "A project leaves the list only through a resolution on exclusion.",
    ),
    Rule(
        "planned_is_not_approved",
        [{"status": ProjectStatus.PLANNED, "resolution_id": LIST}],
        [
            {"status": ProjectStatus.APPROVED, "resolution_id": LIST},
            {"status": ProjectStatus.TERMINATED, "resolution_id": AMENDMENT},
        ],
        "A planned project has no resolution yet.",
    ),
    Rule(
        "payment_sources_are_known",
        [{"payment_sources": ["lottery"]}, {"payment_sources": ["sales", "lottery"]}],
        [{"payment_sources": []}, {"payment_sources": PaymentSource.values}],
        "Choose from the sources of payment that the law names.",
    ),
    Rule(
        "status_is_known",
        [{"status": "dreamt"}, {"status": ""}, {"status": "Planned"}],
        [{"status": status} for status in ProjectStatus if status != ProjectStatus.EXCLUDED],
        "Choose one of the values of the list.",
    ),
    Rule(
        "initiator_type_is_known",
        [{"initiator_type": "akim"}, {"initiator_type": ""}],
        [{"initiator_type": kind} for kind in InitiatorType],
        "Choose one of the values of the list.",
    ),
    Rule(
        "contract_type_is_known",
        [{"contract_type": "barter"}],
        [{"contract_type": kind} for kind in ["", *ContractType]],
        "Choose one of the values of the list.",
    ),
]


def with_facts(facts):
    row = Project.objects.get(pk=factories.project().pk)
    for name, value in looked_up(facts).items():
        setattr(row, name, value)
    return row


@pytest.mark.parametrize(("rule", "facts"), cases(RULES, "broken"), ids=named)
def test_the_database_refuses_a_row_that_breaks_a_rule(rule, facts):
    row = factories.project()
    with pytest.raises(IntegrityError, match=f'"projects_project_{rule.name}"'):
        update(row, **looked_up(facts))


@pytest.mark.parametrize(("rule", "facts"), cases(RULES, "lawful"), ids=named)
def test_the_database_takes_a_row_that_keeps_the_rule(rule, facts):
    row = factories.project()
    facts = looked_up(facts)
    update(row, **facts)
    assert Project.objects.filter(pk=row.pk).values(*facts).get() == facts
    factories.remembered(row)


@pytest.mark.parametrize(("rule", "facts"), cases(RULES, "broken"), ids=named)
def test_a_form_is_told_in_a_sentence_which_rule_was_broken(rule, facts):
    row = with_facts(facts)
    assert constraint_sentences(row) == [rule.sentence]
    assert sentences(row) != []  # the rule's own, or the one about a choice that does not exist


@pytest.mark.parametrize(("rule", "facts"), cases(RULES, "lawful"), ids=named)
def test_a_form_has_nothing_against_a_row_that_keeps_the_rule(rule, facts):
    assert sentences(with_facts(facts)) == []


def test_every_rule_of_a_project_is_tested_here():
    assert {constraint.name for constraint in Project._meta.constraints} == {
        f"projects_project_{rule.name}" for rule in RULES
    }
    ours = {trigger.name for trigger in Project._meta.triggers} - {"insert_insert", "update_update", "delete_delete"}
    assert ours == {
        "resolution_is_of_fitting_kind",
        "group_is_a_group",
        "number_never_changes",
        "list_is_remembered",  # tested in tests/projects/test_list_rules.py
        *("cells_gain", "cells_lose", "cells_follow", "cells_empty"),  # tested in tests/projects/test_cells.py
    }


@pytest.mark.parametrize("column", ["cost", "asked_sum", "approved_sum", "signed_sum", "state_obligations"])
def test_a_sum_is_whole_tenge_from_nothing_to_a_hundred_trillion(column):
    row = factories.project()
    for amount in (-1, TENGE_CEILING + 1):
        with pytest.raises(IntegrityError, match=f'"projects_project_{column}_check"'):
            update(row, **{column: amount})
        assert sentences(with_facts({column: amount})) != []
    for amount in (0, TENGE_CEILING, None):
        update(row, **{column: amount})
        assert sentences(with_facts({column: amount})) == []


@pytest.mark.parametrize("column", ["jobs", "capacity", "year", "group_size"])
def test_a_count_is_never_negative(column):
    row = factories.project(**GROUP, capacity=1, capacity_unit="units")
    with pytest.raises(IntegrityError, match=f'"projects_project_({column}_check|year_is|only_a_group_has)'):
        update(row, **{column: -1})
    update(row, **{column: 2_000})


@pytest.mark.parametrize(
    "column", ["implementation_start", "contract_signed_on", "commissioned_on", "contract_ends_on"]
)
def test_a_date_of_a_project_may_lack_its_day_but_not_its_sense(column):
    row = factories.project()
    for date in ("14.09.2017", "2017-13"):
        with pytest.raises(IntegrityError, match=f'"projects_project_{column}_check"'):
            update(row, **{column: date})
    with pytest.raises(DatabaseError, match="out of range"):
        update(row, **{column: "2017-02-30"})
    for date in ("2017-09-14", "2017-09", "2017", ""):
        update(row, **{column: date})


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        *(("resolution_id", kind) for kind in ResolutionKind if kind not in {LIST, AMENDMENT}),
        *(("excluded_by_id", kind) for kind in ResolutionKind if kind != EXCLUSION),
    ],
)
def test_a_project_enters_and_leaves_only_by_a_resolution_of_the_fitting_kind(column, kind):
    approved, planned = factories.project_in(ProjectStatus.APPROVED), factories.project()
    paper = factories.resolution(kind)
    with pytest.raises(IntegrityError, match="its resolution is of another kind"):
        update(approved, **{column: paper.pk})
    facts = {field.column: field.value_from_object(planned) for field in Project._meta.fields if not field.generated}
    del facts["id"]
    facts |= {"number": planned.number + 1, column: paper.pk}
    facts["status"] = ProjectStatus.APPROVED if column == "resolution_id" else ProjectStatus.EXCLUDED
    with pytest.raises(IntegrityError, match="its resolution is of another kind"):
        insert(Project, **facts)


def test_only_a_group_has_members():
    group, plain, row = factories.project(**GROUP), factories.project(), factories.project()
    with pytest.raises(IntegrityError, match="only a group has members"):
        update(row, group_id=plain.pk)
    with pytest.raises(IntegrityError, match="only a group has members"):
        update(row, group_id=row.pk)
    update(row, group_id=group.pk)
    assert list(group.members.all()) == [row]


def test_a_group_with_members_stays_a_group():
    group = factories.group_of({})
    empty = factories.project(**GROUP)
    with pytest.raises(IntegrityError, match="only a group has members"):
        update(group, is_group=False)
    update(empty, is_group=False)
    group.is_group = empty.is_group = False
    assert sentences(empty) == []
    assert sentences(group) != []


def test_a_member_is_put_only_into_a_group_by_a_form():
    row = factories.project()
    row.group = factories.project()
    assert sentences(row) != []
    row.group = factories.project(**GROUP)
    assert sentences(row) == []


def test_a_number_never_changes():
    row = factories.project()
    with pytest.raises(DatabaseError, match="Cannot update"):
        update(row, number=row.number + 100)
    update(row, number=row.number, title_kk="Басқа атау")
    row.refresh_from_db()
    assert row.title_kk == "Басқа атау"


def test_two_projects_never_share_a_number():
    first, second = factories.project(), factories.project()
    facts = {field.column: field.value_from_object(second) for field in Project._meta.fields if not field.generated}
    facts.pop("id")
    with pytest.raises(IntegrityError, match="number"):
        insert(Project, **{**facts, "number": first.number})
    insert(Project, **{**facts, "number": second.number + 1})


@pytest.mark.parametrize("table", ["sector", "territory", "resolution", "group"])
def test_nothing_a_project_stands_on_can_be_deleted(table):
    row = factories.project_in(ProjectStatus.APPROVED, group=factories.project(**GROUP))
    with pytest.raises(IntegrityError):
        getattr(row, table).delete()


@pytest.mark.parametrize(
    ("status", "is_approved", "on_file"),
    [
        (ProjectStatus.PLANNED, False, False),
        (ProjectStatus.APPROVED, True, True),
        (ProjectStatus.PARTNER_SELECTION, True, True),
        (ProjectStatus.CONTRACT_SIGNED, True, True),
        (ProjectStatus.IMPLEMENTATION, True, True),
        (ProjectStatus.OPERATION, True, True),
        (ProjectStatus.COMPLETED, True, True),
        (ProjectStatus.TERMINATED, True, True),
        (ProjectStatus.EXCLUDED, False, True),
    ],
)
def test_a_project_is_approved_unless_planned_or_excluded(status, is_approved, on_file):
    row = factories.project_in(status)
    assert (row.status, row.is_approved, row.on_file) == (status, is_approved, on_file)


def test_a_project_from_a_public_source_is_not_on_file():
    assert not factories.project(status=ProjectStatus.OPERATION).on_file


def test_a_project_is_called_by_its_title_in_the_readers_language_and_keeps_its_address():
    row = factories.project(title_kk="", title_ru="Школа", title_en="School")
    for language, title in (("kk", "Школа"), ("ru", "Школа"), ("en", "School")):
        with translation.override(language):
            assert str(row) == f"{row.number}. {title}"
            assert row.get_absolute_url() == f"/{language}/projects/{row.number}/"


def test_a_project_is_found_by_its_folded_words_and_sorted_by_the_title_shown():
    row = factories.project(title_kk="«Қызылорда» мектебі", title_ru="", title_en="School", private_partner="ТОО Ән")
    assert row.search_text.split() == ["кизилорда", "мектеби", "school", "тоо", "ан"]
    assert (row.search_text[0], row.search_text[-1]) == (" ", " ")  # so that a search may ask for the start of a word
    assert row.order_kk == row.order_ru != row.order_en
    assert row.order_en == "school"
    facts = {"title_kk": "Ұлытау", "title_ru": "Улытау"}
    update(row, **facts)
    row.refresh_from_db()
    assert row.search_text.split() == ["улитау", "улитау", "school", "тоо", "ан"]


def responsibility(row, **facts):
    return {
        "project_id": row.pk,
        "area": "land",
        "bearer": "state",
        "note_kk": "",
        "note_ru": "",
        "note_en": "",
        **facts,
    }


def test_one_area_has_one_row():
    row = factories.project()
    insert(Responsibility, **responsibility(row))
    with pytest.raises(IntegrityError, match="one_bearer_an_area"):
        insert(Responsibility, **responsibility(row, bearer="private"))
    second = Responsibility(**responsibility(row, bearer="private"))
    assert sentences(second) == ["This area already has a row; choose “both” if both answer."]
    insert(Responsibility, **responsibility(row, area="networks"))
    insert(Responsibility, **responsibility(factories.project()))
    assert Responsibility.objects.count() == 3
