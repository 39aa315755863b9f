"""News to followers: every piece once, to whom it concerns, in one letter with the way out."""

import datetime
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from post_office.models import Email

from projects.models import Follow, ToldNews
from projects.queries.following import stop_all_token, stop_token
from projects.services import following
from projects.services.following import GRACE, tell_followers
from projects.services.listing import complete
from projects.services.lists import Amending, amend
from projects.services.register import approve, enter_all, exclude, record_status
from tests import factories
from tests.accounts.outbox import letters
from tests.projects.followers import ASEM, follower, paths, told_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


def test_one_letter_tells_of_the_16_projects_of_a_resolution(clerk):
    rows = enter_all([factories.entry(sector="education") for _ in range(16)])
    call_command("tell_followers", stdout=StringIO())
    follower(ago=datetime.timedelta(0), sector="education")
    approve(rows, resolution=factories.resolution(number="277-б"), by=clerk)
    assert tell_followers().letters == 1
    (letter,) = letters(ASEM)
    assert told_of(letter) == list(range(1, 17))
    assert letter.message.count("277-б") == 16
    assert "16" in letter.subject
    assert tell_followers() == following.Told()
    assert len(letters()) == 1


def test_a_letter_says_what_happened_in_the_language_of_its_reader(clerk):
    project = factories.project_in("approved", title_kk="Ғылым үйі", title_ru="Дом науки", cost=1_000_000)
    tell_followers()
    follower("kk@example.kz", "kk", project=project)
    follower("ru@example.kz", "ru", project=project)
    follower("en@example.kz", "en", project=project)
    titles = {f"title_{code}": getattr(project, f"title_{code}") for code in ("kk", "ru", "en")}
    line = Amending(project=project, cost=2_000_000, term_years=None, reason_kk="Баға өсті.", **titles)
    amend([line], resolution=factories.resolution("amendment", adopted="2018-01-01"), by=clerk)
    record_status(project, "partner_selection", by=clerk, since="2018-05", note_kk="Конкурс жарияланды.")
    exclude(
        [project], resolution=factories.resolution("exclusion", adopted="2019-01-01"), by=clerk, note_kk="Бас тарту."
    )
    assert tell_followers() == following.Told(news=3, letters=3)
    by_language = {letter.to[0][:2]: letter for letter in letters()}
    english = by_language["en"].message.replace("\u00a0", " ")
    assert "1 000 000 ₸ → 2 000 000 ₸" in english
    for words in ("Changed in the list", "New status: ", "Taken out of the list", "Бас тарту.", "Конкурс жарияланды."):
        assert words in english
    assert english.index("Changed in the list") < english.index("New status: ") < english.index("Taken out")
    assert "Ғылым үйі" in by_language["kk"].message
    assert "Дом науки" in by_language["ru"].message
    for language, letter in by_language.items():
        assert letter.headers["Content-Language"] == language
        assert paths(letter, "/projects/1/") == [f"/{language}/projects/1/"]


def test_a_letter_goes_to_those_who_follow_the_project_its_sector_its_city_or_all():
    hears = {
        "all": {},
        "sector": {"sector": "education"},
        "city": {"territory": factories.ALMATY},
        "district": {"territory": factories.MEDEU},
        "elsewhere": {"territory": factories.ASTANA},
        "other": {"sector": "health"},
    }
    for name, target in hears.items():
        follower(f"{name}@example.kz", **target)
    unconfirmed = Follow(email="never@example.kz", language="kk", token_hash="x")
    unconfirmed.save()
    factories.project(territory=factories.MEDEU)
    tell_followers()
    assert {letter.to[0] for letter in letters()} == {
        f"{name}@example.kz" for name in ("all", "sector", "city", "district")
    }
    factories.project(territory=factories.ALMATY, sector="health")
    tell_followers()
    assert {letter.to[0][:-11] for letter in letters()[4:]} == {"all", "city", "other"}


