"""The demo, loaded once for all tests that only look at it, at moments that differ in what they are near to."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask

from portal.db import db
from portal.demo import LoadReport, load
from tests.conftest import _empty_all

MOMENTS = {
    "a Tuesday noon, nine days after the clocks went back": datetime(2026, 11, 10, 17, 0, tzinfo=UTC),
    "a Sunday night in the holidays": datetime(2027, 1, 3, 4, 30, tzinfo=UTC),
    "a holiday that is observed on a Monday": datetime(2027, 7, 5, 14, 5, tzinfo=UTC),
}


@pytest.fixture(scope="module", params=MOMENTS.values(), ids=MOMENTS.keys())
def demo(app: Flask, request: pytest.FixtureRequest) -> Iterator[LoadReport]:
    """The report of a load; the clock stays at its moment, and the rows go when the module is done."""
    with app.app_context(), time_machine.travel(request.param, tick=False):
        yield load()
        db.session.remove()
        _empty_all()
