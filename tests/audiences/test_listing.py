"""The list of a session's people: who may keep it, what is taken, and how many have a place (COV-5 to COV-7)."""

import pytest

from portal.audiences import listing
from portal.audiences.models import AudienceMember
from portal.audiences.queries import numbers_of
from portal.audiences.reading import Standing, people_in, plan_of
from portal.audit.models import AuditEntry
from portal.bookings.models import Booking
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from portal.events.models import Event
from portal.roster.imports.sheet import Unreadable
from tests.audiences.scenes import NAMES, actions, as_stored, count, invited, listed
from tests.bookings.sessions import booking
from tests.outbox import Outbox
from tests.people import World
from tests.signing_in import PortalClient


def test_people_are_listed_and_nobody_is_written_to(world: World, session: Booking) -> None:
    assert [member.name for member in listed(world, session)] == list(NAMES)
    assert numbers_of(session.id).listed == 3
    row = db.session.scalars(db.select(AuditEntry).where(AuditEntry.action == "audience.listed")).one()
    assert len(row.after["members"]) == 3
    assert "ada" not in str(row.after).lower()


def test_who_is_listed_already_stays_as_they_are(world: World, session: Booking) -> None:
    listed(world, session, "Ada Byron")
    again = listing.list_people(
        world.actor("organiser"), session.id, [listing.wanted("Ada Other", "ADA@presenters.example ")] * 2
    )
    assert again == []
    assert count(AudienceMember) == 1


@pytest.mark.parametrize(
    ("name", "email", "field"),
    [
        ("", "a@b.example", "name"), ("Ada", "", "email"), ("Ada", "no address", "email"),
        ("Ada\nBcc: x@y.example", "a@b.example", None), ("<b>Ada</b>", "a@b.example", "name"),
        ("Ada", "a@b.example\nBcc: x@y.example", "email"), ("A" * 121, "a@b.example", "name"),
    ],
)  # fmt: skip
def test_what_is_typed_is_checked(name: str, email: str, field: str | None) -> None:
    if field is None:
        assert "\n" not in listing.wanted(name, email).name
        return
    with pytest.raises(Invalid) as wrong:
        listing.wanted(name, email)
    assert field in wrong.value.fields


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("agent", Forbidden), ("manager", NotFound), ("admin", NotFound), ("moderator", NotFound), ("nobody", NotFound),
        ("outsider", NotFound), ("outside_contact", NotFound),
    ],
)  # fmt: skip
def test_only_the_events_people_keep_it(
    world: World, session: Booking, who: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        listed(world, session, who=who)


def test_a_session_takes_as_many_as_its_kind_does(world: World, congress: Event) -> None:
    training = booking(
        congress, world.agent, world.contact, audience="contacts", one_per_event=False, uses_entitlement=False
    )
    people = [listing.wanted(f"Person {number}", f"p{number}@x.example") for number in range(21)]
    with pytest.raises(Refused, match="at most 20 participants") as full:
        listing.list_people(world.actor("contact"), training.id, people)
    assert full.value.rule == "HOW-5"
    assert full.value.links
    assert count(AudienceMember) == 0
    assert len(listing.list_people(world.actor("contact"), training.id, people[:20])) == 20
    with pytest.raises(Refused, match="None of the places are free"):
        listing.list_people(world.actor("contact"), training.id, people[20:])
    first = db.session.scalars(db.select(AudienceMember).order_by(AudienceMember.id)).first()
    first.reply = "no"
    db.session.commit()
    assert len(listing.list_people(world.actor("contact"), training.id, people[20:])) == 1


def test_live_assistance_has_no_audience(client: PortalClient, world: World, congress: Event) -> None:
    assistance = booking(
        congress, world.agent, world.contact, audience="contacts", kind="live_assistance", one_per_event=False,
        uses_entitlement=False,
    )  # fmt: skip
    with pytest.raises(Refused) as refusal:
        listed(world, assistance)
    assert refusal.value.rule == "WHO-2"
    assert (
        "nobody else is invited" in client.as_(world.contact).get(f"/bookings/{assistance.id}/audience").text
    )


def test_nobody_is_added_to_a_cancelled_session(world: World, session: Booking) -> None:
    found = db.session.get_one(Booking, session.id)
    found.state, found.cancelled_at = "cancelled", found.starts_at
    db.session.commit()
    with pytest.raises(Conflict):
        listed(world, session)


def test_who_was_never_invited_is_deleted_and_who_was_is_told(
    world: World, session: Booking, outbox: Outbox
) -> None:
    ada, bob = (member.id for member in invited(world, session, "Ada Byron", "Bob Frost"))
    cleo_id = listed(world, session, "Cleo Diaz")[0].id
    outbox.all()
    listing.take_off(world.actor("contact"), cleo_id)
    assert outbox.all() == []
    listing.take_off(world.actor("contact"), ada)
    (mail,) = outbox.all()
    assert (mail.address, mail.calendar_method) == ("ada@presenters.example", "CANCEL")
    assert "SEQUENCE:1" in mail.calendar
    with pytest.raises(Conflict, match="off the list already"):
        listing.take_off(world.actor("contact"), ada)
    assert [member.name for member in db.session.scalars(db.select(AudienceMember).order_by(AudienceMember.id))] == [
        "Ada Byron", "Bob Frost",
    ]  # fmt: skip
    assert numbers_of(session.id).listed == 1
    assert as_stored(bob).is_listed
    assert actions(of="booking")[-2:] == ["audience.taken_off", "audience.taken_off"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Name,E-mail\nAda Byron,ada@x.example\nBob,bob@x.example\n", ["new", "new"]),
        ("Ada Byron;ada@x.example\nAda;ADA@x.example\n", ["new", "twice"]),
        ('Ada Byron <ada@x.example>, "Frost, Bob" <bob@x.example>; Cleo <cleo@x.example>', ["new"] * 3),
        ("Ada Byron <ada@x.example>\nsomebody else\n", ["new", "wrong"]),
        ("Name,E-mail\n,ada@x.example\nBob,no address\n", ["wrong", "wrong"]),
        ("Name,E-mail\nListed,listed@x.example\n", ["listed"]),
        ("Vorname\tNachname\tE-Mail\nAda\tByron\tada@x.example\n", ["new"]),
    ],
)  # fmt: skip
def test_a_list_is_judged_line_by_line(text: str, expected: list[str]) -> None:
    plan = plan_of(people_in(text.encode()), {"listed@x.example"}, 10)
    assert [each.standing for each in plan.judged] == [Standing(each) for each in expected]


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n" + b"\0" * 99, b"PK\x03\x04", b"no address here"]
)
def test_what_is_no_list_says_so(content: bytes) -> None:
    with pytest.raises(Unreadable):
        people_in(content)


