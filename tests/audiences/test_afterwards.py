"""After a session: who came, how it was, what staff write down (COV-5 to COV-7, HOW-5)."""

from datetime import timedelta

import pytest
import time_machine

from portal.accounts.actor import SYSTEM
from portal.audiences import records
from portal.audiences.attendance import note_attendance
from portal.audiences.feedback import Said, answer_feedback, answer_feedback_by_link, ask_for_feedback
from portal.audiences.models import AudienceMember, SessionFeedback, SessionNote
from portal.audiences.queries import numbers_of, record_of
from portal.audiences.ratings import ratings
from portal.audit.models import AuditEntry
from portal.bookings.endings import close_booking
from portal.bookings.models import Booking
from portal.clock import now
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from tests.audiences.scenes import VISITOR, actions, as_stored, came, count, invited, token
from tests.outbox import Outbox
from tests.people import World
from tests.signing_in import PortalClient

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture
def people(world: World, session: Booking) -> list[int]:
    """The keys of two people invited: Ada and Bob."""
    return [member.id for member in invited(world, session, "Ada Byron", "Bob Frost")]


def held(world: World, session: Booking, clock: time_machine.Traveller) -> None:
    """The session is over and marked as held."""
    clock.move_to(session.ends_at)
    close_booking(world.actor("agent"), session.id, "done")


def test_who_came_is_ticked_and_corrected(
    world: World, session: Booking, people: list[int], clock: time_machine.Traveller
) -> None:
    ada, bob = people
    with pytest.raises(Conflict, match="once the session has begun"):
        came(world, session, as_stored(ada))
    clock.move_to(session.starts_at)
    came(world, session, as_stored(ada), others=4)
    assert [as_stored(key).attended for key in people] == [True, False]
    came(world, session, as_stored(bob), who="contact")
    assert [as_stored(key).attended for key in people] == [False, True]
    assert (numbers_of(session.id).came, numbers_of(session.id).missed) == (1, 1)
    assert actions(of="booking")[-2:] == ["audience.attendance_noted"] * 2


@pytest.mark.parametrize(
    ("who", "error"), [("manager", NotFound), ("outsider", NotFound), ("nobody", NotFound)]
)
def test_only_host_and_the_events_people_tick(
    world: World,
    session: Booking,
    people: list[int],
    clock: time_machine.Traveller,
    who: str,
    error: type[Exception],
) -> None:
    clock.move_to(session.starts_at)
    with pytest.raises(error):
        came(world, session, who=who)


def test_keys_of_other_lists_and_odd_numbers_change_nothing(
    client: PortalClient, world: World, session: Booking, people: list[int], clock: time_machine.Traveller
) -> None:
    clock.move_to(session.starts_at)
    browser, here = client.as_(world.agent), f"/bookings/{session.id}/attendance"
    assert "Who came" in browser.get(here).text
    sent = browser.post(here, {"came": [str(people[0]), "999", "x", "9" * 40], "others": "2"})
    assert sent.status_code == 303
    assert numbers_of(session.id).came == 1
    for others in ("-1", "1000000", "many"):
        assert browser.post(here, {"others": others}).status_code == 422
    assert record_of(session.id).others_came == 2
    with pytest.raises(Invalid):
        note_attendance(world.actor("agent"), session.id, [], others=-1)


def test_the_page_of_a_held_session_leads_to_it(
    client: PortalClient, world: World, session: Booking, people: list[int], clock: time_machine.Traveller
) -> None:
    held(world, session, clock)
    page = client.as_(world.agent).get(f"/bookings/{session.id}").text
    assert f'href="/bookings/{session.id}/attendance"' in page
    came(world, session, as_stored(people[0]), others=1)
    page = client.as_(world.manager).get(f"/bookings/{session.id}").text
    assert "2 came" in page
    assert "attendance" not in page


def test_people_are_asked_once_and_those_who_came_alone(
    world: World, session: Booking, people: list[int], outbox: Outbox, clock: time_machine.Traveller
) -> None:
    assert ask_for_feedback(SYSTEM) == 0
    held(world, session, clock)
    assert ask_for_feedback(SYSTEM) == 0
    came(world, session, as_stored(people[0]))
    outbox.all()
    assert ask_for_feedback(SYSTEM) == 1
    mails = outbox.all()
    assert [mail.address for mail in mails] == ["contact@people.example", "ada@presenters.example"]
    assert mails[0].permission == "feedback:give"
    assert mails[1].sender_name == "Society of Tests - Congress"
    assert ask_for_feedback(SYSTEM) == 0
    assert count(SessionFeedback) == 2


def test_where_nobody_ticked_a_day_passes_and_who_declined_is_left_out(
    world: World, session: Booking, people: list[int], outbox: Outbox, clock: time_machine.Traveller
) -> None:
    db.session.get_one(AudienceMember, people[1]).reply = "no"
    db.session.commit()
    held(world, session, clock)
    clock.move_to(session.ends_at + timedelta(hours=24))
    outbox.all()
    assert ask_for_feedback(SYSTEM) == 1
    assert [mail.address for mail in outbox.all()] == ["contact@people.example", "ada@presenters.example"]


def test_who_was_invited_without_it_is_not_asked(
    world: World, session: Booking, outbox: Outbox, clock: time_machine.Traveller
) -> None:
    (ada,) = invited(world, session, "Ada Byron", asks_feedback=False)
    key = ada.id
    held(world, session, clock)
    came(world, session, as_stored(key))
    outbox.all()
    ask_for_feedback(SYSTEM)
    assert [mail.address for mail in outbox.all()] == ["contact@people.example"]


