"""The demo, loaded once for all tests that only look at it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask

from portal.db import db
from portal.demo import LoadReport, load
from tests.conftest import _empty

# A Tuesday noon in New York, nine days after the clocks went back there.
NOW = datetime(2026, 11, 10, 17, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo(app: Flask) -> Iterator[LoadReport]:
    """The report of a load at NOW; the clock stays there, and the rows go when the module is done."""
    with app.app_context(), time_machine.travel(NOW, tick=False):
        yield load()
        db.session.remove()
        _empty()
