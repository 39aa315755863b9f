"""Columns carry their rule: the form, the model and the database itself refuse what breaks it."""

import contextlib
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, models, transaction
from django.test.utils import isolate_apps
from django.utils import translation

from reference.fields import (
    BinField,
    CleanCharField,
    CleanTextField,
    IinField,
    PartialDateField,
    RomanNumberField,
    TengeField,
)
from reference.money import TENGE_CEILING

BIN, IIN = "170940000005", "900101300007"


@pytest.fixture(scope="module")
def specimen_table(django_db_setup, django_db_blocker):
    """A table of our fields, for this file only."""
    with isolate_apps("reference"):

        class Specimen(models.Model):
            amount = TengeField(null=True, blank=True)
            session = RomanNumberField(null=True, blank=True)
            day = PartialDateField(blank=True)
            line = CleanCharField(max_length=40, blank=True)
            text = CleanTextField(blank=True)
            bin = BinField(blank=True)
            iin = IinField(blank=True)

            class Meta:
                app_label = "reference"

            def __str__(self):
                return f"specimen {self.pk}"

    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        editor.create_model(Specimen)
    yield Specimen
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        editor.delete_model(Specimen)


@pytest.fixture
def specimen(specimen_table, db):
    return specimen_table


def insert(model, **row):
    """Write a row around every check that Python makes."""
    row = {"day": "", "line": "", "text": "", "bin": "", "iin": "", **row}
    columns = ", ".join(row)
    with transaction.atomic(), connection.cursor() as cursor:
        places = ", ".join(["%s"] * len(row))
        cursor.execute(f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({places})", list(row.values()))


def refusals(model, **row):
    """Return by field the sentences of full_clean in English."""
    with translation.override("en"):
        try:
            model(**row).full_clean()
        except ValidationError as refusal:
            return refusal.message_dict
    return {}


LAWFUL = [
    *(("amount", value) for value in (None, 0, 1, 1_100_000_000, TENGE_CEILING)),
    *(("session", value) for value in (None, 1, 34, 399)),
    *(("day", value) for value in ("", "2017", "2017-09", "2017-09-14", "2016-02-29")),
    *(("bin", value) for value in ("", BIN)),
    *(("iin", value) for value in ("", IIN)),
]
BROKEN = [
    *(("amount", value) for value in (-1, -(10**18), TENGE_CEILING + 1, 2**63 - 1)),
    *(("session", value) for value in (-1, 0, 400, 32_767)),
    *(
        ("day", value)
        for value in (" ", "17", "2017-9", "2017-13", "2017-00", "2017-09-00", "2017-09-32", "2017-02-31", "2017-02-29")
    ),
    *(("day", value) for value in ("09.2017", "14.09.2017", "2017-", "2017\n", "2017-09-1x", "0000-01-01", "٢٠١٧")),
    *(("day", value) for value in ("0000", "1990", "1990-12-31", "2101-01")),
    *(("bin", value) for value in ("1709400000", "17094000000a", " 70940000005", "١٧٠٩٤٠٠٠٠٠٠٥")),
    *(("iin", value) for value in ("9001013000", "90010130000a", "90010130000\n")),
]


def name_case(value):
    return str(value).encode("unicode_escape").decode()


@pytest.mark.parametrize(("field", "value"), LAWFUL, ids=name_case)
def test_the_database_takes_a_lawful_value(specimen, field, value):
    insert(specimen, **{field: value})
    assert list(specimen.objects.values_list(field, flat=True)) == [value]


@pytest.mark.parametrize(("field", "value"), BROKEN, ids=name_case)
def test_the_database_refuses_a_broken_value(specimen, field, value):
    with pytest.raises(DatabaseError):
        insert(specimen, **{field: value})
    assert specimen.objects.count() == 0


@pytest.mark.parametrize(("field", "value"), LAWFUL, ids=name_case)
def test_the_model_takes_a_lawful_value(specimen, field, value):
    assert refusals(specimen, **{field: value}) == {}


@pytest.mark.parametrize(("field", "value"), BROKEN, ids=name_case)
def test_what_the_model_takes_the_database_takes_too(specimen, field, value):
    row = specimen(**{field: value})
    with contextlib.suppress(ValidationError):
        row.full_clean()  # refuses, or reads the value as another way of writing
        row.save()
    assert value not in specimen.objects.values_list(field, flat=True)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("amount", -1, "A sum in tenge cannot be negative."),
        ("amount", TENGE_CEILING + 1, "The sum is too large: at most 100 000 000 000 000 tenge."),
        ("day", "2017-13", "Write a date such as 14.09.2017, a month such as 09.2017 or a year such as 2017."),
        ("bin", "170940000006", "This is not a BIN: check the 12 digits, the last one is a control digit."),
        ("bin", IIN, "This is not a BIN: check the 12 digits, the last one is a control digit."),
        ("iin", BIN, "This is not an IIN: check the 12 digits, the last one is a control digit."),
        ("line", "a\x00b", "The text has characters that cannot be shown. Type it again."),
        ("text", "a\x0bb", "The text has characters that cannot be shown. Type it again."),
        ("text", "a\ud800b", "The text has characters that cannot be shown. Type it again."),
        ("text", "a\x85b", "The text has characters that cannot be shown. Type it again."),
    ],
    ids=name_case,
)
def test_the_model_says_what_is_wrong(specimen, field, value, sentence):
    assert refusals(specimen, **{field: value}) == {field: [sentence]}


