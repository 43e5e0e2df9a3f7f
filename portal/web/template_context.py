"""What every template can count on."""

from typing import Any

from flask import Flask, current_app

from portal.web.navigation import navigation
from portal.web.signed_in import current_actor


def init_app(app: Flask) -> None:
    """Give every page its actor, navigation and the demo's mark; an undefined name is an error."""
    from jinja2 import StrictUndefined

    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    actor = current_actor()
    settings = current_app.extensions["settings"]
    return {
        "actor": actor,
        "navigation": navigation(actor),
        "demo": settings.demo,
        "wishes_public": settings.wishes_public,
        "mail_viewer_url": settings.mail_viewer_url,
    }
