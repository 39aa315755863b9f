"""Fixed words of the papers of a session, which exist in Kazakh and Russian only. Terms as in the law and its lists."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from reference.money import NBSP, format_number
from reference.partial_dates import format_partial_date

LANGUAGES = ("kk", "ru")

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "kk": {
        "draft": "ЖОБА (мәслихат бекіткен жоқ)",
        "draft_in_title": "Жоба: {title}",
        "sitting": "{convocation} шақырылымның {number} сессиясы",
        "list_title": "Іске асырылуы жоспарланған жергілікті мемлекеттік-жекешелік әріптестік жобаларының тізбесі",
        "agenda_title": "Күн тәртібі",
        "agenda_subject": "Мемлекеттік-жекешелік әріптестік жобалары",
        "day": "Күні",
        "hour": "Уақыты",
        "place": "Орны",
        "not_said": "көрсетілмеген",
        "number": "№",
        "project": "Жобаның атауы",
        "where": "Іске асырылатын орны",
        "sector": "Саласы, мемлекеттік орган",
        "thousand": "Сомасы, мың теңге",
        "period": "Іске асырудың басталуы мен мерзімі",
        "way": "Іске асыру тәсілі",
        "initiator": "Бастамашы",
        "asked": "Сұралған сома, теңге",
        "recommended": "Палата ұсынған сома, теңге",
        "vote": "Дауыс беру",
        "for": "Жақтап",
        "against": "Қарсы",
        "abstained": "Қалыс қалды",
        "remark": "Ескертпе",
        "unknown": "құны белгісіз",
        "unknown_of": "құны белгісіз: {projects}",
        "total": "Барлығы: {projects}",
        "nothing": "Күн тәртібінде жоба жоқ.",
    },
    "ru": {
        "draft": "ПРОЕКТ (маслихатом не утвержден)",
        "draft_in_title": "Проект: {title}",
        "sitting": "{number} сессия {convocation} созыва",
        "list_title": "Перечень местных проектов государственно-частного партнерства, планируемых к реализации",
        "agenda_title": "Повестка дня",
        "agenda_subject": "Проекты государственно-частного партнерства",
        "day": "Дата",
        "hour": "Время",
        "place": "Место",
        "not_said": "не указано",
        "number": "№",
        "project": "Наименование проекта",
        "where": "Место реализации",
        "sector": "Отрасль, государственный орган",
        "thousand": "Сумма, тыс. тенге",
        "period": "Начало и срок реализации",
        "way": "Способ реализации",
        "initiator": "Инициатор",
        "asked": "Запрошенная сумма, тенге",
        "recommended": "Рекомендованная палатой сумма, тенге",
        "vote": "Голосование",
        "for": "За",
        "against": "Против",
        "abstained": "Воздержались",
        "remark": "Примечание",
        "unknown": "стоимость неизвестна",
        "unknown_of": "стоимость неизвестна: {projects}",
        "total": "Всего: {projects}",
        "nothing": "В повестке дня нет проектов.",
    },
}

_KK_MONTHS = (
    "қаңтардағы", "ақпандағы", "наурыздағы", "сәуірдегі", "мамырдағы", "маусымдағы",
    "шілдедегі", "тамыздағы", "қыркүйектегі", "қазандағы", "қарашадағы", "желтоқсандағы",
)  # fmt: skip
_RU_MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip


def thousand_tenge(amount: int) -> str:
    """Return whole tenge in thousands, exact: ``1 234``; with three places where tenge are left over: ``1 234,500``."""
    thousands, rest = divmod(amount, 1000)
    return format_number(thousands) + (f",{rest:03d}" if rest else "")


def _russian(number: Decimal | int, one: str, few: str, many: str) -> str:
    """Return the form of a Russian noun that goes with the number; parts take the form of two."""
    if number != int(number):
        return few
    last, tens = int(number) % 10, int(number) % 100
    if last == 1 and tens != 11:
        return one
    return few if last in (2, 3, 4) and tens not in (12, 13, 14) else many


def projects(number: int, language: str) -> str:
    """Return ``16 жоба`` or ``16 проектов``."""
    noun = "жоба" if language == "kk" else _russian(number, "проект", "проекта", "проектов")
    return f"{format_number(number)}{NBSP}{noun}"


def years(term: Decimal, language: str) -> str:
    """Return ``10 жыл``, ``7,5 года``."""
    noun = "жыл" if language == "kk" else _russian(term, "год", "года", "лет")
    plain = f"{term:f}"
    digits = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return f"{digits.replace('.', ',')}{NBSP}{noun}"


def annex_to(language: str, number: str = "", adopted: str = "") -> tuple[str, ...]:
    """Return the lines in the corner of an annex; without number and date of the resolution, lines to write on.

    ``adopted`` is a date, or a month or a year where the day is not known.
    """
    parts = [int(part) for part in adopted.split("-")] if adopted else []
    number = number or "____"
    if language == "kk":
        day = f"20__{NBSP}жылғы «__»{NBSP}________"
        if parts:
            month = _KK_MONTHS[parts[1] - 1] if len(parts) > 1 else ""
            day = NBSP.join(filter(None, [f"{parts[0]}{NBSP}жылғы", str(parts[2]) if len(parts) > 2 else "", month]))
        return f"Мәслихаттың {day}", f"№{NBSP}{number} шешіміне қосымша"
    if parts and len(parts) < 3:
        shown = format_partial_date(adopted, language)
        return "Приложение к решению маслихата", f"№{NBSP}{number} ({shown})"
    day = f"{parts[2]}{NBSP}{_RU_MONTHS[parts[1] - 1]} {parts[0]}{NBSP}года" if parts else ""
    return "Приложение к решению маслихата", f"от {day or f'«__»{NBSP}______ 20__{NBSP}года'} №{NBSP}{number}"


def day_in_words(day: datetime.date, language: str) -> str:
    """Return the day as papers write it: ``2026 жылғы 22 қараша``, ``22 ноября 2026 года``."""
    shown = format_partial_date(day.isoformat(), language)
    return shown.replace("ж.", "жылғы") if language == "kk" else shown.replace("г.", "года")
