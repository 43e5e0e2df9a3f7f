"""A request reads statement by statement; what a use case does is one transaction all the same."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from portal.accounts.models import Organisation
from portal.db import db, in_transaction
from tests.people import World
from tests.signing_in import PortalClient

TRANSACTION_TIME = text("SELECT now()")
PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%role_grant%'")


@pytest.fixture
def request_at_work(app: Flask, context: None) -> Iterator[None]:
    """Within a request, after what comes before its view."""
    with app.test_request_context("/"):
        app.preprocess_request()
        yield


def read_twice() -> bool:
    """Whether two statements were in one transaction: its time stands still."""
    return db.session.scalar(TRANSACTION_TIME) == db.session.scalar(TRANSACTION_TIME)


def test_a_requests_reads_stand_alone(request_at_work: None) -> None:
    assert not read_twice()


def test_outside_of_requests_there_is_a_transaction(context: None) -> None:
    assert read_twice()


def test_what_a_request_writes_is_one_transaction(request_at_work: None) -> None:
    assert in_transaction(read_twice)
    assert not read_twice()


def test_what_fails_half_way_in_a_request_writes_nothing(request_at_work: None) -> None:
    def half() -> None:
        db.session.add(Organisation(name="Half"))
        db.session.flush()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        in_transaction(half)
    assert db.session.query(Organisation).filter_by(name="Half").count() == 0
    assert not read_twice()


def test_pages_leave_their_statements_prepared(app: Flask, world: World, client: PortalClient) -> None:
    browser = client.as_(world.organiser)
    db.session.remove()
    db.engine.dispose()
    for _ in range(8):
        browser.get("/events")
    with db.engine.connect() as connection:
        assert connection.scalar(PREPARED) > 0
