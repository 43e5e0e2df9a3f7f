"""Signing in and out: one answer for whoever may not come in, and a new token for whoever may."""

import logging
import re
import statistics
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal import create_app
from portal.accounts import service
from portal.accounts.actor import ANONYMOUS
from portal.accounts.models import Person, Session
from portal.accounts.passwords import hash_password
from portal.accounts.sessions import Browser
from portal.accounts.tokens import digest
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from tests.accounts.secrets import PASSWORD, give_password, sign_in
from tests.conftest import test_settings as settings_of
from tests.people import World
from tests.signing_in import CSRF, PortalClient

VARYING = re.compile(r'value="[^"]*"')
ALWAYS_NEW = {"X-Request-ID", "Set-Cookie"}


def test_the_form(client: PortalClient) -> None:
    page = client.get("/sign-in")
    assert page.status_code == 200
    assert 'autocomplete="username"' in page.text
    assert 'autocomplete="current-password"' in page.text
    assert "conference-demo" not in page.text


def test_signing_in_opens_a_session(client: PortalClient, contact_signs_in: World) -> None:
    assert sign_in(client, contact_signs_in.contact) == 303
    assert client.get("/events").status_code == 200
    session = db.session.scalars(select(Session)).one()
    assert (session.person_id, session.address) == (contact_signs_in.contact.id, "127.0.0.1")
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.actor_id) == ("session.opened", contact_signs_in.contact.id)


def test_any_spelling_of_the_address_will_do(client: PortalClient, contact_signs_in: World) -> None:
    typed = f"  {contact_signs_in.contact.email.upper()} "
    assert client.post("/sign-in", {"email": typed, "password": PASSWORD}).status_code == 303


def test_whoever_is_signed_in_is_led_on(client: PortalClient, world: World) -> None:
    assert client.as_(world.contact).get("/sign-in").headers["Location"] == "/"


@pytest.mark.parametrize(
    "typed",
    [
        {}, {"email": ""}, {"email": "contact@people.example"}, {"password": PASSWORD}, {"email": "x" * 5000, "password": PASSWORD},
        {"email": "a\x00b@x.example", "password": "a\x00b"}, {"email": "not an address", "password": PASSWORD},
        {"email": "contact@people.example", "password": "p" * 5000}, {"email": "'; --@x.example", "password": "\ud7ff"},
    ],
)  # fmt: skip
def test_bad_input_is_a_form_with_its_errors(
    client: PortalClient, world: World, typed: dict[str, str]
) -> None:
    answer = client.post("/sign-in", typed)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text


def test_no_answer_tells_who_has_an_account(client: PortalClient, world: World) -> None:
    give_password(world.contact)
    give_password(world.moderator)
    db.session.get_one(Person, world.moderator.id).disabled_at = now()
    db.session.commit()
    tries = {
        "unknown": ("unknown@people.example", PASSWORD),
        "wrong": (world.contact.email, PASSWORD + "!"),
        "closed": (world.moderator.email, PASSWORD),
        "without a password": (world.nobody.email, PASSWORD),
        "no address": ("no address at all", PASSWORD),
    }
    answers = {}
    for why, (email, password) in tries.items():
        answer = client.post("/sign-in", {"email": email, "password": password})
        body = VARYING.sub("", answer.text)
        headers = {k: v for k, v in answer.headers.items() if k not in ALWAYS_NEW | {"Content-Length"}}
        shown = len(answer.get_data()) - len(email)
        answers[why] = (answer.status_code, body, headers, shown)
    assert len(set(map(repr, answers.values()))) == 1, answers.keys()
    assert answers["wrong"][0] == 422
    assert db.session.scalar(select(func.count()).select_from(Session)) == 0


def test_the_unknown_cost_as_much_as_the_known(database_url: str, world: World, tmp_path: Path) -> None:
    """Processor time, not the clock on the wall, so that a busy machine changes nothing."""
    settings = settings_of(database_url, tmp_path, rate_limits=False)
    made = create_app(settings.model_copy(update={"argon2_memory_kib": 19 * 1024}))
    with made.app_context():
        give_password(world.contact)
        taken: dict[str, list[float]] = {world.contact.email: [], "unknown@people.example": []}
        for _ in range(15):
            for email, times in taken.items():
                began = time.process_time()
                service.sign_in(ANONYMOUS, email=email, password="wrong wrong wrong", browser=Browser())
                times.append(time.process_time() - began)
        began = time.process_time()
        hash_password(PASSWORD)
        hashing = time.process_time() - began
        db.session.remove()
        db.engine.dispose()
    known, unknown = (statistics.median(times) for times in taken.values())
    assert min(known, unknown) > hashing / 2
    assert abs(known - unknown) < hashing / 2


def test_a_planted_cookie_is_worth_nothing(client: PortalClient, contact_signs_in: World) -> None:
    client.get("/sign-in")
    planted = client.browser.get_cookie("portal")
    assert planted
    assert sign_in(client, contact_signs_in.contact) == 303
    given = client.browser.get_cookie("portal")
    assert given
    assert given.value != planted.value
    other = PortalClient(client.app)
    other.browser.set_cookie("portal", planted.value)
    assert other.get("/account").status_code == 303


