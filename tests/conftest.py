"""What every test stands on: a real PostgreSQL, the real application, and a clean world.

One embedded server serves all workers; each worker has its own database, copied from one that was
migrated once. After each test every row it wrote is gone.
"""

import fcntl
import hashlib
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Table, text
from sqlalchemy.engine import make_url

from portal import create_app, embedded, tables
from portal.config import Settings, load_settings
from portal.db import Base, db
from portal.jobs.app import work
from tests.mail_server import MailServer
from tests.outbox import Outbox
from tests.people import World, settle
from tests.signing_in import PortalClient

# One for each checkout and user: two that test at once do not share a template.
CHECKOUT = hashlib.sha256(str(Path(__file__).parent).encode()).hexdigest()[:8]
SERVER = Path(tempfile.gettempdir()) / f"portal-tests-{os.getuid()}-{CHECKOUT}"
TEMPLATE = "portal_template"
# Importing `tables` lets any one module of tests be collected alone: models name each other.
ALL_MODELS = tables.__all__
WRITTEN = "SELECT replace(sequencename, '_id_seq', '') FROM pg_sequences WHERE last_value IS NOT NULL"
GUARDED_BY_TRIGGERS = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
DUE_JOBS = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())"
MANY_ROWS = 2_000
KEPT_TABLES = frozenset({"policy_edition"})


def test_settings(url: str, folder: Path, **overrides: Any) -> Settings:
    """Settings of a portal under test: its own database and folder, quick password checks."""
    return load_settings(
        {},
        database_url=url.replace("postgresql+psycopg://", "postgresql://"),
        instance_dir=folder,
        secret_key="only-for-tests-0123456789-0123456789",
        argon2_memory_kib=64,
        log_level="ERROR",
        **overrides,
    )


