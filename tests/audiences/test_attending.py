"""The private page of somebody in an audience: what it shows, what it takes, and whom it never opens for (WHO-2)."""

from datetime import timedelta

import pytest
import time_machine

from portal.accounts.actor import SYSTEM
from portal.audiences import answering
from portal.audiences.erasing import erase_by_rule, forget_uninvited
from portal.audiences.links import LinkGone, member_behind
from portal.audiences.models import AudienceMember, AudienceRefusal
from portal.audiences.queries import numbers_of
from portal.audit.models import AuditEntry
from portal.bookings.models import Booking
from portal.db import db
from portal.errors import Conflict, Refused
from portal.events.models import Event
from portal.mail.models import OutboundMail
from portal.recordings.models import SessionMaterial
from portal.tickets.storage import store
from tests.audiences.scenes import VISITOR, as_stored, came, count, invited, link, listed, token
from tests.bookings.sessions import booking
from tests.outbox import Outbox
from tests.people import World
from tests.signing_in import PortalClient

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture
def ada(world: World, session: Booking) -> AudienceMember:
    """Somebody invited."""
    return invited(world, session, "Ada Byron")[0]


def test_it_shows_the_time_in_the_events_zone_and_eastern(client: PortalClient, ada: AudienceMember) -> None:
    page = client.get(link(ada))
    assert "Wed 25 Nov 2026, 16:00 CET" in page.text
    assert "Wed 25 Nov 2026, 10:00 EST" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert "way to join appears here" in page.text


def test_one_chooses_ones_own_zone(client: PortalClient, ada: AudienceMember) -> None:
    here = link(ada)
    assert client.post(f"{here}/time-zone", {"time_zone": "Asia/Tokyo"}, form_at=here).status_code == 303
    assert "Thu 26 Nov 2026, 00:00 JST" in client.get(here).text
    assert client.post(f"{here}/time-zone", {"time_zone": "Mars/Base"}, form_at=here).status_code == 422


def test_the_way_to_join_is_there_when_there_is_one(
    client: PortalClient, ada: AudienceMember, session: Booking
) -> None:
    here = link(ada)
    db.session.get_one(Booking, session.id).join_url = "https://meet.example/room"
    db.session.commit()
    assert 'href="https://meet.example/room"' in client.get(here).text


def test_yes_and_no_are_kept_and_reading_changes_nothing(client: PortalClient, ada: AudienceMember) -> None:
    here, key = link(ada), ada.id
    client.get(here)
    assert as_stored(key).reply is None
    for reply in ("yes", "yes", "no"):
        assert client.post(f"{here}/reply", {"reply": reply}, form_at=here).status_code == 303
        assert as_stored(key).reply == reply
    assert client.post(f"{here}/reply", {"reply": "maybe"}, form_at=here).status_code == 422
    rows = db.session.scalars(db.select(AuditEntry.after).where(AuditEntry.action == "audience.answered"))
    assert list(rows) == [{"reply": "yes"}, {"reply": "no"}]


def test_a_yes_after_a_no_needs_a_place(client: PortalClient, world: World, congress: Event) -> None:
    training = booking(
        congress, world.agent, world.contact, audience="contacts", one_per_event=False, uses_entitlement=False
    )
    first = invited(world, training, *(f"P{number} Test" for number in range(20)))[0]
    answering.answer_by_link(VISITOR, token(first), "no")
    listed(world, training, "Late Comer")
    with pytest.raises(Refused, match="None of the places"):
        answering.answer_by_link(VISITOR, token(first), "yes")
    here = link(first)
    page = client.post(f"{here}/reply", {"reply": "yes"}, form_at=here)
    assert (page.status_code, "No place is free" in page.text) == (422, True)


def test_nobody_answers_once_it_has_begun(ada: AudienceMember, session: Booking) -> None:
    ours = token(ada)
    with time_machine.travel(session.starts_at, tick=False), pytest.raises(Conflict):
        answering.answer_by_link(VISITOR, ours, "yes")


@pytest.mark.parametrize("wrong", ["x", "no-such-token", "A" * 36, "a" * 400, "é", "..%2f.."])
def test_a_link_that_is_none_opens_nothing(client: PortalClient, ada: AudienceMember, wrong: str) -> None:
    for path in ("", "/refusal", "/erasure", "/invitation.ics", "/materials/1"):
        assert client.get(f"/attending/{wrong}{path}").status_code in (404, 410)


