"""Mail is written with its cause, sent once, and withheld from who may no longer have it (WHO-6)."""

import re

import pytest
from sqlalchemy import select, text

from portal.accounts.grants import end_grant
from portal.accounts.models import Grant
from portal.db import db, in_transaction
from portal.mail.models import OutboundMail
from portal.mail.post import Calendar, address_of, post
from portal.mail.service import deliver
from portal.mail.withhold import withhold

TEMPLATE = (
    "Subject with <angle> & more\n\nHello {{ to.name }},\n\n{{ words|quoted }}\n\n"
    "See {{ address_of('events.index') }} about {{ title|default('it') }}.\n"
)


@pytest.fixture
def template(app):
    from jinja2 import ChoiceLoader, DictLoader

    before = app.jinja_env.loader
    app.jinja_env.loader = ChoiceLoader([DictLoader({"mail/trial.md": TEMPLATE}), before])
    yield "trial"
    app.jinja_env.loader = before


def write(person, template, **options):
    in_transaction(lambda: post(person, template, cause="trial:1", words="<b>bold</b>\nFrom: x", **options))


def states():
    db.session.rollback()
    return list(db.session.scalars(select(OutboundMail.state)))


def test_mail_arrives_once_with_text_and_html(world, outbox, template, run_jobs):
    write(world.contact, template)
    [message] = run_jobs()
    assert message["To"] == "contact@people.example"
    assert message["Subject"] == "Subject with <angle> & more"
    assert message["Auto-Submitted"] == "auto-generated"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert "> <b>bold</b>" in text.get_content()
    assert "&lt;b&gt;bold" in html.get_content()
    assert run_jobs() == []
    assert states() == ["sent"]


@pytest.mark.parametrize(
    "planted",
    [
        "[the portal](http://evil.example/)",
        "<http://evil.example/>",
        "![x](http://evil.example/x.png)",
        "http://evil.example/",
    ],
)
def test_no_link_but_the_portals_own_travels_in_a_mail(world, outbox, template, run_jobs, planted):
    write(world.contact, template, title=planted)
    [message] = run_jobs()
    html = message.get_body(("html",)).get_content()
    assert re.findall(r'href="([^"]+)"', html) == ["http://127.0.0.1:8000/events"]
    assert "<img" not in html


def test_the_same_cause_mails_once(world, outbox, template, run_jobs):
    write(world.contact, template)
    write(world.contact, template)
    assert len(run_jobs()) == 1


def test_nothing_is_sent_when_the_transaction_fails(world, outbox, template, run_jobs):
    def fail():
        post(world.contact, template, cause="trial:1", words="x")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_transaction(fail)
    assert run_jobs() == []
    assert states() == []


def test_who_was_removed_meanwhile_gets_nothing(world, outbox, template, run_jobs):
    write(world.contact, template, permission="ticket:read", scope=world.congress.scope)
    grant = db.session.scalar(select(Grant.id).where(Grant.person_id == world.contact.id))
    in_transaction(lambda: end_grant(grant))
    assert run_jobs() == []
    assert states() == ["withheld"]


def test_a_job_that_runs_twice_sends_once(world, outbox, template, run_jobs):
    write(world.contact, template)
    [mail] = outbox.all()
    run_jobs()
    deliver(mail.id)
    assert run_jobs() == []


def test_an_invitation_to_a_calendar_travels_as_such(world, outbox, template, run_jobs):
    write(world.contact, template, calendar=Calendar("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "REQUEST"))
    [message] = run_jobs()
    part = next(part for part in message.walk() if part.get_content_type() == "text/calendar")
    assert part.get_param("method") == "REQUEST"
    assert part.get_content().startswith("BEGIN:VCALENDAR")


def test_a_mail_server_that_is_away_leaves_the_mail_waiting(app, world, outbox, template, monkeypatch):
    write(world.contact, template)
    [mail] = outbox.all()
    monkeypatch.setattr(app.extensions["mail"], "port", 1)
    with pytest.raises(OSError, match="refused"):
        deliver(mail.id)
    db.session.rollback()
    kept = db.session.get(OutboundMail, mail.id)
    assert (kept.state, kept.attempts) == ("queued", 1)
    assert "refused" in kept.last_error.lower()


def test_a_one_time_link_is_not_kept_once_it_is_sent(world, outbox, template, run_jobs):
    address = address_of("accounts.invitation", token="a-secret_token")
    write(world.contact, template, title=address)
    [message] = run_jobs()
    assert "a-secret_token" in message.get_body(("plain",)).get_content()
    db.session.rollback()
    [kept] = db.session.scalars(select(OutboundMail))
    assert "a-secret_token" not in kept.body_text + kept.body_html
    assert "/invitations/..." in kept.body_text


def test_links_come_from_configuration(app, world):
    with app.test_request_context("/", headers={"Host": "evil.example"}):
        assert address_of("events.index") == "http://127.0.0.1:8000/events"


@pytest.fixture
def refusing(mail_server):
    """The mail server; what it refuses is forgotten after the test."""
    yield mail_server
    mail_server.refusals.clear()


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("550 5.1.1 No such user", "failed"),
        ("550 Unknown", "failed"),
        ("553 5.1.3 Bad address", "failed"),
        ("450 4.2.0 Try again later", "queued"),
        ("452 4.2.2 Mailbox full", "queued"),
        ("550 5.7.1 Relaying denied", "queued"),
        ("530 5.7.0 Sign in first", "queued"),
        ("552 5.2.2 Mailbox full", "queued"),
    ],
)
def test_an_address_refused_for_good_is_not_tried_again(
    world, outbox, template, refusing, run_jobs, answer, state
):
    refusing.refusals["contact@people.example"] = answer
    write(world.contact, template, title=address_of("accounts.invitation", token="a-secret_token"))
    assert run_jobs() == []
    db.session.rollback()
    [kept] = db.session.scalars(select(OutboundMail))
    assert (kept.state, kept.attempts) == (state, 1)
    assert answer[4:] in kept.last_error
    assert ("a-secret_token" in kept.body_text) == (state == "queued")
    jobs = list(
        db.session.execute(text("SELECT status FROM procrastinate_jobs WHERE task_name = 'send_mail'"))
    )
    assert bool(jobs) == (state == "queued")


def test_what_is_no_longer_true_is_kept_back(world, outbox, template, run_jobs):
    write(world.contact, template)
    in_transaction(lambda: withhold("trial:1"))
    assert run_jobs() == []
    assert states() == ["withheld"]


def test_keeping_back_one_cause_leaves_others_alone(world, outbox, template, run_jobs):
    write(world.contact, template)
    in_transaction(lambda: withhold("trial:11"))
    in_transaction(lambda: withhold("trial_1"))
    assert [message["To"] for message in run_jobs()] == ["contact@people.example"]
    assert states() == ["sent"]
