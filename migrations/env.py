"""Runs migrations through the application's own engine, one runner at a time."""

from alembic import context
from flask import current_app
from sqlalchemy import text

from portal.db import Base, db

# Two machines that start together migrate one after the other.
MIGRATION_LOCK = 7_203_114

OTHERS_TABLES = ("procrastinate_",)


def ours(name: str | None, kind: str, _parents: object) -> bool:
    """Leave the job queue's own tables to the job queue."""
    return not (kind == "table" and name is not None and name.startswith(OTHERS_TABLES))


def run() -> None:
    """Migrate on one connection, in one transaction for each migration."""
    with current_app.app_context(), db.engine.connect() as connection:
        # The web's patience with a lock or a statement is too short for a migration.
        connection.execute(text("SET lock_timeout = 0"))
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()
        context.configure(
            connection=connection, target_metadata=Base.metadata, include_name=ours, compare_type=True,
            transaction_per_migration=True,
        )  # fmt: skip
        with context.begin_transaction():
            context.run_migrations()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()


run()
