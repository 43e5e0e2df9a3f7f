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
