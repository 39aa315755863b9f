"""The words of the invented proposals. Plain facts, no code; days are counted back from today."""

from dataclasses import dataclass
from typing import Any, Final

from proposals.workflow import Action

REASON: Final = "Есебі бизнес-жоспарда келтірілген (демо)."
PROBLEM: Final = "Ауданда орын жетіспейді, тұрғындар ұзақ күтеді (демо)."
OBJECTIVE: Final = "Кезек қысқарады, қызмет үйге жақындайды (демо)."
DESCRIPTION: Final = "Нысанды жеке әріптес салып, келісімшарт мерзімінде ұстайды (демо)."


@dataclass(frozen=True)
class DemoReview:
    """The expert's part, in days before today: when asked, when interests were declared, when the opinion was given.

    ``text`` without ``given`` is a draft.
    """

    assigned: int
    declared: int = 0
    given: int = 0
    recommendation: str = "for"
    text: str = ""


@dataclass(frozen=True)
class DemoProposal:
    """One proposal: its facts, and the steps after filing with the days before today on which they were taken."""

    title_kk: str
    title_ru: str
    facts: dict[str, Any]
    steps: tuple[tuple[Action, int, str], ...] = ()
    review: DemoReview | None = None


@dataclass(frozen=True)
class DemoApplication:
    """An application of the first or second invented organisation, or on paper; ``filed`` days before today."""

    applicant: int
    filed: int
    proposals: tuple[DemoProposal, ...]
    agreed: bool = True
    on_paper: bool = False


