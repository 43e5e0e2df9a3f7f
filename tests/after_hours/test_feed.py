"""Windows after hours in the private feeds of who holds them and who asked for them (AFT-1)."""

import icalendar

from portal.bookings.feeds import feed_behind, make_feed
from tests.people import World


def entries(world: World, name: str) -> list[tuple[str, str]]:
    text = feed_behind(make_feed(world.actor(name))) or ""
    found = icalendar.Calendar.from_ical(text).walk("VEVENT")
    return [(str(entry["UID"]), str(entry["SUMMARY"])) for entry in found]


def test_a_window_that_is_held_is_in_the_feeds_of_both_sides(world, held):
    window = held()
    listed = [(window.calendar_uid, "Support by phone after hours: Congress")]
    assert entries(world, "agent") == listed
    assert entries(world, "organiser") == listed
    for other in ("manager", "contact", "outsider"):
        assert entries(world, other) == []


def test_a_window_that_nobody_holds_yet_is_in_none(world, offered):
    offered()
    assert entries(world, "organiser") == []
