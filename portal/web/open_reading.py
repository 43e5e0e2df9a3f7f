"""Pages that a setting opens to everybody: what search engines and shared caches may do with them.

What a visitor without a sign-in gets holds nothing of anybody's, so a shared cache may keep it for a minute. Whatever
somebody signed in gets is kept nowhere, as everywhere else.
"""

from flask import Flask, Response, current_app, request, session

from portal.web.htmx import wants_fragment
from portal.web.signed_in import current_actor

OPEN_WISHES = "wishes_public"
KEPT = "public, max-age=60"
# A list narrowed or turned over is no page of its own to a search engine.
NOT_INDEXED = "noindex, follow"


def is_open(open_by: str | None) -> bool:
    """Whether a setting of this name is there and switched on."""
    return bool(open_by and getattr(current_app.extensions["settings"], open_by))


def init_app(app: Flask) -> None:
    """Mark the answers of opened pages."""
    app.after_request(_mark)


def _mark(response: Response) -> Response:
    view = current_app.view_functions.get(request.endpoint or "")
    if not is_open(getattr(view, "open_by", None)) or response.status_code != 200:
        return response
    if request.args:
        response.headers["X-Robots-Tag"] = NOT_INDEXED
    if not current_actor().is_signed_in and not session.modified and not wants_fragment():
        response.headers.setdefault("Cache-Control", KEPT)
        response.vary.add("HX-Request")
    return response
