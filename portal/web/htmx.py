"""Answering htmx and plain browsers alike. The only module that reads or writes `HX-*` headers."""

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request


def wants_fragment() -> bool:
    """Whether htmx asked, so that a fragment is the answer. A history restore wants the whole page."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def page_or_fragment(page: str, fragment: str, *, status: int = 200, **context: Any) -> Response:
    """Render the widget alone for htmx, the page around it for a plain browser."""
    return make_response(render_template(fragment if wants_fragment() else page, **context), status)


def done(address: str, message: str = "", *, category: str = "success") -> Response:
    """Answer a write: go to `address` (303), or have htmx go there; `message` waits in the live region."""
    if message:
        flash(message, category)
    if not wants_fragment():
        return make_response(redirect(address, code=303))
    response = make_response("", 204)
    response.headers["HX-Redirect"] = address
    return response


def announcing(response: Response, event: str) -> Response:
    """Have htmx fire `event` on the element that asked, so that other parts of the page can follow."""
    response.headers["HX-Trigger"] = event
    return response


def leave_fragment(address: str) -> Response:
    """Send the whole page to `address`, never a fragment of it: for an ended session."""
    if not wants_fragment():
        return make_response(redirect(address, code=303))
    response = make_response("", 401)
    response.headers["HX-Redirect"] = address
    return response
