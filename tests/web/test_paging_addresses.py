"""A pager's addresses keep this page's filters and nothing that would leave the site."""

import uuid

import pytest

from portal.orders import service

pytestmark = pytest.mark.usefixtures("outbox")


def test_options_of_the_address_builder_cannot_be_planted(client, world):
    for _ in range(26):
        service.order_extra_contact(
            world.actor("organiser"), world.workshop.id, purchase_order="", form_key=str(uuid.uuid4())
        )
    page = client.as_(world.organiser).get("/orders?state=pending&_external=1&_scheme=https&_anchor=x").text
    assert 'href="/orders?state=pending&amp;cursor=' in page
    assert "https://" not in page
