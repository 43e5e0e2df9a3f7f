"""The navigation says where the reader is: in the narrowest place of theirs that holds the page."""

import re

import pytest

CURRENT = re.compile(r'aria-current="page">\s*<span>([^<]+)</span>')


@pytest.mark.parametrize(
    ("role", "place"),
    [("contact", "Events"), ("organiser", "Events"), ("agent", "Tickets"), ("manager", "Tickets")],
)
def test_tickets_are_of_their_event_to_customers_and_of_the_queue_to_staff(world, client, role, place):
    page = client.as_(getattr(world, role)).get(f"/events/{world.congress.id}/tickets").text
    assert CURRENT.findall(page) == [place]


def test_many_links_stand_in_groups_and_few_do_not(world, client):
    manager = client.as_(world.manager).get("/staff").text
    assert re.findall(r'<li class="nav-group">([^<]+)</li>', manager) == [
        "Work", "Customers", "Ideas and help", "The portal",
    ]  # fmt: skip
    assert "nav-group" not in client.as_(world.contact).get("/events").text
