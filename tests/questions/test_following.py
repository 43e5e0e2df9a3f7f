"""What an attendee does by a private link, and how everything of theirs is erased."""

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest
import time_machine
from flask import Flask

from portal.accounts.actor import SYSTEM
from portal.blueprints.questions.public_form import ATTENDEE
from portal.clock import now
from portal.db import db
from portal.errors import Conflict, Invalid, NotFound
from portal.mail.models import OutboundMail
from portal.questions import following, queries, service
from portal.questions.erasing import erase_by_rule
from portal.questions.escalating import escalate_question
from portal.questions.links import LinkGone, Purpose, question_behind
from portal.questions.models import Question, QuestionLink, QuestionMessage
from tests.outbox import Outbox
from tests.people import World
from tests.questions.scenes import (
    BODY,
    MIA,
    answered,
    as_stored,
    asked,
    confirmed,
    count,
    history,
    link_in_mail,
    removed,
)

pytestmark = pytest.mark.usefixtures("outbox")


def test_a_message_opens_the_question_again_and_reaches_its_contacts(world: World, outbox: Outbox) -> None:
    question, token = confirmed(world)
    turn = answered(world, question)
    service.close_question(world.actor("contact"), question.id, seen=turn.id)
    outbox.all()
    following.write_by_link(ATTENDEE, token, body="It does not work.", form_key="k")
    following.write_by_link(ATTENDEE, token, body="It does not work.", form_key="k")
    assert sorted(mail.address for mail in outbox.all()) == sorted(
        [world.contact.email, world.other_contact.email]
    )
    stored = as_stored(question)
    assert (stored.state, stored.closed_by) == ("open", None)
    assert count(QuestionMessage, QuestionMessage.author_id.is_(None)) == 1
    assert history()[-1] == ("question.replied", "open")


def test_what_was_typed_wrong_is_told(world: World) -> None:
    _, token = confirmed(world)
    with pytest.raises(Invalid):
        following.write_by_link(ATTENDEE, token, body="x" * 4001, form_key="k")


def test_every_mail_carries_a_link_that_works_and_none_is_stored(world: World) -> None:
    question, first = confirmed(world)
    answered(world, question)
    second = link_in_mail(question)
    assert first != second
    assert question_behind(first, Purpose.FOLLOW).id == question_behind(second, Purpose.FOLLOW).id
    stored = db.session.scalars(db.select(QuestionLink.token_hash)).all()
    assert not {first, second} & set(stored)


def test_a_sent_mail_forgets_its_link(world: World, run_jobs: Callable[[], list[EmailMessage]]) -> None:
    question, _ = confirmed(world)
    sent = [mail for mail in run_jobs() if mail["To"] == MIA]
    assert len(sent) == 1
    assert all("Congress team" in str(mail["From"]) for mail in sent)
    with pytest.raises(AssertionError):
        link_in_mail(question)


def test_a_link_can_be_replaced(world: World, outbox: Outbox) -> None:
    question, token = confirmed(world)
    outbox.all()
    following.replace_link(ATTENDEE, token)
    with pytest.raises(LinkGone):
        question_behind(token, Purpose.FOLLOW)
    assert question_behind(link_in_mail(question), Purpose.FOLLOW).id == question.id
    assert [mail.address for mail in outbox.all()] == [MIA]


def test_replacing_links_sends_no_more_mail_than_is_allowed(app: Flask, world: World) -> None:
    question, token = confirmed(world)
    for _ in range(app.extensions["settings"].help_mails_a_day - 1):
        following.replace_link(ATTENDEE, token)
        token = link_in_mail(question)
    with pytest.raises(Conflict):
        following.replace_link(ATTENDEE, token)
    assert question_behind(token, Purpose.FOLLOW)


def test_a_link_ends_by_itself(world: World) -> None:
    _, token = confirmed(world)
    with time_machine.travel(now() + timedelta(days=181), tick=False), pytest.raises(LinkGone):
        question_behind(token, Purpose.FOLLOW)


def test_lost_links_are_mailed_to_the_address_that_asked_and_tell_nobody_else(
    world: World, outbox: Outbox
) -> None:
    question, _ = confirmed(world)
    asked(world, body="Not confirmed.")
    confirmed(world, email="else@attendees.example")
    outbox.all()
    at = now()
    for _ in range(2):
        following.send_question_links(SYSTEM, world.congress.id, MIA, at)
    following.send_question_links(SYSTEM, world.congress.id, "stranger@attendees.example", at)
    following.send_question_links(SYSTEM, world.fair.id, MIA, at)
    (mail,) = outbox.all()
    assert (mail.address, mail.question_id) == (MIA, question.id)
    assert mail.body_text.count("/asked/") == 1
    assert question_behind(link_in_mail(question), Purpose.FOLLOW).id == question.id


