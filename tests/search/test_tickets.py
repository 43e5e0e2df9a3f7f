"""Finding tickets by their words and by what they are."""

from datetime import timedelta

import pytest

from portal.clock import now
from portal.db import db
from portal.tickets.models import Message, Ticket
from tests.people import World
from tests.search.findings import found, note, say, ticket, told
from tests.signing_in import PortalClient


@pytest.fixture
def agent(world: World, client: PortalClient) -> PortalClient:
    return client.as_(world.agent)


def test_the_words_of_a_question_may_stand_in_different_places(world: World, agent: PortalClient) -> None:
    made = ticket(world.congress, world.contact, "Badges come out crooked", "The printer is new.")
    say(made, world.agent, "Please turn the labels.", from_staff=True, file="margins_of_labels-2026.pdf")
    for words in (
        "badge",
        "printer labels crooked",
        "margin",
        '"turn the labels"',
        "contact badge",
        "2026 labels",
    ):
        assert found(agent, words) == [made.id], words
    for words in ("printers elephant", '"labels turn"', "badge -printer"):
        assert found(agent, words) == [], words


def test_the_best_match_comes_first(world: World, agent: PortalClient) -> None:
    beside = ticket(world.congress, world.contact, "A question", "By the way, a certificate is missing.")
    about = ticket(world.congress, world.contact, "Certificate of attendance", "The certificate has no name.")
    assert found(agent, "certificate") == [about.id, beside.id]


def test_a_changed_subject_a_moved_message_and_a_new_name_are_found(
    world: World, agent: PortalClient
) -> None:
    first = ticket(world.congress, world.contact, "Old title", "Walnut.")
    second = ticket(world.congress, world.contact, "Second", "Hazel.")
    message = db.session.scalars(db.select(Message).where(Message.ticket_id == first.id)).one()
    db.session.get_one(Ticket, first.id).subject = "Fresh heading"
    message.ticket_id = second.id
    world.contact.name = "Zebulon Pike"
    db.session.commit()
    keys = (first.id, second.id)
    assert found(agent, "heading") == [keys[0]]
    assert found(agent, "old title") == []
    assert found(agent, "walnut") == [keys[1]]
    assert set(found(agent, "zebulon")) == set(keys)


def test_found_words_are_marked_and_nothing_else_is_markup(world: World, agent: PortalClient) -> None:
    ticket(
        world.congress,
        world.contact,
        "Badges <b>bold</b>",
        "<script>alert(1)</script> badge & co \ue000x\ue001",
    )
    said = told(agent, "badge")
    assert "<mark>Badges</mark> &lt;b&gt;bold&lt;/b&gt;" in said
    assert "<mark>badge</mark>" in said
    assert "<script" not in said
    assert "\ue000" not in said


def test_files_are_found_by_their_names(world: World, agent: PortalClient) -> None:
    made = ticket(world.congress, world.contact, "A list")
    say(made, world.contact, "See there.", file="hotel_rooms.xlsx")
    assert "Attached: hotel_rooms.xlsx" in told(agent, "hotel")


def test_filters_narrow_what_is_found(world: World, agent: PortalClient) -> None:
    old = now() - timedelta(days=40)
    here = ticket(
        world.congress,
        world.contact,
        "Badge one",
        "x",
        opened_at=old,
        topic="how_to",
        assignee_id=world.agent.id,
    )
    there = ticket(world.fair, world.outside_contact, "Badge two", "x", state="closed", closed_at=now())
    say(there, world.manager, "Done.", from_staff=True)
    keys = {"here": here.id, "there": there.id}
    for narrowed, left in (
        ({"event": "congress"}, {"here"}), ({"event": str(world.fair.id)}, {"there"}), ({"state": "closed"}, {"there"}),
        ({"topic": "how_to"}, {"here"}), ({"who": "outside"}, {"there"}), ({"who": "agent"}, {"here"}),
        ({"who": "manager"}, {"there"}), ({"who": world.contact.email}, {"here"}), ({"who": str(world.agent.id)}, {"here"}),
        ({"until": (now() - timedelta(days=30)).date().isoformat()}, {"here"}),
        ({"since": (now() - timedelta(days=1)).date().isoformat()}, {"there"}),
        ({"since": "2000-01-01", "until": "2100-12-31"}, {"here", "there"}),
    ):  # fmt: skip
        assert set(found(agent, "badge", **narrowed)) == {keys[each] for each in left}, narrowed
        assert {keys[each] for each in left} <= set(found(agent, "", **narrowed)), narrowed


def test_days_are_days_of_the_readers_zone(world: World, agent: PortalClient) -> None:
    late = now().replace(hour=23, minute=30) - timedelta(days=3)
    made = ticket(world.congress, world.contact, "Badge", opened_at=late)
    db.session.commit()
    vienna = (late + timedelta(hours=1)).date().isoformat()
    assert found(agent, "badge", since=vienna, until=vienna) == [made.id]
    assert found(agent, "badge", until=late.date().isoformat()) == []


def test_a_long_list_has_pages(world: World, agent: PortalClient) -> None:
    for number in range(30):
        ticket(world.congress, world.contact, f"Badge {number}")
    db.session.commit()
    first, second = found(agent, "badge"), found(agent, "badge", page="2")
    assert (len(first), len(second)) == (25, 5)
    assert len({*first, *second}) == 30
    assert found(agent, "badge", page="3") == []
    assert "No further pages" in told(agent, "badge", page="3")


def test_more_than_can_be_ranked_is_said(
    world: World, agent: PortalClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        ticket(world.congress, world.contact, f"Badge {number}")
    db.session.commit()
    newest = sorted(found(agent, "badge"))[-4:]
    monkeypatch.setattr("portal.search.tickets.RANKED_MOST", 4)
    assert sorted(found(agent, "badge")) == newest
    assert "Narrow it" in told(agent, "badge")


def test_however_long_a_text_is_it_is_kept_and_found(world: World, agent: PortalClient) -> None:
    # Each with a hyphen is kept whole and in its parts, of letters that take four bytes.
    many = " ".join(f"𝒳{number}𝒴-𝒵{number}𝒳" for number in range(20_000))
    made = ticket(world.congress, world.contact, "Long", "x" * 1_000_000, *[f"Mandarin {many}"] * 6)
    note(made, world.agent, many)
    note(made, world.agent, f"Clementine {many}")
    say(made, world.contact, "Tangerine.")
    for word in ("tangerine", "mandarin", "clementine"):
        assert found(agent, word) == [made.id]