def test_a_forged_or_replaced_link_opens_nothing(ada: AudienceMember) -> None:
    ours = token(ada)
    for at in (0, 5, 12, 30):
        forged = ours[:at] + ("A" if ours[at] != "A" else "B") + ours[at + 1 :]
        with pytest.raises(LinkGone):
            member_behind(forged)
    db.session.get_one(AudienceMember, ada.id).link_number = 1
    db.session.commit()
    with pytest.raises(LinkGone):
        member_behind(ours)


def test_one_click_of_a_mail_program_stops_the_mail(client: PortalClient, ada: AudienceMember) -> None:
    here = link(ada)
    assert "Do not write to me" in client.get(f"{here}/refusal").text
    assert count(AudienceRefusal) == 0
    clicked = client._alone("post", f"{here}/refusal", data={"List-Unsubscribe": "One-Click"})
    assert (clicked.status_code, "You get no more mail" in clicked.text) == (200, True)
    assert count(AudienceRefusal) == 1
    assert client.post(f"{here}/permission", form_at=here).status_code == 303
    assert count(AudienceRefusal) == 0


def test_the_entry_for_the_calendar(client: PortalClient, ada: AudienceMember) -> None:
    entry = client.get(f"{link(ada)}/invitation.ics")
    assert entry.headers["Content-Type"].startswith("text/calendar; charset=utf-8; method=REQUEST")
    assert "ATTENDEE" in entry.text


def test_materials_are_for_those_who_take_part(
    client: PortalClient, world: World, ada: AudienceMember, session: Booking
) -> None:
    content = b"%PDF-1.4 slides"
    material = SessionMaterial(
        booking_id=session.id, title="Slides", storage_name=store().put(content), name="slides.pdf", size=len(content),
        media_type="application/pdf", added_by_id=world.agent.id, form_key="slides",
    )  # fmt: skip
    db.session.add(material)
    db.session.commit()
    here, number = link(ada), material.id
    assert "Slides" in client.get(here).text
    got = client.get(f"{here}/materials/{number}")
    assert (got.data, got.headers["Content-Disposition"]) == (content, "attachment; filename=slides.pdf")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"{here}/materials/{number + 1}").status_code == 404
    assert client.get(f"{here}/materials/{2**70}").status_code in (404, 400)
    client.post(f"{here}/reply", {"reply": "no"}, form_at=here)
    assert client.get(f"{here}/materials/{number}").status_code == 404


def test_one_is_erased_with_everything_written_to_one(
    client: PortalClient, world: World, ada: AudienceMember, session: Booking, outbox: Outbox
) -> None:
    here, key = link(ada), ada.id
    assert "This cannot be undone" in client.get(f"{here}/erasure").text
    assert client.post(f"{here}/erasure").status_code == 200
    stored = as_stored(key)
    assert (stored.name, stored.email) == ("", "")
    (mail,) = db.session.scalars(db.select(OutboundMail).where(OutboundMail.audience_member_id == key))
    assert (mail.address, mail.body_text, mail.body_html, mail.calendar, mail.state) == (
        "",
        "",
        "",
        None,
        "withheld",
    )
    assert client.get(here).status_code == 410
    assert "presenters.example" not in client.as_(world.contact).get(f"/bookings/{session.id}/audience").text
    whole = str([(row.before, row.after) for row in db.session.scalars(db.select(AuditEntry))])
    assert "ada@" not in whole
    assert "Byron" not in whole


def test_people_are_erased_by_rule_and_counted_still(
    world: World, ada: AudienceMember, session: Booking
) -> None:
    key, ends = ada.id, session.ends_at
    with time_machine.travel(ends, tick=False):
        came(world, session, as_stored(key))
    with time_machine.travel(ends + timedelta(days=179), tick=False):
        assert erase_by_rule(SYSTEM) == 0
    with time_machine.travel(ends + timedelta(days=181), tick=False):
        assert erase_by_rule(SYSTEM) == 1
        assert erase_by_rule(SYSTEM) == 0
    assert as_stored(key).email == ""
    assert numbers_of(session.id).came == 1


def test_who_never_heard_of_a_cancelled_session_is_forgotten(world: World, session: Booking) -> None:
    listed(world, session, "Ada Byron")
    found = db.session.get_one(Booking, session.id)
    found.state, found.cancelled_at = "cancelled", found.booked_at
    db.session.commit()
    assert forget_uninvited(SYSTEM) == 0
    with time_machine.travel(session.booked_at + timedelta(days=2), tick=False):
        assert forget_uninvited(SYSTEM) == 1