def _facts(sector: str, territory: str, cost: int, **more: Any) -> dict[str, Any]:
    return {"sector_id": sector, "territory_id": territory, "cost": cost, "own_funds": cost * 3 // 10, **more}


def _prepared(cost: int, payer: str) -> dict[str, Any]:
    return {"preparation_cost": cost, "preparation_paid_by": payer}


TAKEN_UP, SUPPORTED, REFUSED = Action.TAKE_UP, Action.SUPPORT, Action.REFUSE
POSITIVE: Final = "Қызметке сұраныс бар, қаржыландыру көздері расталған (демо)."
CONDITIONS: Final = "Жер учаскесінің құжаты келісімшартқа дейін рәсімделуі керек (демо)."
REFUSAL_REASONS: Final = ("own_funds_too_small",)
"""Codes of the shipped list."""
EXPERT_SECTORS: Final = ("education", "health", "housing")

APPLICATIONS: Final = (
    DemoApplication(
        1,
        150,
        (
            DemoProposal(
                "Алатау ауданында 300 орындық балабақша салу (демо)",
                "Строительство детского сада на 300 мест в Алатауском районе (демо)",
                _facts(
                    "education",
                    "751210000",
                    1_150_000_000,
                    capacity=300,
                    capacity_unit="places",
                    jobs=64,
                    **_prepared(4_200_000, "own"),
                ),
                ((TAKEN_UP, 141, ""), (SUPPORTED, 113, "Құжаттар толық (демо).")),
                DemoReview(140, 138, 120, text=POSITIVE),
            ),
            DemoProposal(
                "Алатау ауданында емхана салу (демо)",
                "Строительство поликлиники в Алатауском районе (демо)",
                _facts("health", "751210000", 2_400_000_000, jobs=120, **_prepared(9_800_000, "consultant")),
                ((TAKEN_UP, 139, ""), (SUPPORTED, 104, "Құжаттар толық (демо).")),
                DemoReview(138, 137, 111, "conditions", POSITIVE),
            ),
        ),
    ),
    DemoApplication(
        0,
        120,
        (
            DemoProposal(
                "Медеу ауданында 280 орындық балабақша салу (демо)",
                "Строительство детского сада на 280 мест в Медеуском районе (демо)",
                _facts(
                    "education",
                    "751710000",
                    980_000_000,
                    capacity=280,
                    capacity_unit="places",
                    jobs=60,
                    own_funds=180_000_000,
                    **_prepared(3_500_000, "own"),
                ),
                ((TAKEN_UP, 113, ""), (SUPPORTED, 85, "Құжаттар толық (демо).")),
                DemoReview(112, 110, 92, text=POSITIVE),
            ),
        ),
    ),
    DemoApplication(
        0,
        92,
        (
            DemoProposal(
                "Қоғамдық дәретханалар желісі (демо)",
                "Сеть общественных туалетов (демо)",
                _facts("housing", "750000000", 210_000_000, jobs=25, own_funds=10_000_000, **_prepared(850_000, "own")),
                ((TAKEN_UP, 84, ""), (REFUSED, 66, "Өз қаражаты жеткіліксіз, толықтыру көзі көрсетілмеген (демо).")),
                DemoReview(83, 82, 70, "against", "Өз қаражаты құнының бестен біріне жетпейді (демо)."),
            ),
        ),
    ),
    DemoApplication(
        0,
        60,
        (
            DemoProposal(
                "Саябақта велопрокат желісін ашу (демо)",
                "Сеть велопроката в парке (демо)",
                _facts("sport", "751710000", 90_000_000, jobs=12),
                ((Action.WITHDRAW, 52, "Жобаны қайта қараймыз (демо)."),),
            ),
        ),
        agreed=False,
    ),
    DemoApplication(
        2,
        48,
        (
            DemoProposal(
                "Түрксіб ауданында көше жарығын жаңарту (демо)",
                "Обновление уличного освещения в Турксибском районе (демо)",
                _facts("energy", "751910000", 640_000_000, jobs=18, **_prepared(2_100_000, "programme")),
                ((TAKEN_UP, 39, ""),),
            ),
        ),
        on_paper=True,
    ),
    DemoApplication(
        1,
        34,
        (
            DemoProposal(
                "Медеу ауданында балабақша салу және күтіп ұстау (демо)",
                "Строительство и содержание детского сада в Медеуском районе (демо)",
                _facts(
                    "education",
                    "751710000",
                    1_020_000_000,
                    capacity=260,
                    capacity_unit="places",
                    jobs=58,
                    **_prepared(3_900_000, "own"),
                ),
                ((TAKEN_UP, 27, ""),),
                DemoReview(26, 25, 9, text=POSITIVE),
            ),
            DemoProposal(
                "Тұрғын үйлердің аулаларын жаңарту және күтіп ұстау (демо)",
                "Обновление и содержание дворов жилых домов (демо)",
                _facts("housing", "750000000", 430_000_000, jobs=16),
                ((TAKEN_UP, 26, ""),),
                DemoReview(6),
            ),
        ),
        agreed=False,
    ),
    DemoApplication(
        0,
        20,
        (
            DemoProposal(
                "Бостандық ауданында отбасылық дәрігерлік амбулатория (демо)",
                "Семейная врачебная амбулатория в Бостандыкском районе (демо)",
                _facts("health", "751410000", 760_000_000, jobs=42),
                (
                    (TAKEN_UP, 13, ""),
                    (Action.ASK, 5, "Жер учаскесінің құжатын жіберіңізші: кімнің меншігі? (демо)"),
                ),
                DemoReview(12, 8, text="Дәрігерлік амбулатория қажет, жер мәселесі ашық (демо)."),
            ),
        ),
    ),
    DemoApplication(
        0,
        3,
        (
            DemoProposal(
                "Әуезов ауданында спорт кешенін салу (демо)",
                "Строительство спортивного комплекса в Ауэзовском районе (демо)",
                _facts("sport", "751310000", 1_480_000_000, jobs=55),
            ),
        ),
    ),
)
"""In the order of filing, so that numbers follow days."""

HALF_FILLED: Final[tuple[dict[str, Any], ...]] = (
    {
        "title_kk": "Наурызбай ауданында 200 орындық балабақша (демо)",
        "title_ru": "Детский сад на 200 мест в Наурызбайском районе (демо)",
        "problem": PROBLEM,
        "sector_id": "education",
        "cost": 820_000_000,
    },
    {"title_kk": "Балабақша асханасы (демо)", "problem": PROBLEM},
)
"""What stands in the draft."""
