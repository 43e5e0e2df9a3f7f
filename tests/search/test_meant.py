"""A word that is spelled nearly like a known one."""

import pytest

from tests.articles.shelf import article
from tests.people import World
from tests.search.findings import told
from tests.signing_in import PortalClient


@pytest.fixture(autouse=True)
def articles(world: World) -> None:
    article(world.agent, "Certificates of attendance", "Design them, then send them to attendees.")
    article(world.agent, "The giraffe", audience="staff")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("certficates", "certificates"), ("Send atendees elephant", "send attendees elephant")],
)
def test_a_known_word_is_offered(world: World, client: PortalClient, typed: str, meant: str) -> None:
    assert "Did you mean" in (said := told(client.as_(world.contact), typed))
    assert f">{meant}</a>" in said


@pytest.mark.parametrize("typed", ["elephant", "xyz", '"certficates"', "a " * 9, "girafe", "-certficates"])
def test_nothing_is_offered_otherwise(world: World, client: PortalClient, typed: str) -> None:
    assert "Did you mean" not in told(client.as_(world.contact), typed)


def test_only_who_may_read_a_word_is_offered_it(world: World, client: PortalClient) -> None:
    assert ">giraffe</a>" in told(client.as_(world.agent), "girafe")
    assert "Did you mean" not in told(client.as_(world.organiser), "girafe")
    assert "Did you mean" not in told(client.as_(world.agent), "girafe", state="open")