def test_each_sign_in_has_a_token_of_its_own_and_ends_the_one_before(
    client: PortalClient, contact_signs_in: World
) -> None:
    tokens = set()
    for _ in range(2):
        page = client.get("/sign-in") if not tokens else client.get("/account")
        csrf = CSRF.search(page.text)
        assert csrf
        typed = {"csrf_token": csrf[1], "email": contact_signs_in.contact.email, "password": PASSWORD}
        assert client.post("/sign-in", typed, form_at="/account").status_code == 303
        with client.browser.session_transaction() as cookie:
            tokens.add(cookie["_user_id"])
    assert len(tokens) == 2
    assert min(len(token) for token in tokens) >= 43
    sessions = db.session.scalars(select(Session).order_by(Session.id)).all()
    assert [session.ended_at is None for session in sessions] == [False, True]
    assert {session.token_hash for session in sessions} == {digest(token) for token in tokens}


@pytest.mark.parametrize(("site", "name", "secure"), [("http://localhost:8000", "portal", False), ("https://support.example", "__Host-portal", True)])  # fmt: skip
def test_flags_of_the_cookie(
    database_url: str, world: World, tmp_path: Path, site: str, name: str, secure: bool
) -> None:
    made = create_app(settings_of(database_url, tmp_path, public_url=site, rate_limits=False))
    give_password(world.contact)
    browser = PortalClient(made)
    base = {"base_url": "https://support.example", "headers": {"Referer": "https://support.example/sign-in"}}
    page = browser._alone("get", "/sign-in", **base)
    token = CSRF.search(page.text)
    assert token
    typed = {"csrf_token": token[1], "email": world.contact.email, "password": PASSWORD}
    answer = browser._alone("post", "/sign-in", data=typed, **base)
    assert answer.status_code == 303
    (cookie,) = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith(f"{name}=")]
    flags = {flag.strip().lower() for flag in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/"} <= flags
    assert ("secure" in flags) is secure
    assert not any(flag.startswith("domain") for flag in flags)
    with made.app_context():
        db.engine.dispose()


def test_signing_out_ends_the_session_on_the_server(client: PortalClient, contact_signs_in: World) -> None:
    sign_in(client, contact_signs_in.contact)
    kept = client.browser.get_cookie("portal")
    assert kept
    answer = client.post("/sign-out")
    assert answer.status_code == 303
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "You have signed out." in client.get("/sign-in").text
    thief = PortalClient(client.app)
    thief.browser.set_cookie("portal", kept.value)
    assert thief.get("/account").headers["Location"].startswith("/sign-in")
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["session.opened", "session.ended"]


def test_signing_out_takes_a_post(client: PortalClient, world: World) -> None:
    browser = client.as_(world.contact)
    assert browser.get("/sign-out").status_code == 405
    assert browser.get("/account").status_code == 200


def test_signing_out_twice_does_no_harm(client: PortalClient, world: World) -> None:
    assert client.post("/sign-out", form_at="/sign-in").status_code == 303


def test_a_fragment_of_an_ended_session_leads_the_whole_page_to_sign_in(
    client: PortalClient, contact_signs_in: World
) -> None:
    answer = client.fragment("get", "/events")
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in")


def test_a_closed_account_is_out_at_once(client: PortalClient, contact_signs_in: World) -> None:
    sign_in(client, contact_signs_in.contact)
    db.session.get_one(Person, contact_signs_in.contact.id).disabled_at = now()
    db.session.commit()
    assert client.get("/account").status_code == 303
    assert sign_in(client, contact_signs_in.contact) == 422


def test_the_demo_shows_its_accounts_and_no_other_portal_does(
    database_url: str, world: World, tmp_path: Path
) -> None:
    from portal.demo.cast import ACCOUNTS

    made = create_app(settings_of(database_url, tmp_path, demo=True, rate_limits=False))
    page = PortalClient(made).get("/sign-in").text
    with made.app_context():
        db.engine.dispose()
    assert all(account.email in page for account in ACCOUNTS)
    assert page.count('value="conference-demo"') == len(ACCOUNTS)


def test_what_happens_is_logged_without_secrets(
    client: PortalClient, contact_signs_in: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    contact = contact_signs_in.contact
    sign_in(client, contact, "a wrong password")
    client.post("/sign-in", {"email": "unknown@people.example", "password": "a wrong password"})
    sign_in(client, contact)
    client.post("/sign-out")
    said = [record.msg for record in caplog.records if record.name.startswith("portal.accounts")]
    assert [(line["event"], line["person"]) for line in said if isinstance(line, dict)] == [
        ("sign_in_refused", contact.id), ("sign_in_refused", None), ("signed_in", contact.id), ("signed_out", contact.id),
    ]  # fmt: skip
    assert PASSWORD not in caplog.text
    assert "a wrong password" not in caplog.text
    assert "unknown@people.example" not in caplog.text
