"""The checklist of papers: few are required of a small applicant, more only where nothing can be judged without."""

import itertools

import pytest
from django.utils.functional import Promise

from proposals.checklist import KINDS, LARGE_COST, papers_for
from reference.codelists import InitiatorType
from tests.proposals.test_questions import SECTORS

OC4IDS = {
    "bidders",
    "budgetApproval",
    "designReport",
    "environmentalImpact",
    "estimatedDemand",
    "incorporationCertificate",
    "landAndSettlementImpact",
    "needsAssessment",
    "projectPlan",
    "projectScope",
    "technicalAuditReport",
    "technicalSpecifications",
    "valueForMoneyAnalysis",
}
"""What we use of the codelist documentType of OC4IDS 0.9.5."""
OWNERS = ("", "state", "private", "new", "other")


def required(*facts):
    return {paper.code for paper in papers_for(*facts) if paper.required}


def offered(*facts):
    return {paper.code for paper in papers_for(*facts)}


def test_a_small_business_needs_three_papers():
    assert required("education", "sme", "new", 500_000_000) == {"business_plan", "registration", "own_funds"}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (("education", "sme", "state", None), {"business_plan", "registration", "own_funds"}),
        (
            ("education", "sme", "private", None),
            {"business_plan", "registration", "own_funds", "object_document"},
        ),
        (("education", "sme", "other", None), {"business_plan", "registration", "own_funds", "owner_consent"}),
        (
            ("education", "sme", "new", LARGE_COST),
            {"business_plan", "registration", "own_funds", "financial_model"},
        ),
        (("education", "sme", "new", LARGE_COST - 1), {"business_plan", "registration", "own_funds"}),
        (
            ("education", "large_business", "new", 1),
            {"business_plan", "registration", "own_funds", "financial_model"},
        ),
        (("education", "association", "new", 1), {"business_plan", "registration", "charter"}),
        (("education", "state_body", "state", 1), {"business_plan", "programme_letter"}),
    ],
)
def test_more_is_required_only_where_it_is_needed(facts, expected):
    assert required(*facts) == expected


@pytest.mark.parametrize(
    ("sector", "code"),
    [("health", "licence"), ("education", "licence"), ("housing", "tariff"), ("digital", "technical_task")],
)
def test_a_sector_has_papers_of_its_own_that_help(sector, code):
    assert code in offered(sector, "sme", "new", 1)
    assert code not in required(sector, "sme", "new", 1)
    assert code not in offered("culture", "sme", "new", 1)


def test_consent_is_asked_of_an_owner_that_is_there():
    assert "owner_consent" in offered("sport", "sme", "state", 1)
    assert "owner_consent" not in offered("sport", "sme", "new", 1) | offered("sport", "sme", "private", 1)


def test_whatever_the_case_the_list_stays_short_and_in_order():
    for facts in itertools.product((*SECTORS, "", "space"), InitiatorType.values, OWNERS, (None, 0, LARGE_COST)):
        papers = papers_for(*facts)
        codes = [paper.code for paper in papers]
        assert len(codes) == len(set(codes)) <= (12 if facts[1] == "sme" else 13)
        assert 2 <= sum(paper.required for paper in papers) <= 5
        assert [paper.required for paper in papers] == sorted((paper.required for paper in papers), reverse=True)
        assert codes[0] == "business_plan"
        assert codes[-1] == "other"


def test_every_kind_is_offered_to_somebody_and_says_why():
    cases = itertools.product(SECTORS, InitiatorType.values, OWNERS)
    assert {code for case in cases for code in offered(*case, None)} == set(KINDS)
    for code, kind in KINDS.items():
        assert kind.code == code
        assert len(code) <= 40
        assert isinstance(kind.label, Promise)
        assert isinstance(kind.help, Promise)
        assert kind.document_type in OC4IDS
