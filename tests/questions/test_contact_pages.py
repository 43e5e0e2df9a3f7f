"""The pages on which an event's contacts answer, and what its organisers look after."""

import pytest

from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from portal.mail.models import OutboundMail
from portal.questions.escalating import escalate_question
from portal.questions.models import HelpPage, PublishedAnswer, Question, QuestionMessage
from portal.questions.passing import for_the_attendee
from portal.questions.publishing import publish_answer
from portal.questions.suggestions import suggested_answers
from portal.tickets.models import Message, Ticket
from portal.tickets.service import reply_to_ticket
from tests.outbox import Outbox
from tests.people import World
from tests.questions.scenes import BODY, MIA, answered, as_stored, confirmed, count, removed
from tests.signing_in import PortalClient
from tests.tickets.scenes import replied

pytestmark = pytest.mark.usefixtures("outbox")


def test_a_contact_sees_the_questions_and_how_many_wait(client: PortalClient, world: World) -> None:
    confirmed(world)
    done, _ = confirmed(world, body="Where is the cloakroom?")
    answered(world, done)
    browser = client.as_(world.contact)
    here = f"/events/{world.congress.id}/questions"
    page = browser.get(here).text
    assert "My badge shows the old name" in page
    assert "cloakroom" in page
    waiting = browser.get(f"{here}?state=open").text
    assert "cloakroom" not in waiting
    assert "1 question waits for you" in browser.get(f"/events/{world.congress.id}").text
    assert browser.get(f"{here}?state=nonsense").status_code == 200


@pytest.mark.parametrize(
    ("who", "index", "show"),
    [
        ("organiser", 403, 404), ("agent", 403, 404), ("manager", 403, 404), ("admin", 403, 404),
        ("outsider", 404, 404), ("outside_contact", 404, 404), ("nobody", 404, 404),
    ],
)  # fmt: skip
def test_others_do_not_see_them(client: PortalClient, world: World, who: str, index: int, show: int) -> None:
    question, _ = confirmed(world)
    browser = client.as_(getattr(world, who))
    for ask in (browser.get, lambda address: browser.fragment("get", address)):
        assert ask(f"/events/{world.congress.id}/questions").status_code == index
        answer = ask(f"/questions/{question.id}")
        assert answer.status_code == show
        assert MIA not in answer.text
    for path in ("answers", "closure", "escalation"):
        assert (
            browser.post(f"/questions/{question.id}/{path}", {"body": "Hm."}, form_at="/account").status_code
            == 404
        )
    event = browser.get(f"/events/{world.congress.id}").text
    assert "waits for you" not in event
    assert MIA not in event


def test_a_removed_contact_is_out_with_the_next_click(client: PortalClient, world: World) -> None:
    question, _ = confirmed(world)
    browser = client.as_(world.contact)
    assert browser.get(f"/questions/{question.id}").status_code == 200
    removed(world, "contact")
    assert browser.get(f"/questions/{question.id}").status_code == 404
    assert browser.get(f"/events/{world.congress.id}/questions").status_code == 404


def test_a_contact_answers_on_the_page(client: PortalClient, world: World) -> None:
    question, _ = confirmed(world)
    browser, here = client.as_(world.contact), f"/questions/{question.id}"
    assert browser.post(f"{here}/answers", {"body": " "}, form_at=here).status_code == 422
    sent = browser.post(
        f"{here}/answers", {"body": "In your profile.", "shown_as": "The desk", "seen": "0"}, form_at=here
    )
    assert (sent.status_code, sent.location) == (303, here)
    page = browser.get(here).text
    assert "In your profile." in page
    assert "as The desk" in page
    assert MIA in page
    assert as_stored(question).state == "answered"


