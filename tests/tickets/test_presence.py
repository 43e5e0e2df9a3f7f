"""Who of support is writing on a ticket now."""

from datetime import timedelta

import pytest
import time_machine

from portal.clock import now
from portal.db import db
from portal.tickets.models_work import Presence
from portal.tickets.presence import forget_old_presence, note_presence, writing_on
from tests.people import World
from tests.signing_in import PortalClient
from tests.tickets.scenes import asked, replied

pytestmark = pytest.mark.usefixtures("outbox")


def test_a_colleague_is_seen_for_a_minute_and_nobody_sees_themselves(
    client: PortalClient, world: World
) -> None:
    ticket = asked(world)
    begun = now()
    with time_machine.travel(begun, tick=False):
        assert client.as_(world.manager).post(f"/tickets/{ticket.id}/presence").status_code == 204
        browser = client.as_(world.agent)
        assert "Manager is writing here now." in browser.get(f"/tickets/{ticket.id}").text
        assert (
            "Manager is writing here now." in browser.fragment("get", f"/tickets/{ticket.id}/presence").text
        )
        assert "is writing" not in client.as_(world.manager).get(f"/tickets/{ticket.id}").text
        assert "is writing" not in client.as_(world.contact).get(f"/tickets/{ticket.id}").text
    with time_machine.travel(begun + timedelta(seconds=60), tick=False):
        assert writing_on(world.actor("agent"), ticket) == []


def test_writing_on_lasts_from_the_last_key(world: World) -> None:
    ticket, begun = asked(world), now()
    for seconds in (0, 50):
        with time_machine.travel(begun + timedelta(seconds=seconds), tick=False):
            note_presence(world.actor("manager"), ticket.id)
    with time_machine.travel(begun + timedelta(seconds=100), tick=False):
        assert writing_on(world.actor("agent"), ticket) == ["Manager"]


def test_whoever_has_sent_their_answer_is_no_longer_writing(world: World) -> None:
    ticket = asked(world)
    note_presence(world.actor("manager"), ticket.id)
    replied(world, ticket, "manager", "Two columns.")
    assert writing_on(world.actor("agent"), ticket) == []


@pytest.mark.parametrize(
    ("who", "status"), [("contact", 403), ("organiser", 403), ("outsider", 404), ("moderator", 404)]
)
def test_only_support_sees_it(client: PortalClient, world: World, who: str, status: int) -> None:
    browser, ticket = client.as_(getattr(world, who)), asked(world)
    assert browser.get(f"/tickets/{ticket.id}/presence").status_code == status
    assert browser.post(f"/tickets/{ticket.id}/presence").status_code == status


def test_the_fragment_says_who_wrote_meanwhile(client: PortalClient, world: World) -> None:
    ticket, browser = asked(world), client.as_(world.agent)
    seen = replied(world, ticket, "contact", "Hello?").id
    assert "wrote since" not in browser.get(f"/tickets/{ticket.id}/presence?seen={seen}").text
    replied(world, ticket, "manager", "Two columns.")
    assert (
        "Manager wrote since you opened this page."
        in browser.get(f"/tickets/{ticket.id}/presence?seen={seen}").text
    )


def test_asking_again_and_again_does_not_keep_a_browser_signed_in(client: PortalClient, world: World) -> None:
    ticket, browser, begun = asked(world), client.as_(world.agent), now()
    idle = client.app.extensions["settings"].session_idle_minutes
    for minutes in (0, idle - 1, idle + 1):
        with time_machine.travel(begun + timedelta(minutes=minutes), tick=False):
            answer = browser.get(f"/tickets/{ticket.id}/presence")
    assert answer.status_code == 303
    assert "/sign-in" in answer.location


def test_old_marks_are_forgotten(world: World) -> None:
    ticket = asked(world)
    note_presence(world.actor("manager"), ticket.id)
    forget_old_presence()
    assert db.session.query(Presence).count() == 1
    db.session.rollback()
    with time_machine.travel(now() + timedelta(hours=2), tick=False):
        forget_old_presence()
    assert db.session.query(Presence).count() == 0
