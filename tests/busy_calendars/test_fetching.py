"""Fetching from the internet and from nowhere inside a network, whatever an address or a server tries."""

import gzip
import socket
import time
import zlib

import pytest

from portal.busy_calendars import addresses, fetching
from portal.busy_calendars.addresses import NotFetched, is_public, resolved, target, tidied
from portal.busy_calendars.confined import fetched
from portal.busy_calendars.fetching import LARGEST, fetch
from tests.busy_calendars.feeds import MEETING, calendar, giving, served

BODY = calendar(MEETING)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
     "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.88.99.1",
     "::1", "::", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1",
     "2002:0a00:0001::", "2001:0:0a00:1::", "64:ff9b::a00:1", "2001:db8::1", "x", ""],
)  # fmt: skip
def test_nothing_inside_a_network_is_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_the_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    ["http://calendar.example/a.ics", "ftp://calendar.example/a", "file:///etc/passwd", "gopher://x.example", "https://",
     "https:///a.ics", "https://user:word@calendar.example/a.ics", "https://calendar.example:22/", "https://calendar.example:99999/",
     "https://calendar.example:25/", "https://[::1", "https://a b.example/", "https://calendar.example/\nHost: x",
     "https://calendar.example/" + "a" * 1_500, "javascript:alert(1)", "", "x", "https://exämple.example/ü"],
)  # fmt: skip
def test_other_addresses_are_refused_before_anything_is_asked(address):
    with pytest.raises(NotFetched):
        target(address, here=False)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/a", "https://localhost/a", "https://127.0.0.1:8443/a", "https://[::1]/a"]
)
def test_this_machine_is_no_place_for_calendars_outside_a_trial(address):
    with pytest.raises(NotFetched):
        resolved(target(address, here=False))


def test_a_name_that_leads_inside_by_one_of_its_addresses_is_refused(monkeypatch):
    def looked_up(*_args, **_more):
        return [(0, 0, 0, "", ("8.8.8.8", 443)), (0, 0, 0, "", ("169.254.169.254", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    with pytest.raises(NotFetched, match="private network"):
        resolved(target("https://calendar.example/a.ics", here=False))


def test_it_connects_to_the_address_that_was_checked_and_asks_for_the_name(monkeypatch):
    """A name that answers differently the second time leads nowhere else: it is looked up once."""
    asked = []

    def looked_up(host, *_args, **_more):
        asked.append(host)
        return [(0, 0, 0, "", ("8.8.8.8" if len(asked) == 1 else "10.0.0.1", 443))]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", looked_up)
    wanted = target("https://calendar.example/a.ics", here=False)
    pool = fetching._pool(wanted, resolved(wanted))
    assert (pool.host, pool.conn_kw["server_hostname"], pool.assert_hostname) == (
        "8.8.8.8", "calendar.example", "calendar.example",
    )  # fmt: skip
    assert asked == ["calendar.example"]


def test_webcal_is_https_and_a_fragment_is_left_out():
    assert tidied(" webcal://Calendar.example/a.ics?b=c#d ") == "https://Calendar.example/a.ics?b=c"


def test_a_calendar_is_fetched_whatever_its_type_is_said_to_be():
    for kind in ("text/calendar", "text/html", "application/octet-stream"):
        with served(giving(BODY, Content_Type=kind)) as address:
            assert fetch(address, here=True) == BODY


@pytest.mark.parametrize(
    "to",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/a",
        "file:///etc/passwd",
        "//192.168.0.1/a",
        "https://[fd00::1]/",
    ],
)
def test_no_redirect_leads_inside(to):
    with served(giving(b"", 302, Location=to)) as address, pytest.raises(NotFetched):
        fetch(address, here=True)


def test_redirects_end():
    with (
        served(giving(b"", 302, Location="/again")) as address,
        pytest.raises(NotFetched, match="without end"),
    ):
        fetch(address, here=True)


@pytest.mark.parametrize("status", [401, 403, 404, 410, 500, 204])
def test_another_answer_than_the_calendar_is_told(status):
    with served(giving(b"", status)) as address, pytest.raises(NotFetched, match=f"status {status}"):
        fetch(address, here=True)


def test_what_is_too_large_is_not_taken():
    with (
        served(giving(b"x" * (LARGEST + 1))) as address,
        pytest.raises(NotFetched, match="larger than 4 MiB"),
    ):
        fetch(address, here=True)


def test_a_bomb_is_not_unpacked():
    """Fifty mebibytes of zeros in a few kilobytes: unpacked to the limit and no further."""
    bomb = gzip.compress(bytes(50 * 2**20), 6)
    assert len(bomb) < LARGEST
    with (
        served(giving(bomb, Content_Encoding="gzip")) as address,
        pytest.raises(NotFetched, match="larger than 4 MiB"),
    ):
        fetch(address, here=True)


@pytest.mark.parametrize(
    ("encoding", "body"), [("gzip", gzip.compress(BODY)), ("deflate", zlib.compress(BODY))]
)
def test_what_is_packed_though_not_asked_for_is_unpacked(encoding, body):
    with served(giving(body, Content_Encoding=encoding)) as address:
        assert fetch(address, here=True) == BODY


@pytest.mark.parametrize(("encoding", "body"), [("gzip", b"nonsense"), ("br", BODY)])
def test_what_is_packed_in_an_unknown_or_broken_way_is_refused(encoding, body):
    with served(giving(body, Content_Encoding=encoding)) as address, pytest.raises(NotFetched):
        fetch(address, here=True)


def test_a_server_that_drips_is_given_up():
    def dripping(request):
        request.send_response(200)
        request.end_headers()
        for _ in range(100):
            try:
                request.wfile.write(b"B")
                request.wfile.flush()
            except OSError:
                return
            time.sleep(0.1)

    with served(dripping) as address:
        begun = time.monotonic()
        with pytest.raises(NotFetched, match="too long"):
            fetched(address, here=True, seconds=1.5)
        assert time.monotonic() - begun < 4


def test_nobody_there():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    with pytest.raises(NotFetched, match="cannot be reached"):
        fetch(f"http://127.0.0.1:{port}/", here=True)


def test_fetched_in_a_process_of_its_own():
    with served(giving(BODY)) as address:
        assert fetched(address, here=True) == BODY
        with pytest.raises(NotFetched, match="begins with https"):
            fetched(address, here=False)
