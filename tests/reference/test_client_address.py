"""Whose address counts: what our own proxies saw, never what somebody wrote into a header."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from reference.client_address import Proxies, client_address, trusted_proxies

US, PROXY, INNER = "203.0.113.9", "10.0.0.2", "10.0.0.3"
FORGED = ["198.51.100.1", "127.0.0.1", PROXY, "unknown", "", ", ,", "' OR 1=1", "1.2.3.4, 5.6.7.8", "::1", "a" * 5000]


def seen(said, peer, forwarded=None, settings=None):
    settings.TRUSTED_PROXIES = trusted_proxies(said)
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers))


@pytest.mark.parametrize("forged", FORGED)
def test_without_a_proxy_no_header_is_read(settings, forged):
    for said in ("", "0"):
        assert seen(said, US, forged, settings) == US
    elsewhere = RequestFactory().get("/", REMOTE_ADDR=US, headers={"X-Real-IP": forged, "Forwarded": f"for={forged}"})
    assert client_address(elsewhere) == US


@pytest.mark.parametrize("forged", FORGED)
@pytest.mark.parametrize(
    ("said", "written", "peer"),
    [
        ("1", US, PROXY),
        ("1", US, ""),
        ("2", f"{US}, {PROXY}", INNER),
        ("3", f"{US}, {PROXY}, {INNER}", "127.0.0.1"),
        ("10.0.0.0/24", US, PROXY),
        ("10.0.0.0/24", f"{US},{PROXY}", INNER),
        ("unix", US, ""),
        ("unix, 10.0.0.0/24", f"{US}, {PROXY}", ""),
    ],
)
def test_behind_proxies_only_what_they_wrote_counts(settings, said, written, peer, forged):
    assert seen(said, peer, f"{forged}, {written}", settings) == US
    assert seen(said, peer, written, settings) == US


def test_whoever_comes_past_the_proxy_is_counted_by_the_own_address(settings):
    assert seen("10.0.0.0/24", US, "198.51.100.1", settings) == US
    assert seen("1", US, None, settings) == US
    assert seen("2", PROXY, US, settings) == US


@pytest.mark.parametrize("garbage", ["unknown", "", "_hidden", "999.1.1.1"])
def test_where_a_proxy_wrote_no_address_the_proxy_itself_is_counted(settings, garbage):
    assert seen("1", PROXY, f"{US}, {garbage}", settings) == PROXY
    assert seen("10.0.0.0/24", PROXY, f"{US}, {garbage}", settings) == PROXY


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("203.0.113.9:4711", US),
        ("::ffff:203.0.113.9", US),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2:bbbb::2]:443", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
    ],
)
def test_an_address_is_read_as_people_have_them(settings, written, read):
    assert seen("1", PROXY, written, settings) == read


def test_a_socket_file_without_a_word_about_it_leaves_the_address_unknown(settings):
    assert seen("", "", US, settings) == ""
    assert seen("1", "", None, settings) == ""
    assert seen("10.0.0.0/8", "", US, settings) == ""


@pytest.mark.parametrize("said", ["4", "-1", "1.5", "yes", "10.0.0.1/24", "unix; 10.0.0.0/8", "٢", "999"])
def test_what_cannot_be_meant_stops_the_start(said):
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES"):
        trusted_proxies(said)


def test_what_can_be_meant_is_read():
    assert [trusted_proxies(said) for said in ("", " 0 ", "2")] == [Proxies(), Proxies(), Proxies(number=2)]
    assert trusted_proxies("unix").by_socket_file
    assert len(trusted_proxies("10.0.0.0/8, fd00::/8,").networks) == 2