@pytest.mark.parametrize("state", ["failed", "bounced"])
def test_an_answer_that_did_not_arrive_is_marked(client: PortalClient, world: World, state: str) -> None:
    question, _ = confirmed(world)
    turn = answered(world, question)
    browser, here = client.as_(world.contact), f"/questions/{question.id}"
    assert "Not delivered" not in browser.get(here).text
    mail = db.session.scalars(
        db.select(OutboundMail).where(OutboundMail.cause == f"question-answer:{turn.id}")
    ).one()
    mail.state, mail.bounced_at = state, now() if state == "bounced" else None
    db.session.commit()
    assert "Not delivered" in browser.get(here).text


def test_a_draft_survives_somebody_elses_answer(client: PortalClient, world: World) -> None:
    question, _ = confirmed(world)
    here = f"/questions/{question.id}"
    answered(world, question, who="other_contact", body="Mine first.")
    refused = client.as_(world.contact).post(
        f"{here}/answers", {"body": "A long draft.", "shown_as": "", "seen": "0"}, form_at=here
    )
    assert refused.status_code == 422
    assert "A long draft." in refused.text
    assert "Mine first." in refused.text
    assert count(QuestionMessage) == 1


@pytest.mark.parametrize("forged", ["-1", "x", "9" * 30, "", "1e3"])
def test_forged_hidden_values_are_no_error_of_ours(client: PortalClient, world: World, forged: str) -> None:
    question, _ = confirmed(world)
    here = f"/questions/{question.id}"
    typed = {"body": "So.", "shown_as": "", "seen": forged, "passed_on": forged, "form_key": forged}
    assert client.as_(world.contact).post(f"{here}/answers", typed, form_at=here).status_code in (303, 422)
    assert client.as_(world.contact).get(f"{here}?suggestion={forged}").status_code == 200


def test_a_question_is_passed_on_and_supports_answer_comes_back_in_the_form(
    client: PortalClient, world: World
) -> None:
    question, _ = confirmed(world)
    browser, here = client.as_(world.contact), f"/questions/{question.id}"
    page = browser.get(f"{here}/escalation").text
    assert "Expect a reply by" in page
    assert "&gt; My badge shows" in page
    assert browser.post(f"{here}/escalation", {"topic": ""}, form_at=f"{here}/escalation").status_code == 422
    sent = browser.post(
        f"{here}/escalation", {"topic": "how_to", "note": "Urgent."}, form_at=f"{here}/escalation"
    )
    ticket = db.session.scalars(db.select(Ticket)).one()
    assert sent.location == f"/tickets/{ticket.id}"
    replied(world, ticket, "agent", "Use the badge designer.")
    assert "Pass the answer on" in browser.get(sent.location).text
    page = browser.get(here).text
    assert "Use the badge designer." in page
    assert "Pass it on" in page
    assert world.agent.name not in page


@pytest.mark.parametrize(("who", "shared", "seen"), [
    ("agent", False, False), ("agent", True, True), ("manager", True, True), ("organiser", True, False),
])  # fmt: skip
def test_support_sees_the_attendee_only_where_a_contact_shares_them(
    client: PortalClient, world: World, who: str, shared: bool, seen: bool
) -> None:
    question, _ = confirmed(world)
    ticket = escalate_question(
        world.actor("contact"), question.id, topic="how_to", note="", share_address=shared, form_key="k"
    )
    page = client.as_(getattr(world, who)).get(f"/tickets/{ticket.id}").text
    assert (MIA in page, "Mia Park" in page) == (seen, seen)
    assert "My badge shows the old name" in page


def test_what_support_does_not_cover_is_said_before_it_is_passed_on(
    client: PortalClient, world: World
) -> None:
    question, _ = confirmed(world)
    browser, here = client.as_(world.contact), f"/questions/{question.id}/escalation"
    typed = {"topic": "third_party", "note": "Their printer."}
    told = browser.post(here, typed)
    assert "Support does not cover this" in told.text
    assert "Rule OUT-2" in told.text
    assert "Their printer." in told.text
    assert count(Ticket) == 0
    assert browser.post(here, {**typed, "told": "how_to"}).status_code == 200
    assert browser.post(here, {**typed, "told": "third_party"}).status_code == 303
    assert count(Ticket) == 1


