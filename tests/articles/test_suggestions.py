"""What is offered before a ticket is sent, and the tickets that were not sent."""

import pytest

from portal.accounts.actor import ANONYMOUS
from portal.articles.models import Sparing
from portal.articles.queries import suggested_articles
from portal.articles.service import note_spared
from portal.db import db
from portal.errors import Forbidden, NotFound
from tests.articles.shelf import article
from tests.people import World

TITLE = "Print badges in the size of your holders"


@pytest.fixture(autouse=True)
def articles(world: World) -> None:
    article(world.agent, TITLE, "Choose the paper, then set the margins of the printer.")
    article(
        world.agent, "Import a list of attendees", "Save the spreadsheet as CSV. The printer is not needed."
    )
    for state in ("draft", "retired"):
        article(world.agent, "Badges and badges", "Badges in a draft.", state=state)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Our badge is too small", [TITLE]),
        ("how do I set margins on the printer?", [TITLE]),
        ("the printer is broken", []),
        ("When is lunch", []),
        ("", []),
        ("the of and", []),
        ("a\x00badge | & ! ( <-> ' \\ :* {}", [TITLE]),
        ("badge " * 5000, [TITLE]),
        ("12345 §$%&/()=? ´`'\"", []),
    ],
)
def test_what_shares_enough_words_is_offered(world: World, typed: str, found: list[str]) -> None:
    assert [each.title for each in suggested_articles(world.actor("contact"), typed)] == found


@pytest.mark.parametrize(
    ("audience", "readers"),
    [
        ("everyone", {"contact", "organiser", "agent", "admin", "nobody"}),
        ("contacts", {"contact", "agent", "admin"}),
        ("organisers", {"organiser", "agent", "admin"}),
        ("staff", {"agent", "admin"}),
    ],
)
def test_only_whom_an_article_is_for_is_offered_it(world: World, audience: str, readers: set[str]) -> None:
    article(world.agent, "Certificates of attendance", audience=audience)
    asked = {name: suggested_articles(world.actor(name), "certificate") for name in
             ("contact", "organiser", "agent", "admin", "nobody")}  # fmt: skip
    assert {name for name, found in asked.items() if found} == readers
    assert bool(suggested_articles(ANONYMOUS, "certificate")) == (audience == "everyone")


def test_a_form_spares_one_ticket_however_often_it_is_said(world: World) -> None:
    first, second = article(world.agent, "One"), article(world.agent, "Two")
    contact = world.actor("contact")
    noted = [note_spared(contact, each.id, form_key="k") for each in (first, first, second)]
    assert noted == [True, False, False]
    assert note_spared(world.actor("other_contact"), first.id, form_key="k")
    assert db.session.scalar(db.select(db.func.count(Sparing.id))) == 2


def test_nothing_is_spared_by_what_cannot_be_read(world: World) -> None:
    hidden = article(world.agent, "For staff", audience="staff")
    draft = article(world.agent, "Draft", state="draft")
    for key in (hidden.id, draft.id, 10**9):
        with pytest.raises(NotFound):
            note_spared(world.actor("contact"), key, form_key="k")


def test_a_visitor_spares_no_ticket(world: World) -> None:
    public = article(world.agent, "One")
    with pytest.raises(Forbidden):
        note_spared(ANONYMOUS, public.id, form_key="k")