def test_each_letter_carries_the_way_out(client):
    first, second = follower(sector="education"), follower("ASEM@example.kz", territory=factories.ALMATY)
    factories.project()
    assert tell_followers().letters == 1, "one letter for an address, whatever the case of its letters"
    (letter,) = letters()
    assert told_of(letter) == [1]
    stops = paths(letter, "/follow/stop/")
    assert stops == [
        f"/kk/follow/stop/{token}/" for token in (stop_token(first), stop_token(second), stop_all_token(ASEM))
    ]
    assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert urlsplit(letter.headers["List-Unsubscribe"].strip("<>")).path == stops[2]
    sent = letter.prepare_email_message().message()
    assert sent["List-Unsubscribe"].startswith("<http")
    client.post(stops[0])
    factories.project()
    tell_followers()
    assert urlsplit(letters()[1].headers["List-Unsubscribe"].strip("<>")).path == stops[1]
    client.post(stops[2])
    factories.project()
    assert tell_followers() == following.Told(news=1)


def test_a_follower_hears_of_what_comes_after_and_of_what_was_committed_late():
    factories.project()
    follower(ago=-2 * GRACE, sector="education")  # confirmed long after the project was recorded
    assert tell_followers() == following.Told(news=1)
    late = factories.project()
    follower("b@example.kz", ago=-GRACE / 2, sector="education")  # as if the row was committed only now
    tell_followers()
    assert [letter.to[0] for letter in letters()] == ["b@example.kz"]
    assert told_of(letters()[0]) == [late.number]


def test_news_that_are_old_when_telling_begins_are_not_told():
    now = timezone.now()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: now - datetime.timedelta(days=31))
        factories.project()
    follower(ago=datetime.timedelta(days=60))
    factories.project()
    assert tell_followers() == following.Told(news=1, letters=1)
    assert told_of(letters()[0]) == [2]


def test_a_long_list_of_news_is_one_letter_that_says_how_many_more():
    follower()
    enter_all([factories.entry() for _ in range(33)])
    assert tell_followers().letters == 1
    assert told_of(letters()[0]) == list(range(1, 31))
    assert "33" in letters()[0].subject
    assert paths(letters()[0], "/kk/projects/")[-1] == "/kk/projects/", "the others stand in the list"


def test_a_record_that_was_only_completed_is_no_news():
    project = factories.project_in("approved", cost=None)
    tell_followers()
    follower()
    project.cost = 5
    project.save()
    complete(project, by=None)
    assert tell_followers() == following.Told()


def test_a_round_that_fails_tells_everything_next_time(monkeypatch):
    follower()
    follower("b@example.kz")
    factories.project()

    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(following, "tell", killed)
        with pytest.raises(KeyboardInterrupt):
            tell_followers()
    assert (ToldNews.objects.count(), Email.objects.count()) == (0, 0)
    assert tell_followers() == following.Told(news=1, letters=2)


def test_one_letter_that_cannot_be_written_does_not_keep_the_others_back(monkeypatch, caplog):
    follower("bad@example.kz")
    follower("good@example.kz")
    factories.project()
    honest = following.tell

    def moody(grounds, *rest):
        if grounds[-1].email.startswith("bad"):
            raise ValueError
        return honest(grounds, *rest)

    monkeypatch.setattr(following, "tell", moody)
    assert tell_followers().letters == 1
    assert [letter.to[0] for letter in letters()] == ["good@example.kz"]
    assert "example.kz" not in caplog.text


def test_what_was_told_stays_told():
    factories.project()
    tell_followers()
    for act in (ToldNews.objects.all().delete, lambda: ToldNews.objects.update(told_at=timezone.now())):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


@pytest.mark.django_db(transaction=True)
def test_two_rounds_at_once_and_a_row_committed_late_tell_once_each():
    follower(sector="education")
    factories.project()

    def round_of_its_own():
        try:
            return tell_followers()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        with transaction.atomic():
            late = factories.project()  # recorded now, committed after the next row was told
            factories_at_once = [job.result(timeout=30) for job in [pool.submit(round_of_its_own) for _ in range(3)]]
        assert sorted(told.letters for told in factories_at_once) == [0, 0, 1]
        assert pool.submit(round_of_its_own).result(timeout=30) == following.Told(news=1, letters=1)
    assert [told_of(letter) for letter in letters()] == [[1], [late.number]]