def test_notes_of_support_reach_neither_the_contacts_question_nor_the_attendee(
    client: PortalClient, world: World
) -> None:
    question, token = confirmed(world)
    ticket = escalate_question(
        world.actor("contact"), question.id, topic="how_to", note="", share_address=False, form_key="k"
    )
    db.session.add(
        Message(
            ticket_id=ticket.id, author_id=world.agent.id, from_staff=True, internal=True, body="Secret note"
        )
    )
    db.session.commit()
    for browser, path in (
        (client, f"/asked/{token}"),
        (client.as_(world.contact), f"/questions/{question.id}"),
    ):
        assert "Secret note" not in browser.get(path).text


def test_the_attendee_sees_nothing_of_the_ticket(client: PortalClient, world: World) -> None:
    question, token = confirmed(world)
    ticket = escalate_question(
        world.actor("contact"), question.id, topic="how_to", note="From me", share_address=False, form_key="k"
    )
    reply_to_ticket(world.actor("agent"), ticket.id, body="Support says so.", form_key="r", seen=10**6)
    page = client.get(f"/asked/{token}").text
    for hidden in (
        "Support says so.",
        "From me",
        world.agent.name,
        world.contact.name,
        f"/tickets/{ticket.id}",
    ):
        assert hidden not in page


def test_what_this_events_contacts_answered_before_is_offered(client: PortalClient, world: World) -> None:
    earlier, _ = confirmed(world, body="How do I change the name of my institute on the badge?")
    answered(world, earlier, body="Write to registration.")
    unlike, _ = confirmed(world, body="Where can I park my car?")
    answered(world, unlike, body="At the harbour.")
    elsewhere, _ = confirmed(world, event=world.fair, body="Change the institute on my badge, please?")
    answered(world, elsewhere, "outside_contact", body="At the fair's desk.")
    question, _ = confirmed(world)
    found = [each.answer for each in suggested_answers(world.actor("contact"), question)]
    assert found == ["Write to registration."]
    browser, here = client.as_(world.contact), f"/questions/{question.id}"
    assert "Write to registration." in browser.get(here).text
    assert ">Write to registration.</textarea>" in browser.get(f"{here}?suggestion=1").text.replace(
        "\r\n", ""
    )


def test_the_closest_answer_comes_first_and_one_word_alone_is_not_enough(world: World) -> None:
    for number, (asked, answer) in enumerate(
        (
            ("How do I change the institute on my badge?", "In your profile."),
            ("How do I change my workshop?", "Under my name."),
            ("Is there a badge for dogs?", "No."),
        )
    ):
        publish_answer(
            world.actor("contact"), world.congress.id, asked=asked, answer=answer, form_key=str(number)
        )
    question, _ = confirmed(world)
    found = [each.answer for each in suggested_answers(world.actor("contact"), question)]
    assert found == ["In your profile.", "Under my name."]


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("Hello,\n\nwhere is   my badge?", "where is my badge?"),
        (
            "Where is my badge now, and when do I get it,\nplease?",
            "Where is my badge now, and when do I get it, please?",
        ),
        ("Hello!", "Hello!"),
        ("word. " * 100, "word. " * 12 + "word…"),
        ("", "Erased question"),
    ],
)
def test_a_question_is_called_by_its_first_words(body: str, title: str) -> None:
    assert Question(body=body).title == title


@pytest.mark.parametrize(
    ("text", "handed"),
    [
        ("Hi Ann,\n\ndo this.\n\nKind regards,\nDana Whitlock", "do this."),
        ("Hi Ann,\n\ndo this.\n\n- Dana", "do this."),
        ("Do this.\nDana", "Do this."),
        ("Do this.", "Do this."),
        ("Dana", "Dana"),
        (
            "Open the list of names that Dana Whitlock has made,\nthen do this.",
            "Open the list of names that Dana Whitlock has made,\nthen do this.",
        ),
    ],
)
def test_supports_answer_is_handed_on_without_who_wrote_it(text: str, handed: str) -> None:
    assert for_the_attendee(text, "Dana Whitlock") == handed