def test_closing_is_the_attendees_right_too_and_withholds_an_answer_under_way(
    world: World, run_jobs: Callable[[], list[EmailMessage]]
) -> None:
    question, token = confirmed(world)
    run_jobs()
    answered(world, question)
    following.close_by_link(ATTENDEE, token)
    following.close_by_link(ATTENDEE, token)
    assert as_stored(question).closed_by == "attendee"
    assert [mail["To"] for mail in run_jobs()] == []
    assert [action for action, _ in history()].count("question.closed") == 1


def test_erasing_leaves_nothing_of_the_attendee_anywhere(world: World, outbox: Outbox) -> None:
    question, token = confirmed(world)
    answered(world, question)
    following.write_by_link(ATTENDEE, token, body="Thank you, Mia", form_key="k")
    ticket = escalate_question(
        world.actor("contact"), question.id, topic="how_to", note="", share_address=True, form_key="k"
    )
    outbox.all()
    following.erase_by_link(ATTENDEE, token)
    assert [mail.subject for mail in outbox.all()] == ["An attendee erased a question"] * 2
    stored = as_stored(question)
    assert (stored.state, stored.name, stored.email, stored.body) == ("erased", "", "", "")
    assert (count(QuestionMessage), count(QuestionLink)) == (0, 0)
    about = db.session.scalars(db.select(OutboundMail).where(OutboundMail.question_id == question.id)).all()
    assert about
    assert {mail.body_text + mail.body_html + mail.subject for mail in about} == {""}
    assert {mail.state for mail in about} == {"withheld"}
    everything = " ".join(
        str(row) for table in db.metadata.sorted_tables for row in db.session.execute(db.select(table))
        if not table.name.startswith("ticket")
    )  # fmt: skip
    assert MIA not in everything
    assert "Mia Park" not in everything
    assert queries.shared_address(ticket) is None
    with pytest.raises(LinkGone):
        question_behind(token, Purpose.FOLLOW)
    with pytest.raises(Conflict):
        answered(world, stored)


def test_what_nobody_touched_for_as_long_as_the_settings_say_is_erased(app: Flask, world: World) -> None:
    days = app.extensions["settings"].question_keep_days
    question, _ = confirmed(world)
    with time_machine.travel(now() + timedelta(days=days - 1), tick=False):
        assert erase_by_rule(SYSTEM) == 0
        kept, _ = confirmed(world, body="A new one?")
    with time_machine.travel(now() + timedelta(days=days + 1), tick=False):
        assert erase_by_rule(SYSTEM) == 1
        assert erase_by_rule(SYSTEM) == 0
    assert (as_stored(question).state, as_stored(kept).state) == ("erased", "open")


def test_a_contact_removed_before_the_mail_goes_out_gets_none(
    world: World, run_jobs: Callable[[], list[EmailMessage]]
) -> None:
    confirmed(world)
    removed(world, "contact")
    received = {str(mail["To"]) for mail in run_jobs()}
    assert world.contact.email not in received
    assert world.other_contact.email in received


def test_an_erased_question_sends_nothing_that_was_waiting(
    world: World, run_jobs: Callable[[], list[EmailMessage]]
) -> None:
    _, token = confirmed(world)
    following.erase_by_link(ATTENDEE, token)
    assert {str(mail["Subject"]) for mail in run_jobs()} == {"An attendee erased a question"}


def test_a_reply_by_mail_counts_from_the_address_that_asked_only(world: World, outbox: Outbox) -> None:
    question, _ = confirmed(world)
    unconfirmed = asked(world, body="Not yet.")
    outbox.all()
    turn = service.reply_as_attendee(ATTENDEE, question.id, address=MIA, body="More.", form_key="m")
    assert (turn.channel, turn.author_id) == ("mail", None)
    assert len(outbox.all()) == 2
    for key, address in ((question.id, "else@attendees.example"), (question.id, ""), (unconfirmed.id, MIA)):
        with pytest.raises(NotFound):
            service.reply_as_attendee(ATTENDEE, key, address=address, body="More.", form_key="n")


def test_questions_are_kept_apart_by_event(world: World) -> None:
    ours, _ = confirmed(world)
    theirs, _ = confirmed(world, event=world.fair)
    assert queries.question_scope(world.actor("contact"), theirs.id) is None
    assert queries.question_scope(world.actor("outside_contact"), ours.id) is None
    assert queries.question_scope(world.actor("outside_contact"), theirs.id) is not None
    assert count(Question, Question.body == BODY) == 2
