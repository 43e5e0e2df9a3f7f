"""The Conference Tracker support portal."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from portal.config import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """Build the application. Raises ConfigError when a setting is wrong."""
    # Not before it is asked for: commands start at once, and the metrics library reads the folder that
    # the server's processes share when it is first imported.
    from portal.application import build

    return build(settings)
