"""The `portal` command: what every command has in common, and migrating."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy.engine import make_url

from portal.cli import cli

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "demo"])
def test_wrong_settings_are_told_in_a_line_each_by_every_command(command: str) -> None:
    wrong = {"PORT": "http", "PORTAL_WEB_PROCESSES": "0"}
    result = CliRunner().invoke(cli, [command], env=wrong)
    assert result.exit_code == 1
    lines = result.output.strip().splitlines()
    assert [line.removeprefix("Error: ").split(":")[0] for line in lines] == ["PORT", "PORTAL_WEB_PROCESSES"]


def test_a_database_out_of_reach_is_told_in_a_line() -> None:
    nowhere = {"DATABASE_URL": "postgresql://127.0.0.1:1/portal", "SECRET_KEY": "x" * 40}
    result = CliRunner().invoke(cli, ["migrate"], env=nowhere)
    assert result.exit_code == 1
    assert result.output.startswith("Error: The database does not answer: ")
    assert len(result.output.splitlines()) == 1


def test_two_that_migrate_an_empty_database_at_once_both_succeed(empty_database: str, tmp_path: Path) -> None:
    environment = {
        "DATABASE_URL": empty_database,
        "PORTAL_INSTANCE_DIR": str(tmp_path),
        "PATH": "/usr/bin:/bin",
    }
    command = [sys.executable, "-m", "portal.cli", "migrate"]
    both = [
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for one in both:
        output, errors = one.communicate(timeout=60)
        assert (one.returncode, output) == (0, "The database is up to date.\n"), errors
    with psycopg.connect(
        make_url(empty_database).set(drivername="postgresql").render_as_string()
    ) as connection:
        assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