@pytest.mark.parametrize("value", [1.5, 0.1, Decimal("1.5"), "1.5", "1_000", "٤٥", "１２", "0x10", "1e3", float("nan")])
def test_a_sum_is_never_cut_or_guessed_into_whole_tenge(specimen, value):
    assert list(refusals(specimen, amount=value)) == ["amount"]


@pytest.mark.parametrize("value", [1_000, "1000", Decimal("1000"), Decimal("1000.00")])
def test_a_whole_sum_is_taken_whatever_its_type(specimen, value):
    row = specimen(amount=value)
    row.full_clean()
    assert row.amount == 1_000


@pytest.mark.parametrize("field", ["line", "text"])
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Мектеп  ", "Мектеп"),
        ("и\u0306", "й"),
        ("е\u0308", "ё"),
        ("\u202eМектеп\u202c", "Мектеп"),
        ("Мек\u200bтеп\ufeff", "Мектеп"),
        ("\u2066Мектеп\u2069", "Мектеп"),
        ("👩\u200d🏫 мұғалім", "👩\u200d🏫 мұғалім"),
        ("𝄞 😀", "𝄞 😀"),
        ("=1+1 <script>", "=1+1 <script>"),
        ("ұ\u0301", "ұ\u0301"),
    ],
    ids=name_case,
)
def test_text_is_stored_in_its_composed_form_without_invisible_marks(specimen, field, typed, kept):
    row = specimen(**{field: typed})
    row.full_clean()
    row.save()
    assert getattr(specimen.objects.get(), field) == kept


INVISIBLE = "\u200b\u2060\ufeff\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize("mark", INVISIBLE, ids=name_case)
def test_no_mark_that_hides_or_turns_text_is_stored(specimen, mark):
    row = specimen(line=f"{mark}Мек{mark}теп{mark}")
    row.full_clean()
    assert row.line == "Мектеп"


@pytest.mark.parametrize("field", ["line", "text"])
def test_text_is_cleaned_by_every_door_of_the_orm(specimen, field):
    specimen.objects.bulk_create([specimen(**{field: " и\u0306 "})])
    assert specimen.objects.filter(**{field: "й"}).count() == 1
    specimen.objects.update(**{field: "е\u0308\u200b"})
    assert getattr(specimen.objects.get(), field) == "ё"
    assert specimen.objects.filter(**{field: "е\u0308"}).count() == 1


