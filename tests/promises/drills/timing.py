"""Whether somebody has an account, nobody learns from the time an answer takes. Run by `make drill-timing`.

Requests for yes and for no take turns, in random order. Printed for each pair: medians, and how often a request for yes
takes longer than one for no (Mann and Whitney; 0.50: nobody can tell). TIMES is how many of each, by default 200.
"""

import itertools
import math
import os
import random
import statistics
import sys
import time

import pytest
from django.conf import global_settings
from django.contrib.auth.hashers import make_password
from django.test import Client

from accounts.models import User
from accounts.services import attempts
from tests import factories
from tests.accounts.makers import BIN, FACTS, organisation
from tests.conftest import rolled_back

pytestmark = pytest.mark.django_db

TIMES = int(os.environ.get("TIMES", "200"))
MOST = 0.65
"""How often the slower of two may be the slower one before the drill fails; a missing hash is 1.00."""
BY_CHANCE = 0.01
"""What is more likely by chance than this is taken for chance."""
LEAST = 0.005
"""Seconds: what is less apart than this in the median, nobody sees through a network."""
EMAILS = {"yes": "known@example.kz", "no": "nobody@example.kz"}


@pytest.fixture(autouse=True)
def real_hashes(settings):
    """The hasher of production, and accounts whose passwords were hashed by it."""
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    factories.user(email=EMAILS["yes"])
    User.objects.filter(email=EMAILS["yes"]).update(password=make_password("ұзын құпия сөз"))


def higher(yes, no):
    """Return how often a value of the first is higher than one of the second, and how unlikely that is by chance."""
    wins = sum((a > b) + (a == b) / 2 for a, b in itertools.product(yes, no))
    share = wins / (len(yes) * len(no))
    spread = math.sqrt((len(yes) + len(no) + 1) / (12 * len(yes) * len(no)))
    return share, math.erfc(abs(share - 0.5) / spread / math.sqrt(2))


def compared(name, act, capsys):
    """Time both by turns; print what was seen; fail where they can be told apart."""
    taken = {"yes": [], "no": []}
    order = [case for _ in range(TIMES + 5) for case in random.sample(["yes", "no"], 2)]
    for case in order:
        with rolled_back():
            begun = time.perf_counter()
            status = act(case)
            taken[case].append(time.perf_counter() - begun)
        assert status in (200, 302)
    yes, no = (times[5:] for times in taken.values())
    share, chance = higher(yes, no)
    medians = [statistics.median(times) for times in (yes, no)]
    with capsys.disabled():
        sys.stdout.write(
            f"\n{name}: yes {medians[0] * 1000:.1f} ms, no {medians[1] * 1000:.1f} ms, "
            f"yes is slower in {share:.2f} of pairs (p = {chance:.3f}), {TIMES} each\n"
        )
    told_apart = abs(medians[0] - medians[1]) > LEAST and abs(share - 0.5) > MOST - 0.5 and chance < BY_CHANCE
    assert not told_apart, name


def log_in(email):
    return Client().post("/kk/account/login/", {"email": email, "password": "қате құпия сөз"}).status_code


def test_login(capsys):
    compared("login, there is an account", lambda case: log_in(EMAILS[case]), capsys)


@pytest.mark.parametrize("kind", ["closed", "without a password"])
def test_login_of_accounts_that_nobody_enters(capsys, kind):
    User.objects.filter(email=EMAILS["yes"]).update(
        **{"is_active": False} if kind == "closed" else {"password": make_password(None)}
    )
    compared(f"login, an account is {kind}", lambda case: log_in(EMAILS[case]), capsys)


def test_login_while_locked(capsys):
    for email in EMAILS.values():
        for _ in range(5):
            log_in(email)

    def locked(case):
        answer = Client().post("/kk/account/login/", {"email": EMAILS[case], "password": "қате құпия сөз"})
        assert answer.status_code == 429
        return 200

    assert attempts.tell_owners() == 1
    compared("login while locked", locked, capsys)


@pytest.mark.parametrize("page", ["register", "password/reset"])
def test_letters(capsys, page):
    compared(page, lambda case: Client().post(f"/kk/account/{page}/", {"email": EMAILS[case]}).status_code, capsys)


def test_a_used_bin(capsys):
    organisation()
    browser = Client()
    browser.force_login(factories.user(email="own@example.kz"))
    numbers = {"yes": BIN, "no": "150140000012"}

    def enter(case):
        answer = browser.post("/kk/account/organisations/new/", {**FACTS, "bin": numbers[case]})
        assert answer.status_code == 302, answer.context["form"].errors
        return 302

    compared("a BIN that is used already", enter, capsys)
