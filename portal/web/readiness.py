"""Whether this process can serve: its database is there and migrated to what the code expects."""

from functools import cache

from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal.db import db


def database_is_ready() -> bool:
    """Whether the database answers and stands at the newest migration."""
    try:
        with db.engine.connect() as connection:
            found = set(connection.scalars(text("SELECT version_num FROM alembic_version")))
    except SQLAlchemyError:
        return False
    return found == expected_heads(current_app.extensions["migrate"].directory)


@cache
def expected_heads(directory: str) -> frozenset[str]:
    """The newest migrations of this version of the code."""
    config = Config()
    config.set_main_option("script_location", directory)
    return frozenset(ScriptDirectory.from_config(config).get_heads())