def test_several_lines_keep_their_breaks_in_one_form(specimen):
    row = specimen(text="бір\r\nекі\rүш\nтөрт")
    row.full_clean()
    assert row.text == "бір\nекі\nүш\nтөрт"


@pytest.mark.parametrize("typed", ["бір\nекі", "бір\r\nекі", "бір\rекі", "бір\tекі", "бір  \n  екі", "бір\u2028екі"])
def test_one_line_holds_no_line_break(specimen, typed):
    row = specimen(line=typed)
    row.full_clean()
    assert row.line == "бір екі"


@pytest.mark.parametrize("typed", ["\u200b", "\u200d", "\u200c", "\u00ad", "\u3164", "\u2800", "\ufe0f", "\u180e"])
def test_text_of_nothing_but_invisible_marks_is_no_text(specimen, monkeypatch, typed):
    monkeypatch.setattr(specimen._meta.get_field("line"), "blank", False)
    assert list(refusals(specimen, line=typed)) == ["line"]
    assert refusals(specimen, line="Мектеп") == {}


@pytest.mark.parametrize(
    ("field", "typed", "cleaned"),
    [
        ("amount", "1 100 000 000", 1_100_000_000),
        ("amount", "1,1 млрд", 1_100_000_000),
        ("amount", "0", 0),
        ("amount", "", None),
        ("session", "XXXIV", 34),
        ("session", "34", 34),
        ("session", "", None),
        ("day", "14.09.2017", "2017-09-14"),
        ("day", "09.2017", "2017-09"),
        ("day", "", ""),
        ("bin", BIN, BIN),
        ("bin", "", ""),
    ],
)
def test_a_form_takes_what_people_write(specimen, field, typed, cleaned):
    assert specimen._meta.get_field(field).formfield().clean(typed) == cleaned


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("amount", "1,250"),
        ("amount", "-5"),
        ("amount", "1e400"),
        ("amount", "1\x00"),
        ("amount", "9" * 10_000),
        ("session", "IIII"),
        ("session", "400"),
        ("session", "\x00"),
        ("day", "31.02.2017"),
        ("day", "2017\x00"),
        ("bin", "170940000006"),
        ("bin", "17094000000\x00"),
    ],
    ids=name_case,
)
def test_a_form_refuses_what_cannot_be_read(specimen, field, typed):
    column = specimen._meta.get_field(field)
    with pytest.raises(ValidationError) as refusal:
        column.clean(column.formfield().clean(typed), None)
    assert [str(message) for message in refusal.value.messages] != []


@pytest.mark.parametrize(
    ("field", "stored", "shown"),
    [
        ("amount", 1_100_000_000, "1\u00a0100\u00a0000\u00a0000"),
        ("amount", 0, "0"),
        ("amount", None, None),
        ("amount", "1,1 млр", "1,1 млр"),  # typed wrong: shown again as it was typed
        ("session", 34, "XXXIV"),
        ("day", "2017-09", "09.2017"),
        ("day", "2017-09-14", "14.09.2017"),
        ("day", "31.02.2017", "31.02.2017"),
    ],
)
def test_a_form_shows_a_value_as_people_write_it(specimen, field, stored, shown):
    assert specimen._meta.get_field(field).formfield().prepare_value(stored) == shown


@pytest.mark.parametrize(
    ("field", "initial", "typed", "changed"),
    [
        ("amount", 1_100_000_000, "1,1 млрд", False),
        ("amount", 1_100_000_000, "1,2 млрд", True),
        ("amount", None, "", False),
        ("amount", 5, "", True),
        ("amount", 5, "nonsense", True),
        ("session", 34, "XXXIV", False),
        ("day", "2017-09", "09.2017", False),
        ("day", "2017-09", "10.2017", True),
    ],
)
def test_a_form_sees_a_change_only_where_the_value_changes(specimen, field, initial, typed, changed):
    assert specimen._meta.get_field(field).formfield().has_changed(initial, typed) is changed