@pytest.fixture(scope="session")
def server_url() -> str:
    """The address of the test server, in which the migrated template stands."""
    url = embedded.start(SERVER, durable=False)
    with open(SERVER / "template.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _migrate_template(url)
    return url


@pytest.fixture(scope="session")
def database_url(server_url: str) -> Iterator[str]:
    """The address of this worker's own database."""
    name = f"portal_{os.getpid()}"
    _copy_template(server_url, name)
    yield _with_database(server_url, name)
    _drop(server_url, name)


@pytest.fixture(scope="session")
def mail_server() -> Iterator[MailServer]:
    """A real SMTP server on loopback that keeps what it is sent."""
    with MailServer() as server:
        yield server


@pytest.fixture(scope="session")
def app(
    database_url: str, mail_server: MailServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """The application of this worker."""
    folder = tmp_path_factory.mktemp("instance")
    made = create_app(test_settings(database_url, folder, rate_limits=False, mail_port=mail_server.port))
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """An application context, for tests that call services and queries; the database is emptied after."""
    with app.app_context():
        yield
        db.session.remove()
        _empty()


@pytest.fixture
def run_jobs(app: Flask, mail_server: MailServer) -> Iterator[Callable[[], list[EmailMessage]]]:
    """Do every job that is due, as a worker does, and give the mail that arrived meanwhile."""

    def run() -> list[EmailMessage]:
        mail_server.received.clear()
        db.session.rollback()
        # In a thread of its own, since a browser test's thread has an event loop running. Again while there is
        # more: a worker may stop while its last job is putting another in the queue.
        worker.submit(work, app, until_empty=True).result()
        while _is_due():
            worker.submit(work, app, until_empty=True).result()
        db.session.rollback()
        return list(mail_server.received)

    with ThreadPoolExecutor(1) as worker:
        yield run
    socket.setdefaulttimeout(None)


def _is_due() -> bool:
    # Not through the session: what a test holds of it would have to be read again.
    with db.engine.connect() as connection:
        return bool(connection.execute(text(DUE_JOBS)).scalar())


@pytest.fixture(autouse=True)
def no_unexpected_mail(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that causes mail without saying so: it asks for `outbox`, or its module uses it."""
    if "context" not in request.fixturenames or "outbox" in request.fixturenames:
        yield
        return
    request.getfixturevalue("context")
    yield
    written = Outbox().subjects()
    assert not written, f"mail nobody expected (use the `outbox` fixture where mail is meant): {written}"


@pytest.fixture
def world(context: None) -> World:
    """The cast: two organisations with events, and a person for each role (see tests/people.py)."""
    return settle()


@pytest.fixture
def client(app: Flask, world: World) -> PortalClient:
    """A browser that nobody has signed in with; `client.as_(person)` gives a signed-in one."""
    return PortalClient(app)


@pytest.fixture
def outbox(world: World) -> Outbox:
    """The mail written so far. A test that causes mail looks at all of it here (see tests/outbox.py)."""
    return Outbox()


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection beyond loopback, so that no test leans on the network."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in (
            "127.0.0.1",
            "::1",
            "localhost",
        ):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


def _empty() -> None:
    """Empty what a test wrote into. Truncating every table took longer than most tests: a new file for each."""
    with db.engine.connect() as connection:
        most = connection.exec_driver_sql(
            "SELECT max(last_value) FROM pg_sequences WHERE sequencename NOT LIKE 'procrastinate%%'"
        ).scalar()
    if (most or 0) > MANY_ROWS:
        _empty_all()
        return
    with db.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL portal.forgets = 'on'")
        written = set(connection.exec_driver_sql(WRITTEN).scalars()) | set(
            connection.exec_driver_sql(_unnumbered_with_rows()).scalars()
        )
        final = set(connection.exec_driver_sql(GUARDED_BY_TRIGGERS).scalars())
        tables = [table for table in reversed(Base.metadata.sorted_tables) if table.name not in KEPT_TABLES]
        steps = [step for table in tables if table.name in written for step in _emptying(table, final)]
        steps += ["DELETE FROM procrastinate_jobs", "DELETE FROM policy_edition WHERE number > 1"]
        connection.exec_driver_sql("; ".join(steps))


def _empty_all() -> None:
    """Empty every table at once: what suits after the demo's data, of which a row by row takes minutes."""
    tables = [table for table in reversed(Base.metadata.sorted_tables) if table.name not in KEPT_TABLES]
    names = ", ".join(f'"{table.name}"' for table in tables)
    with db.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL portal.forgets = 'on'")
        connection.exec_driver_sql(f"TRUNCATE {names}, procrastinate_jobs RESTART IDENTITY CASCADE")
        connection.exec_driver_sql("DELETE FROM policy_edition WHERE number > 1")


def _emptying(table: Table, final: set[str]) -> Iterator[str]:
    # What is final in the portal is not final in a test.
    if table.name in final:
        yield f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER'
    yield f'DELETE FROM "{table.name}"'
    if table.name in final:
        yield f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER'
    if _is_numbered(table):
        yield f"SELECT setval('{table.name}_id_seq', 1, false)"


def _is_numbered(table: Table) -> bool:
    return "id" in table.columns and table.columns["id"].identity is not None


@cache
def _unnumbered_with_rows() -> str:
    others = [table.name for table in Base.metadata.sorted_tables if not _is_numbered(table)]
    return " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in others)


def _migrate_template(url: str) -> None:
    # The template is kept between runs and made anew when a migration changed.
    versions = sorted((Path(__file__).parent.parent / "migrations").rglob("*.py"))
    mark = hashlib.sha256("".join(p.name + p.read_text() for p in versions).encode()).hexdigest()
    seal = SERVER / "template.seal"
    if seal.exists() and seal.read_text() == mark:
        return
    _drop(url, TEMPLATE)
    _run(url, f"CREATE DATABASE {TEMPLATE}")
    made = create_app(test_settings(_with_database(url, TEMPLATE), SERVER / "template"))
    with made.app_context():
        from flask_migrate import upgrade

        upgrade()
        db.engine.dispose()
    seal.write_text(mark)


def _copy_template(url: str, name: str) -> None:
    with open(SERVER / "template.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _drop(url, name)
        _run(url, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")


def _drop(url: str, name: str) -> None:
    _run(url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _run(url: str, statement: str) -> None:
    address = make_url(url).set(drivername="postgresql").render_as_string()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)


def _with_database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string()
