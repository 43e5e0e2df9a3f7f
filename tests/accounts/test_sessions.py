"""Where one is signed in: seen, ended one by one or all at once, and ended by time."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from portal.accounts.browsers import browser_name
from portal.accounts.models import Session
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from tests.accounts.secrets import give_password, sign_in
from tests.people import World
from tests.signing_in import PortalClient

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def session_of(browser: PortalClient) -> Session:
    from portal.accounts.tokens import digest

    with browser.browser.session_transaction() as cookie:
        token = cookie["_user_id"]
    db.session.remove()
    return db.session.scalars(select(Session).where(Session.token_hash == digest(token))).one()


def test_the_list_says_which_browser_from_where(client: PortalClient, world: World) -> None:
    give_password(world.contact)
    client.browser.environ_base["HTTP_USER_AGENT"] = FIREFOX
    sign_in(client, world.contact)
    client.as_(world.contact)
    client.as_(world.organiser)
    page = client.get("/account/sessions").text
    assert "Firefox on Linux" in page
    assert "127.0.0.1" in page
    assert page.count("This browser") == 1
    assert page.count('data-label="Address"') == 2


def test_one_browser_is_signed_out(client: PortalClient, world: World) -> None:
    here, there = client.as_(world.contact), client.as_(world.contact)
    path = f"/account/sessions/{session_of(there).id}/sign-out"
    assert here.post(path, form_at="/account/sessions").headers["Location"] == "/account/sessions"
    assert there.get("/account").status_code == 303
    assert here.get("/account").status_code == 200
    assert db.session.scalars(select(AuditEntry.action)).all() == ["session.ended"]


def test_ending_the_session_one_is_in_signs_out(client: PortalClient, world: World) -> None:
    here = client.as_(world.contact)
    path = f"/account/sessions/{session_of(here).id}/sign-out"
    assert here.post(path, form_at="/account/sessions").headers["Location"] == "/sign-in"
    assert here.get("/account").status_code == 303


@pytest.mark.parametrize("who", ["outsider", "organiser", "other_contact", "admin"])
def test_nobody_ends_the_session_of_another(client: PortalClient, world: World, who: str) -> None:
    theirs = client.as_(world.contact)
    path = f"/account/sessions/{session_of(theirs).id}/sign-out"
    assert client.as_(getattr(world, who)).post(path, form_at="/account/sessions").status_code == 404
    assert theirs.get("/account").status_code == 200


@pytest.mark.parametrize("key", ["0", "999999999999999999", "99999999999999999999999999", "x", "-1"])
def test_a_session_that_is_none(client: PortalClient, world: World, key: str) -> None:
    path = f"/account/sessions/{key}/sign-out"
    assert client.as_(world.contact).post(path, form_at="/account/sessions").status_code == 404


def test_all_others_are_signed_out(client: PortalClient, world: World) -> None:
    here, there, other = client.as_(world.contact), client.as_(world.contact), client.as_(world.other_contact)
    here.post("/account/sessions/others/sign-out", form_at="/account/sessions")
    assert [b.get("/account").status_code for b in (here, there, other)] == [200, 303, 200]


def test_signing_out_everywhere_signs_out_here_too(client: PortalClient, world: World) -> None:
    here, there, other = client.as_(world.contact), client.as_(world.contact), client.as_(world.other_contact)
    answer = here.post("/account/sessions/all/sign-out", form_at="/account/sessions")
    assert answer.headers["Location"] == "/sign-in"
    assert answer.headers["Clear-Site-Data"]
    assert [b.get("/account").status_code for b in (here, there, other)] == [303, 303, 200]


def test_a_session_unused_for_twelve_hours_is_over(client: PortalClient, world: World) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        browser = client.as_(world.contact)
        clock.shift(timedelta(hours=11))
        assert browser.get("/account").status_code == 200
        clock.shift(timedelta(hours=11))
        assert browser.get("/account").status_code == 200
        clock.shift(timedelta(hours=12, minutes=1))
        assert browser.get("/account").status_code == 303


def test_a_session_is_over_after_fourteen_days_however_used(client: PortalClient, world: World) -> None:
    give_password(world.contact)
    with time_machine.travel(now(), tick=False) as clock:
        sign_in(client, world.contact)
        for _ in range(2 * 14 - 1):
            clock.shift(timedelta(hours=12))
            assert client.get("/account").status_code == 200
        clock.shift(timedelta(hours=12))
        assert client.get("/account").status_code == 303


def test_reading_writes_nothing_and_writing_is_remembered(client: PortalClient, world: World) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        browser = client.as_(world.contact)
        began = session_of(browser).last_write_at
        clock.shift(timedelta(minutes=5))
        browser.get("/account")
        browser.get("/events")
        assert session_of(browser).last_write_at == began
        browser.post("/account", {"name": "", "time_zone": "UTC"})
        assert session_of(browser).last_write_at == began
        browser.post("/account", {"name": "Contact", "time_zone": "UTC"})
        assert session_of(browser).last_write_at == began + timedelta(minutes=5)


@pytest.mark.parametrize("page", ["/sign-in", "/account", "/account/sessions", "/password-reset", "/events"])
def test_a_page_changes_no_row(client: PortalClient, world: World, page: str) -> None:
    browser = client.as_(world.contact)
    browser.get(page)
    assert [q for q in browser.queries if not q.lstrip().upper().startswith(("SELECT", "WITH"))] == []
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 0


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15", "Safari on Mac"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8", "A browser"),
        ("", "A browser"),
        ("<script>alert(1)</script>", "A browser"),
    ],
)  # fmt: skip
def test_names_of_browsers(sent: str, name: str) -> None:
    assert browser_name(sent) == name
