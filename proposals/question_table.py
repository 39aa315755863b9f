"""The extra questions as a table: which sector and which kind of initiator is asked what.

A code is stored with every answer and never changes; a question that is no longer asked keeps its code to itself.
"""

from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _, pgettext_lazy

Kind = Literal["text", "long", "number", "choice", "yes_no"]
Choices = tuple[tuple[str, Any], ...]

YES_NO: Choices = (("yes", _("Yes")), ("no", _("No")))
OTHER = ("other", pgettext_lazy("answer", "Something else"))
MOST = 10**12


@dataclass(frozen=True)
class Question:
    """One question. ``least`` and ``greatest`` bound a number; ``max_length`` a text."""

    code: str
    kind: Kind
    label: Any
    help: Any = ""
    choices: Choices = ()
    required: bool = False
    sectors: tuple[str, ...] = ()
    initiators: tuple[str, ...] = ()
    greatest: int = MOST
    least: int = 0

    @property
    def max_length(self) -> int:
        """Return how many characters an answer may have."""
        return {"text": 300, "long": 3000}.get(self.kind, 40)


_WHAT_KIND = _("What kind of object or service is it?")
_SHARE = _("A number from 0 to 100.")
_ESTIMATE = _("Your estimate is enough.")
_IF_KNOWN = _("Leave it empty if you do not know.")
_PERSONAL_DATA = _("Will the system keep personal data?")
_PERSONAL_DATA_HELP = _("Faces, number plates, names, health. The law on personal data then asks for protection.")
_TARIFF = _("Is there an approved tariff for the service?")
_BEGINNER = _("A beginner writes “nothing yet”: that is no reason to refuse.")
_OPERATOR = _("If not, name the operator among the partners.")
_TARIFF_HELP = _("If a state body sets the tariff, say yes and upload the decision.")


def _kind(code: str, sector: str, *choices: tuple[str, Any]) -> Question:
    return Question(code, "choice", _WHAT_KIND, choices=(*choices, OTHER), required=True, sectors=(sector,))


def _share(code: str, sector: str, label: Any, **facts: Any) -> Question:
    return Question(code, "number", label, **{"help": _SHARE, "sectors": (sector,), "greatest": 100, **facts})


def _number(code: str, sector: str, label: Any, **facts: Any) -> Question:
    return Question(code, "number", label, **{"help": _ESTIMATE, "sectors": (sector,), **facts})


def _yes_no(code: str, sector: str, label: Any, help: Any = "", **facts: Any) -> Question:
    return Question(code, "yes_no", label, help, YES_NO, sectors=(sector,), **facts)


def _text(code: str, sector: str, label: Any, help: Any = "", **facts: Any) -> Question:
    return Question(code, "text", label, help, sectors=(sector,), **facts)


def _asked(code: str, kind: Kind, initiator: str, label: Any, help: Any = "", **facts: Any) -> Question:
    return Question(code, kind, label, help, initiators=(initiator,), **facts)


