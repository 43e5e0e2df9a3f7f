"""After every test of the order book, its documents and its ledger say what the orders say."""

from collections.abc import Iterator

import pytest

from portal.db import db
from portal.documents.discrepancies import discrepancies
from tests.people import World


@pytest.fixture(autouse=True)
def _books_add_up(world: World) -> Iterator[None]:
    yield
    db.session.rollback()
    assert discrepancies(db.session.connection()) == []
    db.session.rollback()
