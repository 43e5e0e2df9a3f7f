"""Quotes to test with; after every test the books say what the orders say."""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from portal.clock import now
from portal.db import db
from portal.documents.discrepancies import discrepancies
from portal.quotes import drafting, service
from portal.quotes.lines import OfferedLine
from portal.quotes.models import Quote
from tests.people import World

LINES = [OfferedLine("Typing in the programme", 12, 9_500), OfferedLine("Setting up", 1, 25_000)]


@pytest.fixture(autouse=True)
def _books_add_up(world: World, outbox: Any) -> Iterator[None]:
    yield
    db.session.rollback()
    assert discrepancies(db.session.connection()) == []
    db.session.rollback()


@pytest.fixture
def asked(world: World) -> Callable[..., Quote]:
    """Asks for a quote on the congress."""

    def ask(who: str = "contact", **changes: Any) -> Quote:
        values: dict[str, Any] = {
            "subject": "do_it_for_us", "title": "Programme typed in", "asked_for": "120 talks, by March.",
            "form_key": str(uuid.uuid4()),
        }  # fmt: skip
        return service.ask_for_quote(world.actor(who), world.congress.id, **values | changes)

    return ask


@pytest.fixture
def sent(world: World, asked: Callable[..., Quote]) -> Callable[..., Quote]:
    """A quote with so many versions sent, the last over `days` from now."""

    def send(versions: int = 1, *, days: int = 30, quote: Quote | None = None) -> Quote:
        quote = quote or asked()
        for _ in range(versions):
            draft = drafting.save_draft(
                world.actor("agent"), quote.id, lines=LINES, words="As agreed.", terms="Half of it in advance.",
                last_day=(now() + timedelta(days=days)).date(),
            )  # fmt: skip
            quote = drafting.send_quote(world.actor("manager"), quote.id, number=draft.number)
        return quote

    return send
