"""The settings and the application as commands use them: with a database to talk to."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from portal.config import Settings


def settings(**overrides: Any) -> "Settings":
    """The settings, with the embedded database started where DATABASE_URL is unset.

    Raises ConfigError, EmbeddedError.
    """
    from portal import embedded
    from portal.config import load_settings

    wanted = load_settings(os.environ, **overrides)
    return load_settings(os.environ, **{**overrides, "database_url": embedded.database_url(wanted)})


def app(**overrides: Any) -> "Flask":
    """The application on its database; `overrides` win over the environment. Raises ConfigError, EmbeddedError."""
    from portal import create_app

    return create_app(settings(**overrides))


@contextmanager
def inside(app: "Flask") -> Iterator[None]:
    """The context of `app`; its database connections are closed at the end."""
    from portal.db import db

    with app.app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()
