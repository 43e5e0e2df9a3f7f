"""Invitation and reset links: by mail, once, for a time, for one purpose, and used by POST only."""

import re
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest
import time_machine
from sqlalchemy import func, select

from portal.accounts.invitations import invite
from portal.accounts.links import Purpose
from portal.accounts.models import OneTimeLink, Person, Session
from portal.accounts.passwords import matches
from portal.accounts.tokens import digest
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from tests.accounts.secrets import OTHER, PASSWORD, give_password, link_for, sign_in
from tests.outbox import Outbox
from tests.people import World
from tests.signing_in import CSRF, PortalClient

pytestmark = pytest.mark.usefixtures("outbox")

Jobs = Callable[[], list[EmailMessage]]
ANSWERS = {"name": "Nobody Special", "time_zone": "Asia/Tokyo", "password": PASSWORD}


def stored(person: Person) -> Person:
    db.session.remove()
    return db.session.get_one(Person, person.id)


def path_in(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body
    found = re.search(r"http://127\.0\.0\.1:8000(/\S+)", body.get_content())
    assert found
    return found[1]


def all_mail(jobs: Jobs) -> list[EmailMessage]:
    """The mail of jobs that are due, and of those that they queue."""
    return jobs() + jobs()


def ask(client: PortalClient, jobs: Jobs, email: str) -> list[EmailMessage]:
    assert client.post("/password-reset", {"email": email}).status_code == 303
    return all_mail(jobs)


def test_an_invited_person_chooses_a_password_and_is_in(
    client: PortalClient, world: World, run_jobs: Jobs
) -> None:
    assert invite(world.actor("organiser"), world.nobody)
    db.session.commit()
    (mail,) = run_jobs()
    assert mail["To"] == world.nobody.email
    path = path_in(mail)
    page = client.get(path)
    assert page.status_code == 200
    assert world.nobody.email in page.text
    assert 'autocomplete="new-password"' in page.text
    assert client.post(path, ANSWERS).headers["Location"] == "/"
    assert client.get("/account").status_code == 200
    person = stored(world.nobody)
    assert (person.name, person.time_zone) == ("Nobody Special", "Asia/Tokyo")
    assert sign_in(PortalClient(client.app), world.nobody) == 303
    assert run_jobs() == []


def test_a_forgotten_password_is_chosen_anew(client: PortalClient, world: World, run_jobs: Jobs) -> None:
    give_password(world.contact)
    open_elsewhere = client.as_(world.contact)
    (mail,) = ask(client, run_jobs, f" {world.contact.email.upper()}")
    path = path_in(mail)
    assert client.get(path).status_code == 200
    answer = client.post(path, {"password": OTHER})
    assert answer.headers["Location"] == "/sign-in"
    assert "Your new password is set" in client.get("/sign-in").text
    assert open_elsewhere.get("/account").status_code == 303
    assert sign_in(client, world.contact, PASSWORD) == 422
    assert sign_in(client, world.contact, OTHER) == 303
    (notice,) = run_jobs()
    assert notice["Subject"] == "Your password was changed"
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_type == "person")).all()
    assert actions == ["person.reset_requested", "person.password_reset"]


def test_opening_a_link_uses_nothing_up(client: PortalClient, world: World) -> None:
    for purpose in Purpose:
        path = link_for(world.nobody, purpose)
        for _ in range(3):
            assert client.get(path).status_code == 200
        assert client.browser.head(path).status_code == 200
    assert db.session.scalar(select(func.count()).where(OneTimeLink.used_at.is_not(None))) == 0


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_link_works_once(client: PortalClient, world: World, purpose: Purpose) -> None:
    path = link_for(world.nobody, purpose)
    assert client.post(path, ANSWERS).status_code == 303
    other = PortalClient(client.app)
    assert other.get(path).status_code == 410
    again = other.post(path, ANSWERS | {"password": OTHER}, form_at="/sign-in")
    assert again.status_code == 410
    assert "Send me a new link" in again.text
    assert matches(stored(world.nobody).password_hash, PASSWORD)


@pytest.mark.parametrize(
    ("purpose", "lifetime"), [(Purpose.INVITATION, timedelta(days=7)), (Purpose.RESET, timedelta(hours=1))]
)
def test_a_link_works_for_its_time_and_no_longer(
    client: PortalClient, world: World, purpose: Purpose, lifetime: timedelta
) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        path = link_for(world.nobody, purpose)
        clock.shift(lifetime - timedelta(seconds=1))
        page = client.get(path)
        token = CSRF.search(page.text)
        assert token
        clock.shift(timedelta(seconds=1))
        assert client.get(path).status_code == 410
        late = client.post(path, ANSWERS | {"csrf_token": token[1]}, form_at="/sign-in")
        assert late.status_code == 410
        assert stored(world.nobody).password_hash is None


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_link_is_bound_to_its_purpose(client: PortalClient, world: World, purpose: Purpose) -> None:
    token = link_for(world.nobody, purpose).rpartition("/")[2]
    other = "password-reset" if purpose is Purpose.INVITATION else "invitations"
    assert client.get(f"/{other}/{token}").status_code == 410
    assert client.post(f"/{other}/{token}", ANSWERS, form_at="/sign-in").status_code == 410
    assert (
        client.get(f"/{'invitations' if other == 'password-reset' else 'password-reset'}/{token}").status_code
        == 200
    )