def test_the_pages_take_one_and_several(client: PortalClient, world: World, session: Booking) -> None:
    browser, here = client.as_(world.contact), f"/bookings/{session.id}/audience"
    assert "Nobody is on the list yet" in browser.get(here).text
    assert browser.post(here, {"name": "Ada Byron", "email": "ada@presenters.example"}).status_code == 303
    wrong = browser.post(here, {"name": "Ada Byron", "email": "ada"})
    assert (wrong.status_code, 'value="ada"' in wrong.text) == (422, True)
    pasted = "Name,E-mail\nAda,ada@presenters.example\nBob Frost,bob@presenters.example\nCleo,\n"
    preview = browser.post(f"{here}/import", {"text": pasted})
    assert "1 person can be put on the list" in preview.text
    assert "On the list already" in preview.text
    assert count(AudienceMember) == 1
    taken = browser.post(
        f"{here}/import/confirmation", {"text": "Bob Frost <bob@presenters.example>"}, form_at=here
    )
    assert taken.status_code == 303
    page = browser.get(here).text
    assert "Bob Frost" in page
    assert "2 on the list" in client.as_(world.manager).get(f"/bookings/{session.id}").text
    saved = browser.get(f"{here}.csv")
    assert "bob@presenters.example" in saved.text
    assert saved.headers["Cache-Control"] == "private, no-store"


def test_a_list_too_long_for_the_session_is_kept_in_the_form(
    client: PortalClient, world: World, congress: Event
) -> None:
    training = booking(
        congress, world.agent, world.contact, audience="contacts", one_per_event=False, uses_entitlement=False
    )
    text = "\n".join(f"Person {number} <p{number}@x.example>" for number in range(21))
    here = f"/bookings/{training.id}/audience"
    browser = client.as_(world.organiser)
    assert "Nobody can be put on the list now" in browser.post(f"{here}/import", {"text": text}).text
    refused = browser.post(f"{here}/import/confirmation", {"text": text}, form_at=here)
    assert refused.status_code == 422
    assert "Person 20" in refused.text


@pytest.mark.parametrize("who", ["manager", "outsider", "outside_contact", "nobody", "moderator"])
def test_nobody_else_knows_who_is_on_it(
    client: PortalClient, world: World, session: Booking, who: str
) -> None:
    (ada,) = listed(world, session, "Ada Byron")
    browser = client.as_(getattr(world, who))
    for path in ("audience", "audience.csv", "attendance", "audience/invitation"):
        answer = browser.get(f"/bookings/{session.id}/{path}")
        assert answer.status_code == 404
        assert "ada@" not in answer.text
    assert browser.post(f"/audience/{ada.id}/removal", form_at="/account").status_code == 404
    for path in ("", "/recording", "/materials", "/notes"):
        assert "Ada Byron" not in browser.get(f"/bookings/{session.id}{path}").text


def test_the_host_reads_and_does_not_change_it(client: PortalClient, world: World, session: Booking) -> None:
    listed(world, session, "Ada Byron")
    host = client.as_(world.agent)
    assert "ada@presenters.example" in host.get(f"/bookings/{session.id}/audience").text
    assert (
        host.post(
            f"/bookings/{session.id}/audience", {"name": "X", "email": "x@y.example"}, form_at="/account"
        ).status_code
        == 403
    )