QUESTIONS: tuple[Question, ...] = (
    _kind(
        "education_kind",
        "education",
        ("kindergarten", _("Kindergarten")),
        ("school", _("School")),
        ("college", _("College")),
        ("extra", _("Clubs and extra lessons")),
    ),
    _text(
        "education_age", "education", _("How old are the children or students?"), _("For example 2–6."), required=True
    ),
    Question(
        "education_shifts",
        "choice",
        _("In how many shifts will it work?"),
        _("Say also in the description how overcrowded the neighbouring schools are."),
        (("1", _("One shift")), ("2", _("Two shifts")), ("3", _("Three shifts"))),
        sectors=("education",),
    ),
    _yes_no(
        "education_state_order",
        "education",
        _("Do you count on the state order?"),
        _("State order: the akimat pays for each place. Without it the price for parents is higher."),
        required=True,
    ),
    _number("education_queue", "education", _("How many children wait for a place nearby?"), help=_IF_KNOWN),
    _text(
        "health_profile",
        "health",
        _("What medical care will be given?"),
        _("For example outpatient care, dialysis, rehabilitation."),
        required=True,
    ),
    Question(
        "health_licence",
        "choice",
        _("Who has the medical licence?"),
        _("You may file without one; then say who will get it."),
        (("have", _("We have it")), ("operator", _("Our operator has it")), ("later", _("We will apply for it"))),
        required=True,
        sectors=("health",),
    ),
    _share(
        "health_insurance",
        "health",
        _("What share of the services would social health insurance pay, in percent?"),
        help=_("A number from 0 to 100. It shows whether the clinic can live without extra payments."),
    ),
    _number("health_patients", "health", _("How many patients a year?")),
    Question("health_equipment", "long", _("Which main equipment is needed?"), _IF_KNOWN, sectors=("health",)),
    Question(
        "social_group",
        "choice",
        _("Whom will it help?"),
        choices=(
            ("elderly", _("Elderly people")),
            ("disabled", _("People with disabilities")),
            ("children", _("Children and families in hardship")),
            OTHER,
        ),
        required=True,
        sectors=("social",),
    ),
    Question(
        "social_stay",
        "choice",
        _("How is the help given?"),
        choices=(("day", _("By day")), ("round_the_clock", _("Round the clock")), ("home", _("At home"))),
        sectors=("social",),
    ),
    _yes_no(
        "social_state_order",
        "social",
        _("Do you count on the state social order?"),
        _("The akimat buys social services from private providers."),
        required=True,
    ),
    _kind(
        "culture_kind",
        "culture",
        ("library", _("Library")),
        ("museum", _("Museum")),
        ("stage", _("Theatre or concert hall")),
        ("centre", _("House of culture")),
    ),
    _yes_no(
        "culture_heritage",
        "culture",
        _("Is the building a monument of history and culture?"),
        _("Work on a monument needs a permit of its own."),
        required=True,
    ),
    _number("culture_events", "culture", _("How many events a year?")),
    _kind(
        "sport_kind",
        "sport",
        ("stadium", _("Stadium or playground")),
        ("hall", _("Sports complex")),
        ("pool", _("Swimming pool")),
    ),
    _yes_no("sport_school", "sport", _("Does it stand on the land of a school?"), _("The school must then agree.")),
    _number(
        "sport_free_hours",
        "sport",
        _("How many hours a week are free for children and residents?"),
        help=_("A number from 0 to 168. Free hours speak for the project."),
        greatest=168,
    ),
    _kind(
        "energy_kind",
        "energy",
        ("heat", _("Heat")),
        ("lighting", _("Street lighting")),
        ("renewable", _("Sun, wind or water")),
        ("grid", _("Power grid")),
        ("gas", _("Gas")),
    ),
    _text("energy_buyer", "energy", _("Who buys the energy or the saving?"), required=True),
    _share("energy_saving", "energy", _("How much energy is saved, in percent?")),
    _yes_no("energy_tariff", "energy", _TARIFF, _TARIFF_HELP),
    _kind(
        "housing_kind",
        "housing",
        ("water", _("Water supply")),
        ("sewerage", _("Sewerage")),
        ("heat", _("Heat supply")),
        ("old_housing", _("Replacement of old housing")),
        ("repair", _("Repair of housing")),
    ),
    _number("housing_network", "housing", _("How long are the networks, km?"), help=_IF_KNOWN, greatest=100_000),
    _share(
        "housing_wear",
        "housing",
        _("How worn are they, in percent?"),
        help=_("A number from 0 to 100, from the last survey."),
    ),
    _number("housing_households", "housing", _("How many households are served?")),
    _yes_no("housing_tariff", "housing", _TARIFF, _TARIFF_HELP, required=True),
    _kind(
        "transport_kind",
        "transport",
        ("road", _("Road or bridge")),
        ("public", _("Public transport")),
        ("parking", _("Parking")),
        ("station", _("Stops and stations")),
        ("traffic", _("Traffic management")),
    ),
    _number("transport_flow", "transport", _("How many vehicles or passengers a day?")),
    _yes_no(
        "transport_fee",
        "transport",
        _("Will users pay for it?"),
        _("If not, say among the sources of payment who does."),
        required=True,
    ),
    _yes_no("transport_land", "transport", _("Must land be bought out?"), _("It makes the road to a contract longer.")),
    _kind(
        "safety_kind",
        "safety",
        ("video", _("Video surveillance")),
        ("guard", _("Guarding of objects")),
        ("emergency", _("Fire and rescue")),
    ),
    _number("safety_objects", "safety", _("How many objects or cameras?")),
    _yes_no("safety_data", "safety", _PERSONAL_DATA, _PERSONAL_DATA_HELP, required=True),
    _text("safety_link", "safety", _("To which state systems is it connected?"), _IF_KNOWN),
    _kind(
        "waste_kind",
        "waste",
        ("collection", _("Collection and transport")),
        ("sorting", _("Sorting")),
        ("recycling", _("Recycling")),
        ("landfill", _("Landfill")),
    ),
    _number("waste_tonnes", "waste", _("How much waste a year, tonnes?"), required=True),
    _share("waste_recycled", "waste", _("What share will be recycled, in percent?")),
    _number(
        "waste_distance",
        "waste",
        _("How far are the nearest homes, metres?"),
        help=_("A sanitary zone may be required around the object."),
        greatest=100_000,
    ),
    _yes_no("waste_tariff", "waste", _TARIFF, _TARIFF_HELP),
    _kind(
        "greening_kind",
        "greening",
        ("park", _("Park or square")),
        ("courtyard", _("Courtyards")),
        ("irrigation", _("Irrigation")),
    ),
    _number("greening_area", "greening", _("What is the area, ha?"), greatest=100_000),
    _text("greening_water", "greening", _("Where does the water for plants come from?")),
    _text(
        "greening_income",
        "greening",
        _("What brings income?"),
        _("For example cafés, rides, advertising, a fee from the budget."),
        required=True,
    ),
    _text("digital_users", "digital", _("Who will use the system?"), required=True),
    Question(
        "digital_links",
        "long",
        _("Which state systems must it exchange data with?"),
        _("Write “none” if it stands alone."),
        required=True,
        sectors=("digital",),
    ),
    _yes_no("digital_data", "digital", _PERSONAL_DATA, _PERSONAL_DATA_HELP, required=True),
    Question(
        "digital_rights",
        "choice",
        _("Who owns the software in the end?"),
        choices=(("state", _("State partner")), ("private", _("Private partner")), ("both", _("Both partners"))),
        sectors=("digital",),
    ),
    _kind(
        "agriculture_kind",
        "agriculture",
        ("storage", _("Storage")),
        ("processing", _("Processing")),
        ("water", _("Irrigation")),
        ("veterinary", _("Veterinary service")),
        ("market", _("Market or wholesale centre")),
    ),
    _text("agriculture_product", "agriculture", _("Which products?"), required=True),
    _number("agriculture_farms", "agriculture", _("How many farms will use it?")),
    _kind(
        "tourism_kind",
        "tourism",
        ("eco", _("Ecotourism")),
        ("medical", _("Medical tourism and sanatoriums")),
        ("mountain", _("Mountain and ski tourism")),
        ("stay", _("Hotels and camps")),
        ("city", _("Sights and visitor centres")),
    ),
    _number("tourism_visitors", "tourism", _("How many visitors a year?")),
    _number(
        "tourism_months",
        "tourism",
        _("How many months a year does it work?"),
        help=_("A number from 1 to 12."),
        least=1,
        greatest=12,
    ),
    _yes_no(
        "tourism_protected",
        "tourism",
        _("Does it lie in a national park or another protected area?"),
        _("Building there is limited by law: ask the park first."),
        required=True,
    ),
    _kind(
        "industry_kind",
        "industry",
        ("park", _("Industrial park")),
        ("incubator", _("Business incubator")),
        ("service", _("Service centre for SMEs")),
        ("warehouse", _("Warehouse")),
    ),
    _number("industry_residents", "industry", _("How many small and medium businesses will work in it?")),
    _yes_no("industry_networks", "industry", _("Do electricity, water and a road reach the site?"), required=True),
    _text("other_service", "other", _("Which service will people get?"), required=True),
    _text("other_task", "other", _("Which task of the state does it solve?")),
    _asked("sme_experience", "long", "sme", _("What have you done in this field before?"), _BEGINNER),
    _asked("sme_operator", "yes_no", "sme", _("Will you run the object yourself?"), _OPERATOR, choices=YES_NO),
    _asked("association_members", "number", "association", _("How many members have you?"), required=True),
    _asked(
        "association_partner",
        "long",
        "association",
        _("Who will be the private partner?"),
        _("The association itself, one of its members, or somebody still to be found."),
        required=True,
    ),
    _asked(
        "large_experience",
        "long",
        "large_business",
        _("Which projects of this kind have you carried out?"),
        _("Name, year, sum; three are enough."),
        required=True,
    ),
    _asked(
        "large_sme_share",
        "number",
        "large_business",
        _("What share of the work will small and medium businesses get, in percent?"),
        _SHARE,
        greatest=100,
    ),
    _asked(
        "state_programme",
        "text",
        "state_body",
        _("Which budget programme would pay?"),
        _("Number and name of the programme and its administrator."),
        required=True,
    ),
    _asked(
        "state_task",
        "text",
        "state_body",
        _("Which task of the list of socio-economic tasks does it answer?"),
        _("The akimat publishes the list each year."),
    ),
    _asked(
        "state_reason",
        "long",
        "state_body",
        _("Why a PPP and not a purchase?"),
        _("What the private partner does better or pays for."),
        required=True,
    ),
)
