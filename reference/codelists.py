"""The codes of the register and their OC4IDS 0.9.5 twins. Codes are never translated, labels always are."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class InitiatorType(TextChoices):
    """Who proposed the project. SME-ness is frozen at filing."""

    STATE_BODY = "state_body", _("State body")
    SME = "sme", _("SME entity")
    LARGE_BUSINESS = "large_business", _("Large business entity")
    ASSOCIATION = "association", _("Association")
    UNKNOWN = "unknown", pgettext_lazy("initiator", "Unknown")


class EnterpriseSize(TextChoices):
    """Size class of an SME (Entrepreneurial Code 375-V, art. 24)."""

    MICRO = "micro", _("Micro-enterprise")
    SMALL = "small", _("Small enterprise")
    MEDIUM = "medium", _("Medium enterprise")


class CompanySize(TextChoices):
    """Size class of any enterprise (Entrepreneurial Code 375-V, art. 24)."""

    MICRO = EnterpriseSize.MICRO.value, EnterpriseSize.MICRO.label
    SMALL = EnterpriseSize.SMALL.value, EnterpriseSize.SMALL.label
    MEDIUM = EnterpriseSize.MEDIUM.value, EnterpriseSize.MEDIUM.label
    LARGE = "large", _("Large enterprise")


class LegalForm(TextChoices):
    """What kind of legal person an applicant is (Civil Code, art. 34; Law 379-V, art. 1(1))."""

    LLP = "llp", _("Limited liability partnership (LLP)")
    JSC = "jsc", _("Joint-stock company (JSC)")
    INDIVIDUAL = "individual", _("Individual entrepreneur")
    PARTNERSHIP = "partnership", _("Simple partnership or consortium")
    COOPERATIVE = "cooperative", _("Production cooperative")
    ASSOCIATION = "association", _("Association")
    STATE_ENTERPRISE = "state_enterprise", _("State enterprise")
    STATE_BODY = "state_body", _("State body")
    OTHER = "other", pgettext_lazy("legal form", "Other")


class Channel(TextChoices):
    """How an application came."""

    ONLINE = "online", pgettext_lazy("channel", "Online")
    PAPER = "paper", pgettext_lazy("channel", "On paper")


class ProjectStatus(TextChoices):
    """Where the asset is."""

    PLANNED = "planned", pgettext_lazy("status", "Planned")
    APPROVED = "approved", pgettext_lazy("status", "Approved")
    PARTNER_SELECTION = "partner_selection", _("Selection of the private partner")
    CONTRACT_SIGNED = "contract_signed", _("Contract signed")
    IMPLEMENTATION = "implementation", _("In implementation")
    OPERATION = "operation", _("In operation")
    COMPLETED = "completed", pgettext_lazy("status", "Completed")
    TERMINATED = "terminated", pgettext_lazy("status", "Terminated")
    EXCLUDED = "excluded", _("Excluded from the list")


NOT_APPROVED = (ProjectStatus.PLANNED, ProjectStatus.EXCLUDED)
"""In the register and visible, but outside the approved totals."""

APPROVED = tuple(status for status in ProjectStatus if status not in NOT_APPROVED)
"""Statuses that count in the approved totals."""

ROAD = (
    ProjectStatus.APPROVED,
    ProjectStatus.PARTNER_SELECTION,
    ProjectStatus.CONTRACT_SIGNED,
    ProjectStatus.IMPLEMENTATION,
    ProjectStatus.OPERATION,
    ProjectStatus.COMPLETED,
)
"""The usual way of an approved project, in order (Law 379-V, art. 10)."""

OC4IDS_STATUS = {
    ProjectStatus.PLANNED: "identification",
    ProjectStatus.APPROVED: "preparation",
    ProjectStatus.PARTNER_SELECTION: "implementation",
    ProjectStatus.CONTRACT_SIGNED: "implementation",
    ProjectStatus.IMPLEMENTATION: "implementation",
    ProjectStatus.OPERATION: "maintenance",
    ProjectStatus.COMPLETED: "completion",
    ProjectStatus.TERMINATED: "cancelled",
    ProjectStatus.EXCLUDED: "cancelled",
}


class ResolutionKind(TextChoices):
    """What a maslikhat decided. Lists of projects were approved until January 2023 (Law 379-V, art. 24(1))."""

    LIST_APPROVAL = "list_approval", _("Approval of a list")
    AMENDMENT = "amendment", _("Amendment of a list")
    EXCLUSION = "exclusion", _("Exclusion from a list")
    STATE_OBLIGATIONS = "state_obligations", _("State obligations")
    YEARLY_REPORT = "yearly_report", _("Yearly report")


ENTERING_KINDS = (ResolutionKind.LIST_APPROVAL, ResolutionKind.AMENDMENT)
"""Kinds by which a project enters the approved register."""


class ContractType(TextChoices):
    """Kinds of PPP contract (Law 379-V, art. 7(3))."""

    CONCESSION = "concession", _("Concession")
    TRUST_MANAGEMENT = "trust_management", _("Trust management of state property")
    LEASE = "lease", _("Lease (rent) of state property")
    LEASING = "leasing", _("Leasing")
    TECHNOLOGY = "technology", _("Technology development and small-batch production")
    LIFE_CYCLE = "life_cycle", _("Life-cycle contract")
    SERVICE = "service", _("Service contract")
    OTHER = "other", pgettext_lazy("contract", "Other contract")


class PaymentSource(TextChoices):
    """From what the private partner is paid (Law 379-V, art. 9(2))."""

    SALES = "sales", _("Sale of goods, works and services")
    SUBSIDY = "subsidy", _("State subsidies")
    INVESTMENT_COMPENSATION = "investment_compensation", _("Compensation of investment costs")
    OPERATING_COMPENSATION = "operating_compensation", _("Compensation of operating costs")
    MANAGEMENT_FEE = "management_fee", _("Management fee")
    LEASE_PAYMENT = "lease_payment", _("Lease payment for the use of the object")
    AVAILABILITY = "availability", _("Availability payment")


class ResponsibilityArea(TextChoices):
    """What somebody must answer for in a PPP project."""

    LAND = "land", _("Land plot")
    NETWORKS = "networks", _("Engineering and transport networks")
    DESIGN = "design", _("Design")
    CONSTRUCTION = "construction", _("Construction or reconstruction")
    EQUIPMENT = "equipment", _("Equipment")
    FINANCING = "financing", _("Financing")
    OPERATION = "operation", pgettext_lazy("responsibility", "Operation")
    MAINTENANCE = "maintenance", _("Maintenance")
    STAFF = "staff", _("Staff")
    DEMAND = "demand", _("Demand for the service")
    ACCEPTANCE = "acceptance", _("Acceptance of the object")
    OTHER = "other", pgettext_lazy("responsibility", "Other")


class Bearer(TextChoices):
    """Who carries a responsibility."""

    STATE = "state", _("State partner")
    PRIVATE = "private", _("Private partner")
    BOTH = "both", _("Both partners")


class CapacityUnit(TextChoices):
    """In what the capacity of an object is counted."""

    PLACES = "places", pgettext_lazy("capacity", "places")
    BEDS = "beds", pgettext_lazy("capacity", "beds")
    VISITS_PER_SHIFT = "visits_per_shift", pgettext_lazy("capacity", "visits per shift")
    PEOPLE_PER_YEAR = "people_per_year", pgettext_lazy("capacity", "people a year")
    SPECTATORS = "spectators", pgettext_lazy("capacity", "spectators")
    TONNES_PER_YEAR = "tonnes_per_year", pgettext_lazy("capacity", "tonnes a year")
    KILOMETRES = "kilometres", pgettext_lazy("capacity", "km")
    HECTARES = "hectares", pgettext_lazy("capacity", "ha")
    SQUARE_METRES = "square_metres", pgettext_lazy("capacity", "m²")
    MEGAWATTS = "megawatts", pgettext_lazy("capacity", "MW")
    UNITS = "units", pgettext_lazy("capacity", "units")


class DocumentType(TextChoices):
    """Kinds of paper, in the codes of OC4IDS ``documentType``."""

    PROJECT_PLAN = "projectPlan", _("Project plan")
    FEASIBILITY_STUDY = "feasibilityStudy", _("Feasibility study")
    PROJECT_SCOPE = "projectScope", _("Description of the project")
    BUDGET_APPROVAL = "budgetApproval", _("Approval of the budget")
    TENDER_NOTICE = "tenderNotice", _("Tender notice")
    BIDDING_DOCUMENTS = "biddingDocuments", _("Tender documentation")
    AWARD_NOTICE = "awardNotice", _("Result of the tender")
    CONTRACT_SIGNED = "contractSigned", _("Signed contract")
    CONTRACT_AMENDMENT = "contractAmendment", _("Amendment of the contract")
    COMPLETION_CERTIFICATE = "completionCertificate", _("Certificate of completion")
    ENVIRONMENTAL_IMPACT = "environmentalImpact", _("Environmental impact assessment")
    EVALUATION = "projectEvaluation", _("Evaluation of the implementation")
    TERMINATION = "termination", _("Termination of the contract")


class TerritoryLevel(TextChoices):
    """Level of a territory in the KATO classifier."""

    REGION = "region", _("Region")
    CITY = "city_republican", _("City of republican significance")
    DISTRICT = "district", _("District")
