"""Open requests are called to mind two working days before their day, on it, and once when it has passed."""

import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone
from post_office.models import Email

from proposals import notifications
from proposals.models import Clarification, Reminder
from proposals.models.clarification import ReminderKind
from proposals.services.asking import ask
from proposals.services.reminders import Reminded, kind_on, remind, remind_all
from proposals.services.withdrawing import answer, withdraw
from reference.models import WorkingDayCorrection
from reference.services import load_parameters
from tests.accounts.outbox import kinds
from tests.proposals.applications import SITE, applicant, filed, staff

day = datetime.date
# Monday; a week without holidays.
ASKED, DUE = day(2026, 11, 9), day(2026, 11, 19)


@pytest.fixture
def open_request(reference_data):
    load_parameters()
    by = applicant()
    request = ask(
        filed(by).proposals.get(),
        by=staff("clerk"),
        kind="other",
        text="Жер кімдікі?",
        site=SITE,
        due_on=timezone.localdate(),
    )
    at = timezone.make_aware(datetime.datetime.combine(ASKED, datetime.time(10)))
    Clarification.objects.filter(pk=request.pk).update(due_on=DUE, asked_at=at)
    Email.objects.all().delete()
    request.refresh_from_db()
    return request, by


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("today", "due", "kind"),
    [
        (day(2026, 11, 16), DUE, None),
        (day(2026, 11, 17), DUE, "near"),
        (day(2026, 11, 18), DUE, "near"),
        (DUE, DUE, "today"),
        (day(2026, 11, 20), DUE, "overdue"),
        (day(2027, 11, 20), DUE, "overdue"),
        # Thursday before a Monday and a Tuesday: a weekend lies between.
        (day(2026, 11, 19), day(2026, 11, 23), "near"),
        (day(2026, 11, 19), day(2026, 11, 24), None),
        (day(2026, 11, 21), day(2026, 11, 24), "near"),
    ],
)
def test_what_is_said_on_a_day(today, due, kind):
    assert kind_on(due, today) == kind


@pytest.mark.django_db
def test_corrections_of_the_calendar_count():
    assert kind_on(DUE, day(2026, 11, 16)) is None
    WorkingDayCorrection.objects.create(date=day(2026, 11, 18), is_working=False, name_kk="Демалыс", name_ru="Выходной")
    assert kind_on(DUE, day(2026, 11, 16)) == "near"


@pytest.mark.django_db
def test_each_reminder_is_written_once(open_request):
    request, by = open_request
    written = {}
    for offset in range((day(2026, 11, 25) - ASKED).days + 1):
        today = ASKED + datetime.timedelta(days=offset)
        for _run in range(2):
            if remind_all(today).written:
                written[today] = written.get(today, 0) + 1
    assert written == {day(2026, 11, 17): 1, DUE: 1, day(2026, 11, 20): 1}
    assert kinds(by.email) == ["proposal:reminded", "proposal:reminded", "proposal:overdue"]
    assert list(Reminder.objects.values_list("kind", "on")) == list(zip(ReminderKind.values, written, strict=True))
    for letter in Email.objects.all():
        assert "Жер кімдікі?" in letter.message
        assert f"/kk/applications/{request.proposal.application_id}/" in letter.message


@pytest.mark.django_db
def test_days_on_which_nothing_ran_are_made_up_for_once(open_request):
    assert remind_all(day(2026, 11, 18)).written == 1
    assert remind_all(day(2026, 12, 1)).written == 1
    assert remind_all(day(2026, 12, 2)).written == 0
    assert list(Reminder.objects.values_list("kind", flat=True)) == ["near", "overdue"]


@pytest.mark.django_db
def test_nobody_is_reminded_on_the_day_of_the_request(open_request):
    request, _by = open_request
    Clarification.objects.filter(pk=request.pk).update(asked_at=timezone.now(), due_on=timezone.localdate())
    assert remind_all() == Reminded(0, 0)
    assert remind_all(timezone.localdate() + datetime.timedelta(days=1)) == Reminded(1, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["answered", "withdrawn"])
def test_a_request_that_is_over_is_not_called_to_mind(open_request, way):
    request, by = open_request
    if way == "answered":
        answer(request, by=by, text="Қаланікі.", site=SITE)
    else:
        withdraw(request.proposal, by=by, note="Ойланамыз.", site=SITE)
    letters = kinds()
    assert remind_all(DUE) == Reminded(0, 0)
    # Nor when the list was read before the answer came.
    assert not remind(request, DUE)
    assert kinds() == letters


@pytest.mark.django_db
def test_one_that_fails_keeps_no_other_and_is_tried_again(open_request, monkeypatch):
    request, by = open_request
    other = filed(by).proposals.get()
    Clarification.objects.filter(pk=ask(other, by=staff("clerk"), kind="other", text="Екінші?", site=SITE).pk).update(
        due_on=DUE, asked_at=request.asked_at
    )
    real = notifications.reminded

    def broken(row):
        if row.pk == request.pk:
            raise OSError
        real(row)

    Email.objects.all().delete()
    monkeypatch.setattr(notifications, "reminded", broken)
    assert remind_all(DUE) == Reminded(1, 1)
    assert [row.request.proposal_id for row in Reminder.objects.all()] == [other.pk]
    monkeypatch.setattr(notifications, "reminded", real)
    assert remind_all(DUE) == Reminded(1, 0)
    assert len(kinds()) == 2


@pytest.mark.django_db
def test_the_command_counts_and_fails_aloud(open_request, capsys, monkeypatch):
    request, _by = open_request
    Clarification.objects.filter(pk=request.pk).update(due_on=timezone.localdate() - datetime.timedelta(days=1))

    def broken(row):
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(notifications, "overdue", broken)
        with pytest.raises(CommandError, match="1 requests failed"):
            call_command("send_reminders")
    call_command("send_reminders")
    call_command("send_reminders")
    said = capsys.readouterr().out.splitlines()
    assert said == ["0 reminders written.", "1 reminders written.", "0 reminders written."]


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_write_one_letter(open_request):
    def run(_turn):
        try:
            return remind_all(DUE)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(run, range(4)))
    assert sorted(round_.written for round_ in told) == [0, 0, 0, 1]
    assert not sum(round_.failed for round_ in told)
    assert kinds() == ["proposal:reminded"]