def test_an_organiser_looks_after_the_help_page_but_reads_no_question(
    client: PortalClient, world: World
) -> None:
    browser, here = client.as_(world.organiser), f"/events/{world.congress.id}/help"
    assert browser.get(here).status_code == 200
    saved = browser.post(here, {"team_name": "The desk", "intro": "Ask us about badges."})
    assert saved.status_code == 303
    page = db.session.scalars(db.select(HelpPage)).one()
    assert (page.is_open, page.team_name) == (False, "The desk")
    assert browser.post(here, {"is_open": "y", "team_name": "<b>", "intro": ""}).status_code == 422
    actions = db.session.scalars(
        db.select(AuditEntry.action).where(AuditEntry.action.like("help_page.%"))
    ).all()
    assert actions == ["help_page.changed"]
    question, _ = confirmed(world, event=world.fair)
    new = f"{here}/answers/new"
    assert browser.get(f"{new}?question={question.id}").status_code == 404


@pytest.mark.parametrize(("who", "status"), [
    ("agent", 403), ("manager", 403), ("outsider", 404), ("outside_contact", 404),
])  # fmt: skip
def test_nobody_else_looks_after_the_help_page(
    client: PortalClient, world: World, who: str, status: int
) -> None:
    browser = client.as_(getattr(world, who))
    for path in ("help", "help/answers/new"):
        assert browser.get(f"/events/{world.congress.id}/{path}").status_code == status


def test_an_answer_is_published_reworded_and_withdrawn(client: PortalClient, world: World) -> None:
    question, _ = confirmed(world)
    answered(world, question)
    browser, new = client.as_(world.contact), f"/events/{world.congress.id}/help/answers/new"
    form = browser.get(f"{new}?question={question.id}").text
    assert "My badge shows the old name" in form
    assert "Open your profile" in form
    assert MIA not in form
    typed = {"asked": "Badge wrong?", "answer": "See your profile."}
    assert browser.post(new, {**typed, "asked": ""}).status_code == 422
    assert browser.post(new, typed).status_code == 303
    key = db.session.scalars(db.select(PublishedAnswer.id)).one()
    edit = f"/help-answers/{key}/edit"
    assert "See your profile." in browser.get(edit).text
    assert browser.post(edit, {**typed, "answer": "See the app."}).status_code == 303
    assert "See the app." in client.get(f"/help/{world.congress.slug}").text
    for _, status in (("withdrawn", 303), ("gone", 404)):
        answer = browser.post(f"/help-answers/{key}/withdrawal", form_at=f"/events/{world.congress.id}/help")
        assert answer.status_code == status
    assert "See the app." not in client.get(f"/help/{world.congress.slug}").text


def test_an_erased_question_says_so_to_its_contacts(
    client: PortalClient, world: World, outbox: Outbox
) -> None:
    from portal.blueprints.questions.public_form import ATTENDEE
    from portal.questions.following import erase_by_link

    question, token = confirmed(world)
    erase_by_link(ATTENDEE, token)
    page = client.as_(world.contact).get(f"/questions/{question.id}")
    assert "The attendee erased this" in page.text
    assert BODY not in page.text
    assert "erased a question" in outbox.subjects()[-1]


def test_closing_on_the_page(client: PortalClient, world: World) -> None:
    question, _ = confirmed(world)
    browser, here = client.as_(world.contact), f"/questions/{question.id}"
    assert browser.post(f"{here}/closure", {"seen": "0"}, form_at=here).status_code == 303
    assert browser.post(f"{here}/closure", {"seen": "0"}, form_at=here).status_code == 409
    assert as_stored(question).state == "closed"
