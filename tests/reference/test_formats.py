"""How dates, numbers and sums look on a page in each language."""

import datetime
import zoneinfo
from decimal import Decimal

import pytest
from django.conf import settings
from django.forms import DateField
from django.template import Context, Template
from django.utils import timezone, translation
from django.utils.formats import date_format, localize, number_format

from reference.languages import Localized

DAY = datetime.date(2026, 3, 5)


@pytest.mark.parametrize(
    ("language", "name", "printed"),
    [
        ("kk", "DATE_FORMAT", "2026 ж. 5 наурыз"),
        ("kk", "YEAR_MONTH_FORMAT", "2026 ж. наурыз"),
        ("kk", "MONTH_DAY_FORMAT", "5 наурыз"),
        ("kk", "SHORT_DATE_FORMAT", "05.03.2026"),
        ("ru", "DATE_FORMAT", "5 марта 2026 г."),
        ("ru", "MONTH_DAY_FORMAT", "5 марта"),
        ("ru", "SHORT_DATE_FORMAT", "05.03.2026"),
        ("en", "DATE_FORMAT", "5 March 2026"),
        ("en", "YEAR_MONTH_FORMAT", "March 2026"),
        ("en", "MONTH_DAY_FORMAT", "5 March"),
        ("en", "SHORT_DATE_FORMAT", "05.03.2026"),
    ],
)
def test_a_date_is_printed_as_the_language_writes_it(language, name, printed):
    with translation.override(language):
        assert date_format(DAY, name).replace("\u00a0", " ") == printed


def test_a_moment_is_printed_in_kazakh_with_the_hour_of_almaty():
    moment = datetime.datetime(2026, 3, 5, 9, 5, tzinfo=datetime.UTC)
    with translation.override("kk"):
        assert localize(timezone.localtime(moment)).replace("\u00a0", " ") == "2026 ж. 5 наурыз, 14:05"


def test_almaty_is_five_hours_ahead_of_utc_since_march_2024():
    assert settings.TIME_ZONE == "Asia/Almaty"
    assert zoneinfo.TZPATH == ()  # the machine's own zones may be old: the package is asked
    zone = timezone.get_default_timezone()
    before = datetime.datetime(2024, 2, 29, 12, tzinfo=zone)
    since = datetime.datetime(2024, 3, 1, 12, tzinfo=zone)
    today = datetime.datetime(2026, 7, 1, 12, tzinfo=zone)
    assert [moment.utcoffset().total_seconds() / 3600 for moment in (before, since, today)] == [6, 5, 5]


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("typed", ["05.03.2026", "2026-03-05"])
def test_a_date_is_typed_with_the_day_first_or_in_iso_form(language, typed):
    with translation.override(language):
        assert DateField().clean(typed) == DAY


def test_kazakh_numbers_have_a_decimal_comma_and_parted_thousands():
    with translation.override("kk"):
        assert number_format(Decimal("1234567.5"), use_l10n=True, force_grouping=True) == "1\u00a0234\u00a0567,5"


def render(template, language, **context):
    with translation.override(language):
        return Template(template).render(Context(context))


@pytest.mark.parametrize(
    ("template", "value", "kk", "ru", "en"),
    [
        ("{{ v|tenge }}", 1_100_000_000, "1 100 000 000 ₸", "1 100 000 000 ₸", "1 100 000 000 ₸"),
        ("{{ v|tenge }}", 0, "0 ₸", "0 ₸", "0 ₸"),
        ("{{ v|number }}", 70_000, "70 000", "70 000", "70 000"),
        ("{{ v|number }}", None, "", "", ""),
        ("{{ v|decimal }}", Decimal("10.00"), "10", "10", "10"),
        ("{{ v|decimal }}", Decimal("12.50"), "12,5", "12,5", "12.5"),
        ("{{ v|decimal }}", None, "", "", ""),
        ("{{ v|partial_date }}", "2017-09", "2017 ж. қыркүйек", "сентябрь 2017 г.", "September 2017"),
        ("{{ v|roman }}", 34, "XXXIV", "XXXIV", "XXXIV"),
        ("{{ v|roman }}", None, "", "", ""),
    ],
)
def test_a_value_is_printed_by_its_filter(template, value, kk, ru, en):
    for language, printed in (("kk", kk), ("ru", ru), ("en", en)):
        assert render(template, language, v=value).replace("\u00a0", " ") == printed


def test_a_short_sum_holds_the_full_one_within_reach():
    assert render("{{ v|tenge_short }}", "kk", v=1_100_000_000) == (
        '<data value="1100000000" title="1\u00a0100\u00a0000\u00a0000\u00a0₸">1,1\u00a0млрд\u00a0₸</data>'
    )


@pytest.mark.parametrize("template", ["{{ v|tenge }}", "{{ v|tenge_short }}"])
def test_an_unknown_sum_is_said_in_words_and_never_as_zero(template):
    assert render(template, "en", v=None) == '<i class="unknown">cost unknown</i>'


def test_an_unknown_date_is_said_in_words():
    assert render("{{ v|partial_date }}", "en", v="") == "unknown"


def test_a_text_in_another_language_says_which():
    text = Localized("Строительство «школы» <b>", "ru", is_fallback=True)
    assert render("{{ v|in_language }}", "en", v=text) == (
        '<span lang="ru">Строительство «школы» &lt;b&gt;</span> '
        '<abbr class="lang-mark" title="No translation yet; shown in the language of the source.">RU</abbr>'
    )


def test_a_text_in_the_readers_language_stands_plain_and_escaped():
    assert render("{{ v|in_language }}", "kk", v=Localized("<b>Мектеп", "kk")) == "&lt;b&gt;Мектеп"
