"""The settings and the application as commands use them: with a database to talk to."""

import os
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
