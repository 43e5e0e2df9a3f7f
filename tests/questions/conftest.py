"""What tests of help pages need beside the world: a portal that counts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal import create_app
from portal.db import db
from portal.web.rate_limits import limiter
from tests.conftest import test_settings as settings_of
from tests.people import World
from tests.signing_in import PortalClient


@pytest.fixture
def counting(database_url: str, world: World, tmp_path: Path) -> Iterator[PortalClient]:
    """A browser at a portal whose rate limits are switched on."""
    made: Flask = create_app(settings_of(database_url, tmp_path, rate_limits=True))
    yield PortalClient(made)
    limiter.enabled = False
    with made.app_context():
        db.engine.dispose()
