"""Today shows each member of staff what waits for them, and nothing else."""

import pytest

from tests.guards.belongings import belongings


@pytest.fixture
def busy(world, outbox):
    """One of everything that waits; the order among it sends its invoice."""
    return belongings(world, world.congress, world.organiser, world.contact, day=3)


def cards(client, person):
    page = client.as_(person).get("/staff")
    assert page.status_code == 200
    names = [
        "Tickets due next",
        "Removals to decide",
        "Orders awaiting payment",
        "Live sessions to come",
        "Wishes",
        "People",
    ]
    return {name for name in names if f'<h2 class="card-title">{name}</h2>' in page.text}, page.text


def test_an_agent_sees_tickets_and_sessions(client, world, busy):
    shown, page = cards(client, world.agent)
    assert shown == {"Tickets due next", "Live sessions to come"}
    assert "A question" in page


def test_a_manager_sees_what_to_decide(client, world, busy):
    shown, page = cards(client, world.manager)
    assert shown == {
        "Tickets due next",
        "Removals to decide",
        "Orders awaiting payment",
        "Live sessions to come",
        "Wishes",
    }
    assert "O-0000" in page
    assert "Contact" in page


def test_a_moderator_sees_wishes_alone(client, world, busy):
    shown, page = cards(client, world.moderator)
    assert shown == {"Wishes"}
    assert "A question" not in page


def test_an_administrator_sees_people_alone(client, world, busy):
    shown, page = cards(client, world.admin)
    assert shown == {"People"}
    assert "A question" not in page


def test_a_customer_has_no_such_page(client, world):
    assert client.as_(world.organiser).get("/staff").status_code == 403


@pytest.mark.parametrize(("who", "place"), [("manager", "/staff"), ("contact", "/events")])
def test_the_front_door_leads_to_the_work(client, world, who, place):
    assert client.as_(getattr(world, who)).get("/").location == place


def test_the_front_door_leads_visitors_to_sign_in(client):
    assert client.get("/").location == "/sign-in"