def asked(world: World, session: Booking, people: list[int], clock: time_machine.Traveller) -> str:
    """Everybody was asked; the token of Ada."""
    held(world, session, clock)
    came(world, session, as_stored(people[0]))
    ask_for_feedback(SYSTEM)
    return token(as_stored(people[0]))


def test_it_is_answered_once_and_changed_once(
    world: World, session: Booking, people: list[int], clock: time_machine.Traveller
) -> None:
    ada = asked(world, session, people, clock)
    for answer in (Said(5, "Clear"), Said(5, "Clear"), Said(4, "Clear enough")):
        answer_feedback_by_link(VISITOR, ada, answer)
        answer_feedback(world.actor("contact"), session.id, answer)
    with pytest.raises(Conflict, match="changed once already"):
        answer_feedback_by_link(VISITOR, ada, Said(1))
    with pytest.raises(Conflict):
        answer_feedback(world.actor("contact"), session.id, Said(1))
    assert {(each.score, each.words) for each in db.session.scalars(db.select(SessionFeedback))} == {
        (4, "Clear enough")
    }
    rows = db.session.scalars(db.select(AuditEntry.after).where(AuditEntry.action == "session.rated"))
    assert "Clear" not in str(list(rows))


def test_what_is_no_answer_is_not_taken(
    world: World, session: Booking, people: list[int], clock: time_machine.Traveller
) -> None:
    ada = asked(world, session, people, clock)
    for said in (Said(0), Said(6), Said(3, "x" * 2001)):
        with pytest.raises(Invalid):
            answer_feedback_by_link(VISITOR, ada, said)


def test_it_is_open_for_thirty_days_and_for_those_asked(
    world: World, session: Booking, people: list[int], clock: time_machine.Traveller
) -> None:
    ada = asked(world, session, people, clock)
    for who, error in (
        ("other_contact", Conflict),
        ("organiser", Conflict),
        ("agent", Forbidden),
        ("outsider", NotFound),
    ):
        with pytest.raises(error):
            answer_feedback(world.actor(who), session.id, Said(3))
    with pytest.raises(Conflict):
        answer_feedback_by_link(VISITOR, token(as_stored(people[1])), Said(3))
    clock.shift(timedelta(days=30, seconds=1))
    with pytest.raises(Conflict, match="time to answer is over"):
        answer_feedback_by_link(VISITOR, ada, Said(3))


def test_staff_see_averages_and_no_names(
    client: PortalClient, world: World, session: Booking, people: list[int], clock: time_machine.Traveller
) -> None:
    ada = asked(world, session, people, clock)
    here = f"/attending/{ada}"
    assert "How was it?" in client.get(here).text
    assert (
        client.post(
            f"{here}/feedback", {"score": "5", "words": "Clear *and* short"}, form_at=here
        ).status_code
        == 303
    )
    assert client.post(f"{here}/feedback", {"score": "9"}, form_at=here).status_code == 422
    contact, form = client.as_(world.contact), f"/bookings/{session.id}/feedback"
    assert f'href="{form}"' in contact.get(f"/bookings/{session.id}").text
    assert contact.post(form, {"score": "4"}).status_code == 303
    assert contact.post(form, {}).status_code == 422
    kinds, hosts, together = ratings(now() - timedelta(days=1))
    assert [(each.name, each.asked, each.answered, each.average) for each in (*kinds, *hosts, together)] == [
        ("Training for presenters", 2, 2, 4.5), ("Agent", 2, 2, 4.5), ("All sessions", 2, 2, 4.5),
    ]  # fmt: skip
    page = client.as_(world.manager).get("/staff/feedback").text
    assert "4.5" in page
    assert "short" in page
    assert "Ada" not in page
    assert contact.get("/staff/feedback").status_code == 403


def test_notes_are_staffs_and_the_summary_is_the_customers(
    client: PortalClient, world: World, session: Booking
) -> None:
    staff, here = client.as_(world.manager), f"/bookings/{session.id}/notes"
    assert staff.post(here, {"body": "They mumbled."}).status_code == 303
    assert staff.post(here, {"body": " "}).status_code == 422
    assert (
        staff.post(
            f"/bookings/{session.id}/summary", {"summary": "We covered **sound**.", "seen": ""}, form_at=here
        ).status_code
        == 303
    )
    assert "They mumbled." in staff.get(here).text
    contact = client.as_(world.contact)
    page = contact.get(f"/bookings/{session.id}").text
    assert "We covered" in page
    assert "mumbled" not in page
    assert contact.get(here).status_code == 403
    assert client.as_(world.outsider).get(here).status_code == 404
    assert count(SessionNote) == 1


def test_a_summary_does_not_overwrite_anothers(client: PortalClient, world: World, session: Booking) -> None:
    records.write_summary(world.actor("agent"), session.id, summary="First", seen="")
    with pytest.raises(Invalid, match="changed the summary"):
        records.write_summary(world.actor("manager"), session.id, summary="Second", seen="")
    staff, here = client.as_(world.manager), f"/bookings/{session.id}/notes"
    kept = staff.post(f"/bookings/{session.id}/summary", {"summary": "Second", "seen": "Old"}, form_at=here)
    assert (kept.status_code, "First" in kept.text, "Second" in kept.text) == (422, True, True)
    records.write_summary(world.actor("manager"), session.id, summary="", seen="First")
    assert record_of(session.id).summary == ""
    with pytest.raises(Forbidden):
        records.add_note(world.actor("contact"), session.id, body="x", form_key="k")
