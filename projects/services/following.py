"""Following the register by e-mail: asked for, confirmed by a letter, told once, ended by one press."""

import datetime
import hashlib
import logging
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from django.core.signing import BadSignature
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from projects.models import Follow, Project, ToldNews
from projects.notifications import ask_to_confirm, tell
from projects.queries.following import ended_by
from projects.queries.news import followed_by, list_news, newest, status_news
from reference.locks import Turn, wait_for_turn
from reference.models import Sector, Territory

logger = logging.getLogger(__name__)

LINK_LASTS = datetime.timedelta(hours=48)
OLD = datetime.timedelta(days=30)
"""News older than this are not told any more: nobody wants a letter about last season."""
GRACE = datetime.timedelta(hours=1)
"""What was recorded so long before an address was confirmed may have been committed after it, and is told."""
EVENTS = 300
"""Pieces of news that are read for one letter."""
BATCH = 1_000


class LinkIsNotGood(Exception):
    """The link is damaged, too old, or was used."""


@dataclass(frozen=True)
class Told:
    """What a round did."""

    news: int = 0
    letters: int = 0
    forgotten: int = 0


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def ask_to_follow(email: str, target: Project | Sector | Territory | None, *, language: str, site: str) -> None:
    """Write the letter that asks the owner of the address to confirm.

    Whoever follows that already gets the same letter: for the asker all addresses look alike, in words and in work.
    """
    token = secrets.token_urlsafe(24)
    follow = Follow(email=email, language=language, token_hash=_hash(token))
    if target is not None:
        setattr(follow, type(target).__name__.lower(), target)
    if ask_to_confirm(follow, token, site=site) is not None:
        follow.save(force_insert=True)


def _asked(token: str, rows: QuerySet[Follow]) -> Follow:
    found = rows.filter(token_hash=_hash(token), asked_at__gt=timezone.now() - LINK_LASTS).first()
    if found is None:
        raise LinkIsNotGood
    return found


def asked_by(token: str) -> Follow:
    """Return what a link would confirm; raise LinkIsNotGood."""
    return _asked(token, Follow.objects.select_related("project", "sector", "territory"))


def confirm(token: str, *, language: str) -> Follow:
    """Begin to follow and return the follow; raise LinkIsNotGood for a damaged, old or used link."""
    try:
        with transaction.atomic():
            return _confirm(token, language)
    except IntegrityError:
        # Another link of the same address for the same thing was quicker.
        with transaction.atomic():
            return _confirm(token, language)


def _confirm(token: str, language: str) -> Follow:
    follow = _asked(token, Follow.objects.select_for_update())
    same = Follow.objects.filter(
        confirmed_at__isnull=False,
        address_key=follow.address_key,
        project=follow.project,
        sector=follow.sector,
        territory=follow.territory,
    ).first()
    if same is not None:
        follow.delete()
        same.language = language
        same.save(update_fields=["language"])
        return same
    follow.confirmed_at, follow.token_hash, follow.language = timezone.now(), "", language
    follow.save(update_fields=["confirmed_at", "token_hash", "language"])
    return follow


def stop_following(token: str) -> int:
    """End what the secret of a letter is for, at once and for good; return how many follows ended.

    Raises LinkIsNotGood for a secret that is none of ours. A second press ends nothing and is no fault.
    """
    try:
        return ended_by(token).delete()[0]
    except BadSignature as error:
        raise LinkIsNotGood from error


def unconfirmed() -> QuerySet[Follow]:
    """Return the follows whose letter nobody answered while its link was good."""
    return Follow.objects.filter(confirmed_at__isnull=True, asked_at__lte=timezone.now() - LINK_LASTS)


def tell_followers() -> Told:
    """Tell followers of every change that was not told yet: one letter each, whatever happened meanwhile.

    Changes are marked and letters written in one transaction, one round at a time, so nothing is told twice or lost.
    """
    forgotten = unconfirmed().delete()[0]
    with transaction.atomic():
        wait_for_turn(Turn.NEWS)
        moment = timezone.now()
        news = _mark(moment)
        letters = _write(moment) if news else 0
    return Told(news, letters, forgotten)


def _mark(moment: datetime.datetime) -> int:
    """Mark what is told in this round; return how many. By what is not marked, never by a time: rows commit late."""
    marked = 0
    for name, rows in (("list_change", list_news()), ("status_change", status_news())):
        untold = rows.filter(told__isnull=True, recorded_at__gt=moment - OLD).values_list("pk", flat=True)
        while keys := list(untold.order_by("pk")[:BATCH]):
            ToldNews.objects.bulk_create([ToldNews(**{f"{name}_id": key}, told_at=moment) for key in keys])
            marked += len(keys)
    return marked


def _followers(moment: datetime.datetime) -> Iterator[list[Follow]]:
    """Yield the follows that this round may concern, those of one address together, the newest last."""
    touched = Project.objects.filter(Q(list_changes__told__told_at=moment) | Q(status_changes__told__told_at=moment))
    places = touched.values("territory"), touched.values("territory__parent")
    rows = (
        Follow.objects.filter(confirmed_at__isnull=False)
        .filter(
            Q(project__isnull=True, sector__isnull=True, territory__isnull=True)
            | Q(project__in=touched.values("pk"))
            | Q(sector__in=touched.values("sector"))
            | Q(territory__in=places[0])
            | Q(territory__in=places[1])
        )
        .select_related("project", "sector", "territory")
        .order_by("address_key", "confirmed_at")
    )
    for _key, group in groupby(rows.iterator(chunk_size=BATCH), key=lambda follow: follow.address_key):
        yield list(group)


def _write(moment: datetime.datetime) -> int:
    letters = 0
    for follows in _followers(moment):
        try:
            with transaction.atomic():
                letters += _letter(follows, Q(told__told_at=moment))
        except ValueError:
            # One letter that cannot be written must not keep the others back; the address is nobody's business here.
            logger.exception("The news of follow %s could not be written.", follows[-1].pk)
    return letters


def _letter(follows: list[Follow], told: Q) -> int:
    wanted = Q(pk__in=[])
    for follow in follows:
        assert follow.confirmed_at is not None
        wanted |= followed_by(follow) & Q(recorded_at__gt=follow.confirmed_at - GRACE)
    news = newest(told & wanted, limit=EVENTS)
    if not news:
        return 0
    projects = {one.project.pk for one in news}
    if len(news) == EVENTS:
        projects = {
            key
            for rows in (list_news(), status_news())
            for key in rows.filter(told & wanted).values_list("project", flat=True)
        }
    return int(tell(follows, news, len(projects)) is not None)
