"""One PostgreSQL data folder: made, started, found running, stopped, with the programs of the wheel."""

import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from portal.embedded.system_account import give, identity
from portal.embedded.wheel import EmbeddedError, binaries, version, wheel

SUPERUSER = "postgres"
LONGEST_SOCKET_PATH = 100
START_SECONDS = 60
DURABLE = {"log_timezone": "UTC", "timezone": "UTC", "max_connections": "100"}
FORGETFUL = DURABLE | {
    "max_connections": "300",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "max_wal_size": "4GB",
}


def running_sockets(data: Path) -> Path | None:
    """The socket folder of a server that answers, or nothing."""
    import psycopg

    with suppress(AssertionError, psycopg.OperationalError):
        found = wheel().PostmasterInfo.read_from_pgdata(data)
        if found is None or found.process is None or found.socket_dir is None:
            return None
        if found.process.name() != "postgres" or found.process.status() == "zombie":
            # PostgreSQL takes any living process with the number in this file for itself and would not start.
            (data / "postmaster.pid").unlink(missing_ok=True)
            return None
        connect(found.socket_dir).close()
        return Path(found.socket_dir)
    return None


def launch(data: Path, parameters: dict[str, str]) -> Path:
    """Start the server of `data`, made first where it is new; return its socket folder. Raises EmbeddedError."""
    _initialise(data)
    give(data)
    sockets = _socket_folder(data)
    _configure(data, parameters | {"listen_addresses": "", "unix_socket_directories": str(sockets)})
    _run(data, "pg_ctl", "-w", "-t", str(START_SECONDS), "-l", "log", "-D", ".", "start")
    return sockets


def halt(data: Path) -> bool:
    """Stop the server of `data`; say whether there was one. Raises EmbeddedError."""
    sockets = running_sockets(data)
    if sockets is None:
        return False
    _run(data, "pg_ctl", "-w", "-t", str(START_SECONDS), "-m", "fast", "-D", ".", "stop")
    if sockets != data:
        shutil.rmtree(sockets, ignore_errors=True)
    return True


def connect(sockets: Path) -> Any:
    """A connection as the superuser, outside transactions."""
    import psycopg

    options: dict[str, Any] = {"user": SUPERUSER, "dbname": SUPERUSER, "connect_timeout": 10}
    return psycopg.connect(host=str(sockets), autocommit=True, **options)


def _initialise(data: Path) -> None:
    kept = data / "PG_VERSION"
    if not kept.exists():
        _make(data)
    elif (found := int(kept.read_text())) != version():
        raise EmbeddedError(f"{data} is of PostgreSQL {found}, this portal carries {version()}: move it away")


def _make(data: Path) -> None:
    # Made beside its place and moved there when whole: a first start that is cut short leaves no half of one.
    unfinished = data.with_name("postgres.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    give(unfinished)
    locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8")
    options = ("-A", "trust", "-U", SUPERUSER, "--no-instructions", *locale)
    _run(unfinished, "initdb", *options, "-D", ".")
    unfinished.rename(data)


def _socket_folder(data: Path) -> Path:
    """The data folder, or a short one where its path is too long for a socket or not plain enough."""
    plain = not set(str(data)) & set("\"',\\@")
    if plain and len(os.fsencode(data / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
        return data
    short = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
    give(short)
    return short


def _configure(data: Path, parameters: dict[str, str]) -> None:
    main, ours = data / "postgresql.conf", data / "portal.conf"
    ours.write_text("".join(f"{name} = '{value}'\n" for name, value in parameters.items()))
    give(ours)
    if "include 'portal.conf'" not in main.read_text():
        with open(main, "a") as file:
            file.write("include 'portal.conf'\n")


def _run(data: Path, command: str, *arguments: str) -> None:
    # In the data folder, called ".": pg_ctl hands its path to a shell, and a path may hold anything.
    # Output goes to a file: the server inherits it and would keep a pipe open for as long as it lives.
    with tempfile.TemporaryFile("w+") as output:
        environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
        done = subprocess.run(  # noqa: S603
            [str(binaries() / command), *arguments], stdout=output, stderr=output, stdin=subprocess.DEVNULL,
            cwd=data, env=environment, check=False, **identity(),
        )  # fmt: skip
        if done.returncode:
            output.seek(0)
            raise EmbeddedError(
                f"The embedded PostgreSQL failed ({command}): {_last_words(data, output.read())}"
            )


def _last_words(data: Path, output: str) -> str:
    with suppress(OSError):
        fatal = [line for line in (data / "log").read_text().splitlines() if "FATAL" in line]
        if fatal:
            return fatal[-1].split("FATAL:")[-1].strip()
    return " ".join(output.split())[-300:] or "it said nothing"
