"""What tests of mail that comes in stand on: a portal that takes mail."""

from collections.abc import Iterator

import pytest
from flask import Flask

ADDRESS = "support@conf.example"


@pytest.fixture
def takes_mail(app: Flask) -> Iterator[None]:
    """The portal has an address at which mail comes in."""
    before = app.extensions["settings"]
    app.extensions["settings"] = before.model_copy(update={"inbound_address": ADDRESS})
    yield
    app.extensions["settings"] = before