def test_only_the_newest_reset_link_works(client: PortalClient, world: World, run_jobs: Jobs) -> None:
    give_password(world.contact)
    (first,) = ask(client, run_jobs, world.contact.email)
    (second,) = ask(client, run_jobs, world.contact.email)
    assert client.get(path_in(first)).status_code == 410
    assert client.get(path_in(second)).status_code == 200


def test_a_new_password_withdraws_every_link(client: PortalClient, world: World) -> None:
    invitation, reset = link_for(world.nobody, Purpose.INVITATION), link_for(world.nobody, Purpose.RESET)
    assert client.post(reset, {"password": PASSWORD}).status_code == 303
    assert client.get(invitation).status_code == 410


def test_two_invitations_both_work_until_one_is_used(client: PortalClient, world: World) -> None:
    first, second = link_for(world.nobody, Purpose.INVITATION), link_for(world.nobody, Purpose.INVITATION)
    assert client.get(first).status_code == client.get(second).status_code == 200
    assert client.post(first, ANSWERS).status_code == 303
    assert PortalClient(client.app).get(second).status_code == 410


def test_a_password_that_will_not_do_leaves_the_link_as_it_was(client: PortalClient, world: World) -> None:
    for purpose in Purpose:
        path = link_for(world.nobody, purpose)
        refused = client.post(path, ANSWERS | {"password": "password1234"})
        assert refused.status_code == 422
        assert "many people use" in refused.text
        assert client.post(path, ANSWERS | {"password": ""}).status_code == 422
        assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "typed",
    [{"name": ""}, {"name": "<b>"}, {"name": "x" * 999}, {"time_zone": "Mars/Olympus"}, {"time_zone": ""}],
)
def test_bad_input_of_an_invited_person(client: PortalClient, world: World, typed: dict[str, str]) -> None:
    path = link_for(world.nobody, Purpose.INVITATION)
    answer = client.post(path, ANSWERS | typed)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text


@pytest.mark.parametrize("token", ["x", "%00", "a" * 3000, "..", "ünï", "x%2Fy"])
def test_a_made_up_link_explains_the_way_on(client: PortalClient, world: World, token: str) -> None:
    for start in ("/invitations/", "/password-reset/"):
        answer = client.get(start + token)
        assert answer.status_code in (404, 410)


def test_a_link_of_a_closed_account_is_dead(client: PortalClient, world: World, run_jobs: Jobs) -> None:
    path = link_for(world.nobody, Purpose.RESET)
    db.session.get_one(Person, world.nobody.id).disabled_at = now()
    db.session.commit()
    assert client.get(path).status_code == 410
    assert client.post(path, ANSWERS, form_at="/sign-in").status_code == 410
    assert ask(client, run_jobs, world.nobody.email) == []


def test_asking_tells_nobody_who_has_an_account(client: PortalClient, world: World, run_jobs: Jobs) -> None:
    answers, asked = [], []
    for email in (world.contact.email, "unknown@people.example"):
        answer = client.post("/password-reset", {"email": email})
        asked.append(list(client.queries))
        shown = client.get("/sign-in").text.replace(email, "the address")
        answers.append((answer.status_code, answer.headers["Location"], re.sub(r'value="[^"]*"', "", shown)))
    assert answers[0] == answers[1]
    assert asked[0] == asked[1]
    assert [mail["To"] for mail in all_mail(run_jobs)] == [world.contact.email]


@pytest.mark.parametrize("email", ["", "no address", "a@b@c.example", "x" * 400 + "@x.example", "a\x00b"])
def test_asking_with_no_address(client: PortalClient, world: World, email: str) -> None:
    assert client.post("/password-reset", {"email": email}).status_code == 422


def test_the_same_request_done_twice_mails_once(world: World, outbox: Outbox) -> None:
    from portal.accounts.actor import SYSTEM
    from portal.accounts.recovery import send_reset

    asked_at = now()
    for _ in range(2):
        send_reset(SYSTEM, world.contact.email, asked_at)
    assert outbox.subjects() == [f"Choose a new password -> {world.contact.email}"]


def test_only_a_hash_of_the_token_is_kept(world: World, context: None) -> None:
    token = link_for(world.nobody, Purpose.RESET).rpartition("/")[2]
    assert len(token) >= 43
    kept = db.session.scalars(select(OneTimeLink.token_hash)).all()
    assert kept == [digest(token)]


def test_using_a_link_leaves_the_session_of_whoever_was_signed_in(client: PortalClient, world: World) -> None:
    browser = client.as_(world.contact)
    assert browser.post(link_for(world.nobody, Purpose.INVITATION), ANSWERS).status_code == 303
    assert "Nobody Special" in browser.get("/account").text
    contacts = db.session.scalars(select(Session).where(Session.person_id == world.contact.id)).all()
    assert [session.ended_at is not None for session in contacts] == [True]
