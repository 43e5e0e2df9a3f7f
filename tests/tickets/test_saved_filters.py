"""Saved views of the queue, and the keys of its pages."""

import pytest
from sqlalchemy import func, select

from portal.db import db
from portal.errors import Forbidden, Invalid, NotFound
from portal.tickets.models_distribution import SavedFilter
from portal.tickets.queue import saved_filters
from portal.tickets.queue_filter import QueueFilter
from portal.tickets.saved_filters import FILTERS_MOST, remove_filter, save_filter
from tests.duty.rota import agent
from tests.people import World, actor_of
from tests.signing_in import PortalClient
from tests.tickets.scenes import asked

LATE_BADGES = QueueFilter("late", tag="badges")


def names(world: World, who: str) -> list[str]:
    return [saved.name for saved in saved_filters(world.actor(who))]


def test_a_view_is_ones_own_unless_a_manager_shares_it(world: World) -> None:
    save_filter(world.actor("agent"), "  Late   badges ", LATE_BADGES)
    save_filter(
        world.actor("manager"), "All of the Library", QueueFilter("open", customer="Library"), shared=True
    )
    save_filter(world.actor("manager"), "Mine", QueueFilter("mine"))
    assert names(world, "agent") == ["All of the Library", "Late badges"]
    assert names(world, "manager") == ["All of the Library", "Mine"]
    with pytest.raises(Forbidden):
        save_filter(world.actor("agent"), "Ours", LATE_BADGES, shared=True)
    with pytest.raises(Forbidden):
        save_filter(world.actor("contact"), "Theirs", LATE_BADGES)


def test_the_same_name_replaces(world: World) -> None:
    save_filter(world.actor("agent"), "Today", LATE_BADGES)
    save_filter(world.actor("agent"), "Today", QueueFilter("soon"))
    assert [saved.wanted for saved in db.session.scalars(select(SavedFilter))] == [{"view": "soon"}]


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_name_is_needed_and_short(world: World, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        save_filter(world.actor("agent"), name, LATE_BADGES)
    assert list(refused.value.fields) == ["name"]


def test_there_are_at_most_so_many(world: World) -> None:
    for number in range(FILTERS_MOST):
        save_filter(world.actor("agent"), f"View {number}", LATE_BADGES)
    with pytest.raises(Invalid):
        save_filter(world.actor("agent"), "One more", LATE_BADGES)
    save_filter(world.actor("agent"), "View 3", QueueFilter("soon"))
    assert db.session.scalar(select(func.count()).select_from(SavedFilter)) == FILTERS_MOST


def test_only_its_owner_removes_it(world: World) -> None:
    saved = save_filter(world.actor("manager"), "Shared", LATE_BADGES, shared=True)
    with pytest.raises(NotFound):
        remove_filter(world.actor("agent"), saved.id)
    remove_filter(world.actor("manager"), saved.id)
    assert names(world, "manager") == []
    with pytest.raises(NotFound):
        remove_filter(world.actor("manager"), saved.id)


def test_a_view_is_saved_found_again_and_removed_on_the_page(world: World, client: PortalClient) -> None:
    browser, view = client.as_(world.agent), "/staff/tickets?view=open&topic=problem&text=badge"
    assert (
        browser.post(
            "/staff/tickets/filters?" + view.partition("?")[2], {"name": "Broken badges"}, form_at=view
        ).status_code
        == 303
    )
    page = browser.get("/staff/tickets").get_data(as_text=True)
    assert '<a href="/staff/tickets?view=open&amp;topic=problem&amp;text=badge">Broken badges</a>' in page
    assert 'aria-current="page">Broken badges' in browser.get(view).get_data(as_text=True)
    saved = db.session.scalars(select(SavedFilter.id)).one()
    assert browser.post(f"/staff/tickets/filters/{saved}/removal", form_at=view).status_code == 303
    assert (
        client.as_(world.manager).post(f"/staff/tickets/filters/{saved}/removal", form_at=view).status_code
        == 404
    )


def test_a_name_that_is_missing_is_told(world: World, client: PortalClient) -> None:
    answer = client.as_(world.agent).post(
        "/staff/tickets/filters?view=late", {"name": " "}, form_at="/staff/tickets"
    )
    assert answer.status_code == 422
    assert "Give it a name." in answer.get_data(as_text=True)


@pytest.mark.usefixtures("outbox")
def test_keys_can_be_turned_off_and_then_no_page_has_them(world: World, client: PortalClient) -> None:
    ticket = asked(world)
    other = agent("Second Agent")
    browser, pages = client.as_(world.agent), ("/staff/tickets", f"/tickets/{ticket.id}")
    assert all("shortcuts" in browser.get(page).get_data(as_text=True) for page in pages)
    assert browser.post("/staff/tickets/keyboard", {"on": "no"}).status_code == 303
    assert "Turn keys on" in browser.get("/staff/tickets/keyboard").get_data(as_text=True)
    assert not any("shortcuts" in browser.get(page).get_data(as_text=True) for page in pages)
    assert "shortcuts" in client.as_(other).get("/staff/tickets").get_data(as_text=True)
    assert "shortcuts" not in client.as_(world.contact).get(f"/tickets/{ticket.id}").get_data(as_text=True)
    assert browser.post("/staff/tickets/keyboard", {"on": "yes"}).status_code == 303
    db.session.rollback()
    assert actor_of(world.agent).shortcuts
