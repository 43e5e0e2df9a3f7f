"""The migrations make exactly the tables that the models describe."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import text

from portal.db import Base, db
from portal.web.readiness import expected_heads


def ours(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


def differences() -> list[object]:
    with db.engine.connect() as connection:
        options = {"include_name": ours, "compare_type": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))


def test_migrations_match_the_models(app: Flask, context: None) -> None:
    assert differences() == []


def test_the_guard_sees_a_missing_column(app: Flask, context: None) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE person RENAME COLUMN phone TO telephone"))
    try:
        assert differences()
    finally:
        with db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE person RENAME COLUMN telephone TO phone"))


def test_there_is_one_newest_migration(app: Flask) -> None:
    assert len(expected_heads(app.extensions["migrate"].directory)) == 1
