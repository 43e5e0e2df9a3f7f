"""`portal create-admin`: the first administrator, whose link works once."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Person
from portal.accounts.permissions import Role
from portal.accounts.queries import actor_for
from portal.cli import cli
from portal.db import db

NAMED = ["create-admin", "--email", "First.Admin@portal.example", "--name", "First Admin"]


@pytest.fixture
def environment(database_url: str, tmp_path: Path, context: None) -> dict[str, str]:
    """The environment of the test's own database."""
    return {
        "DATABASE_URL": database_url,
        "PORTAL_INSTANCE_DIR": str(tmp_path),
        "PORTAL_LOG_LEVEL": "ERROR",
        "PUBLIC_URL": "https://portal.example",
    }


def run(arguments: list[str], environment: dict[str, str], typed: str = "") -> Result:
    """Run the command."""
    return CliRunner().invoke(cli, arguments, env=environment, input=typed)


def test_the_link_lets_the_administrator_choose_a_password(app: Flask, environment: dict[str, str]) -> None:
    result = run(NAMED, environment)
    assert result.exit_code == 0, result.output
    person = db.session.scalars(select(Person).where(Person.email == "first.admin@portal.example")).one()
    actor = actor_for(person.id)
    assert actor
    assert actor.staff_roles == {Role.ADMIN}
    link = re.search(r"https://portal\.example(/invitations/\S+)", result.output)
    assert link
    db.session.rollback()
    assert "First Admin" in app.test_client().get(link[1]).text


def test_it_asks_for_what_was_not_given(environment: dict[str, str]) -> None:
    result = run(["create-admin"], environment, typed="second@portal.example\nSecond Admin\n")
    assert result.exit_code == 0, result.output
    assert db.session.scalars(select(Person.name)).all() == ["Second Admin"]


def test_whoever_has_a_password_keeps_it(environment: dict[str, str]) -> None:
    run(NAMED, environment)
    db.session.scalars(select(Person)).one().password_hash = "kept"
    db.session.commit()
    result = run(NAMED, environment)
    assert result.output == (
        "First.Admin@portal.example is an administrator, and signs in with the password they have.\n"
    )
    assert db.session.scalars(select(Person.password_hash)).all() == ["kept"]


def test_an_address_that_is_none_is_told_in_a_line(environment: dict[str, str]) -> None:
    result = run(["create-admin", "--email", "nobody", "--name", "N"], environment)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert len(result.output.splitlines()) == 1
    assert db.session.scalars(select(Person)).all() == []
