"""The embedded PostgreSQL: shared by processes, stopped by the last, whatever its folder is called."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from portal import embedded

ROOT = Path(__file__).parents[2]
JOINS_AND_WAITS = """
import sys, pathlib
from portal import embedded
print(embedded.start(pathlib.Path(sys.argv[1]), durable=False), flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """An instance folder that is not there yet, outside of pytest's own: those have long names."""
    with tempfile.TemporaryDirectory(prefix="portal-embedded-") as place:
        yield Path(place) / "instance"
        for running in Path(place).rglob("postgres/postmaster.pid"):
            embedded.stop(running.parents[1])


def answers(url: str) -> bool:
    """Whether a database answers at the address."""
    try:
        with psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string()) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def process(folder: Path) -> subprocess.Popen[str]:
    """Another process that starts or joins the server of `folder`, and leaves when it reads a line."""
    return subprocess.Popen(
        [sys.executable, "-c", JOINS_AND_WAITS, str(folder)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_processes_that_start_at_once_share_a_server_and_the_last_one_stops_it(folder: Path) -> None:
    processes = [process(folder) for _ in range(3)]
    urls = {str(each.stdout and each.stdout.readline().strip()) for each in processes}
    assert len(urls) == 1
    url = urls.pop()
    for leaving in processes:
        assert answers(url)
        leaving.communicate("leave\n", timeout=30)
    assert not answers(url)


def test_a_killed_process_does_not_keep_the_server_alive(folder: Path) -> None:
    killed = process(folder)
    url = str(killed.stdout and killed.stdout.readline().strip())
    embedded.start(folder)
    with killed:
        killed.send_signal(signal.SIGKILL)
    assert answers(url)
    assert embedded.stop(folder)
    assert not answers(url)


def test_what_was_written_is_there_after_a_stop(folder: Path) -> None:
    url = embedded.start(folder)
    address = make_url(url).set(drivername="postgresql").render_as_string()
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    embedded.stop(folder)
    assert not answers(url)
    embedded.start(folder)
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


@pytest.mark.parametrize("name", ["a" * 120, 'it\'s, a "folder"'])
def test_a_folder_may_have_any_name(folder: Path, name: str) -> None:
    url = embedded.start(folder.parent / name, durable=False)
    assert answers(url)
    sockets = Path(str(make_url(url).query["host"]))
    assert embedded.stop(folder.parent / name)
    assert not (sockets / ".s.PGSQL.5432").exists()


def test_a_pid_file_left_by_a_crash_does_not_stop_the_next_start(folder: Path) -> None:
    embedded.start(folder, durable=False)
    left = folder / "postgres" / "postmaster.pid"
    lines = left.read_text().splitlines()
    embedded.stop(folder)
    left.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert answers(embedded.start(folder, durable=False))


def test_a_first_start_that_was_cut_short_is_made_again(folder: Path) -> None:
    (folder / "postgres.unfinished" / "base").mkdir(parents=True)
    assert answers(embedded.start(folder, durable=False))
    assert not (folder / "postgres.unfinished").exists()


def test_a_database_of_another_version_is_refused_and_left_alone(folder: Path) -> None:
    (folder / "postgres").mkdir(parents=True)
    (folder / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(
        embedded.EmbeddedError, match=r"is of PostgreSQL 9, this portal carries \d+: move it away"
    ):
        embedded.start(folder)
    assert (folder / "postgres" / "PG_VERSION").read_text() == "9\n"


def test_a_folder_in_place_of_which_a_file_stands_is_told(folder: Path) -> None:
    folder.write_text("")
    with pytest.raises(embedded.EmbeddedError, match="cannot be used"):
        embedded.start(folder)


def test_stopping_what_never_ran_does_nothing(folder: Path) -> None:
    assert not embedded.stop(folder)
    assert not folder.exists()
