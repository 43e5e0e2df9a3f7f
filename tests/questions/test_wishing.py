"""Attendees add wishes through their event's page: confirmed by mail, moderated, and nothing kept of who sent them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from flask import Flask

from portal.audit.models import AuditEntry
from portal.blueprints.questions.public_form import ATTENDEE
from portal.clock import now
from portal.db import db
from portal.errors import Conflict, Invalid
from portal.mail.models import OutboundMail
from portal.questions import asking, queries, wishing
from portal.questions.help_pages import change_help_page
from portal.questions.links import LinkGone
from portal.questions.models import Question
from portal.wishlist import moderation
from portal.wishlist.models import Wish, WishStand
from portal.wishlist.queries import visible_wishes
from tests.outbox import Outbox
from tests.people import World
from tests.questions.scenes import MIA, as_stored, count, link_in_mail
from tests.questions.test_help_pages import seal_of
from tests.signing_in import PortalClient

pytestmark = pytest.mark.usefixtures("outbox")


def wished(world: World, **changes: Any) -> Question:
    typed = {"title": "A map of the  rooms", "problem": "I never find them.\nNobody does."}
    email = changes.pop("email", MIA)
    return wishing.suggest_improvement(
        ATTENDEE, world.congress.slug, email=email, suggestion=wishing.Suggestion(**typed | changes),
        form_key=str(uuid4()),
    )  # fmt: skip


def test_a_confirmed_wish_waits_for_the_moderators_and_nothing_is_kept_of_who_sent_it(
    world: World, outbox: Outbox
) -> None:
    question = wished(world)
    (mail,) = outbox.all()
    assert (mail.address, mail.subject) == (MIA, "Send your wish for Congress")
    assert "map" not in mail.body_text + mail.body_html
    assert count(Wish) == 0
    assert asking.confirm_question(ATTENDEE, link_in_mail(question)) is None
    assert outbox.all() == []
    (wish,) = db.session.scalars(db.select(Wish)).all()
    assert (wish.state, wish.title, wish.problem) == (
        "submitted", "A map of the rooms", "I never find them.\nNobody does.",
    )  # fmt: skip
    assert (wish.author_id, wish.organisation_id, wish.useful) == (None, world.society.id, 0)
    assert count(WishStand) == 0
    stored = as_stored(question)
    assert (stored.state, stored.email, stored.body) == ("erased", "", "")
    assert {mail.body_text + mail.address for mail in db.session.scalars(db.select(OutboundMail))} == {""}
    actions = db.session.scalars(db.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["wish.submitted", "question.erased"]


def test_all_parts_of_it_arrive_and_leave_no_trace_where_they_waited(world: World) -> None:
    parts = {"affected": "Everybody", "frequency": "every_day", "workaround": "We ask.", "idea": "A map."}
    question = wished(world, **parts)
    assert "Affected: Everybody" in question.body
    asking.confirm_question(ATTENDEE, link_in_mail(question))
    (wish,) = db.session.scalars(db.select(Wish)).all()
    assert {name: getattr(wish, name) for name in parts} == parts
    assert as_stored(question).wish_texts is None


def test_one_taken_down_before_its_parts_were_kept_apart_still_arrives(world: World) -> None:
    question = wished(world)
    stored = db.session.get_one(Question, question.id)
    stored.body, stored.wish_texts = "A map\nI never find them.", None
    db.session.commit()
    asking.confirm_question(ATTENDEE, link_in_mail(question))
    (wish,) = db.session.scalars(db.select(Wish)).all()
    assert (wish.title, wish.problem) == ("A map", "I never find them.")


def test_a_link_confirms_a_wish_once_and_in_time(world: World) -> None:
    token = link_in_mail(wished(world))
    asking.confirm_question(ATTENDEE, token)
    late = link_in_mail(wished(world, title="Another"))
    with pytest.raises(LinkGone):
        asking.confirm_question(ATTENDEE, token)
    with time_machine.travel(now() + timedelta(hours=49), tick=False), pytest.raises(LinkGone):
        asking.confirm_question(ATTENDEE, late)
    assert count(Wish) == 1


def test_a_wish_is_no_question_to_anybody(world: World) -> None:
    question = wished(world)
    assert queries.question_scope(world.actor("contact"), question.id) is None
    asking.confirm_question(ATTENDEE, link_in_mail(question))
    assert queries.question_scope(world.actor("contact"), question.id) is None


def test_only_moderators_see_it_until_it_is_published_and_nobody_is_told(
    world: World, outbox: Outbox
) -> None:
    asking.confirm_question(ATTENDEE, link_in_mail(wished(world)))
    outbox.all()
    seen = {
        who: len(db.session.scalars(visible_wishes(world.actor(who))).all())
        for who in ("contact", "moderator")
    }
    assert seen == {"contact": 0, "moderator": 1}
    (key,) = db.session.scalars(db.select(Wish.id))
    moderation.publish_wish(world.actor("moderator"), key)
    assert outbox.all() == []


@pytest.mark.parametrize(
    ("field", "changes"),
    [("email", {"email": "x"}), ("title", {"title": " "}), ("title", {"title": "x" * 121}), ("body", {"problem": " "}),
     ("body", {"problem": "http://a http://b http://c"}), ("affected", {"affected": "x" * 301}),
     ("frequency", {"frequency": "hourly"}), ("workaround", {"workaround": "x" * 4001}),
     ("idea", {"idea": "http://a http://b http://c"})],
)  # fmt: skip
def test_what_cannot_be_taken_is_told(world: World, field: str, changes: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        wished(world, **changes)
    assert list(refused.value.fields) == [field]


def test_wishes_and_questions_share_the_limit_of_mail(app: Flask, world: World) -> None:
    for number in range(app.extensions["settings"].help_mails_a_day):
        wished(world, title=f"Wish {number}")
    with pytest.raises(Invalid):
        asking.ask_question(
            ATTENDEE, world.congress.slug, name="Mia", email=MIA, body="And a question?", form_key="k"
        )


def test_a_page_that_is_switched_off_takes_no_wishes(world: World) -> None:
    token = link_in_mail(wished(world))
    change_help_page(world.actor("organiser"), world.congress.id, is_open=False, team_name="", intro="")
    with pytest.raises(Conflict):
        wished(world)
    with pytest.raises(Conflict):
        asking.confirm_question(ATTENDEE, token)
    assert count(Wish) == 0


def test_a_wish_is_sent_on_the_page_confirmed_and_moderated(client: PortalClient, world: World) -> None:
    here = f"/help/{world.congress.slug}/wish"
    page = client.get(here).text
    typed = {"email": MIA, "title": "A map", "body": "I never find them.", "seal": seal_of(page)}
    assert client.post(here, typed).status_code == 422
    with time_machine.travel(now() + timedelta(seconds=9), tick=False):
        assert client.post(here, {**typed, "title": ""}).status_code == 422
        assert client.post(here, {**typed, "website": "x"}).status_code == 303
        assert count(Question) == 0
        assert client.post(here, typed).location == f"/help/{world.congress.slug}/sent"
    key = db.session.scalars(db.select(Question.id)).one()
    token = link_in_mail(db.session.get_one(Question, key))
    assert "Send your wish" in client.get(f"/asked/confirmation/{token}").text
    assert client.post(f"/asked/confirmation/{token}").location == f"/help/{world.congress.slug}"
    moderator = client.as_(world.moderator)
    (wish,) = db.session.scalars(db.select(Wish.id))
    for path in ("/staff/wishes", f"/staff/wishes/{wish}"):
        page = moderator.get(path).text
        assert "An attendee" in page
        assert MIA not in page
    done = moderator.post(
        f"/staff/wishes/{wish}/rejection", {"reason": "No."}, form_at=f"/staff/wishes/{wish}"
    )
    assert done.status_code == 303
    assert moderator.get(f"/wishes/{wish}").status_code == 200
