"""What the tests of the command stand on."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy.engine import make_url


@pytest.fixture
def empty_database(server_url: str, worker_id: str) -> Iterator[str]:
    """The address of a database with nothing in it."""
    name = f"portal_empty_{worker_id}"
    address = make_url(server_url).set(drivername="postgresql").render_as_string()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
        yield make_url(server_url).set(database=name).render_as_string()
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
