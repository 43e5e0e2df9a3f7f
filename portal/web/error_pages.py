"""Every error as a page or a fragment. The one module that renders them."""

from dataclasses import dataclass
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, make_response, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from portal.db import db
from portal.errors import PortalError
from portal.web.access import SignInFirst
from portal.web.htmx import leave_fragment, wants_fragment

log = structlog.get_logger(__name__)

WORDS = {
    400: ("Not understood", "Your browser sent something this page cannot read. Go back and try again."),
    404: ("Page not found", "There is nothing at this address that you can see."),
    405: ("Not possible here", "This address cannot be used in that way."),
    413: ("Too large", "What you sent is larger than this page takes."),
    429: ("Too many tries", "Please wait a little before you try again."),
    500: (
        "Something went wrong",
        "It is our fault, it has been recorded, and nothing you saved before is lost.",
    ),
    503: ("Back in a moment", "The portal cannot reach its database. Try again in a minute."),
}


@dataclass(frozen=True)
class Shown:
    """What an error page says."""

    status: int
    title: str
    message: str
    rule: str | None = None
    links: tuple[dict[str, str], ...] = ()


def init_app(app: Flask) -> None:
    """Plug the handlers into the application."""
    app.register_error_handler(SignInFirst, _sign_in_first)
    app.register_error_handler(PortalError, _portal_error)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(Exception, _unexpected)


def _sign_in_first(_: SignInFirst) -> Response:
    back = request.full_path.rstrip("?") if request.method == "GET" and not wants_fragment() else None
    return leave_fragment(url_for("accounts.new_sign_in", next=back))


def _portal_error(error: PortalError) -> Response:
    links = tuple(
        {"label": link.label, "href": url_for(link.endpoint, **link.values)} for link in error.links
    )
    return _answer(Shown(error.status, error.title, error.message, error.rule, links))


def _stale_form(_: CSRFError) -> Response:
    message = (
        "This form was open for too long or in another sign-in. Go back, reload the page and send it again."
    )
    return _answer(Shown(400, "Please send that again", message))


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    title, message = WORDS.get(status, (error.name, error.description or ""))
    answer = _answer(Shown(status, title, message))
    if status == 429:
        answer.headers["Retry-After"] = "60"
    return answer


def _database_away(error: OperationalError) -> Response:
    log.error("database_away", error=str(error.orig))
    return _last_resort(503)


def _unexpected(error: Exception) -> Response:
    log.error("unexpected", exc_info=error)
    db.session.close()
    return _answer(Shown(500, *WORDS[500]))


def _answer(shown: Shown) -> Response:
    template = "errors/_fragment.html" if wants_fragment() else "errors/page.html"
    context: dict[str, Any] = {"error": shown, "request_id": g.get("request_id", "")}
    try:
        return make_response(render_template(template, **context), shown.status)
    except Exception as error:
        log.error("error_page_failed", exc_info=error)
        return _last_resort(shown.status)


def _last_resort(status: int) -> Response:
    title, message = WORDS.get(status, WORDS[500])
    page = current_app.jinja_env.get_template("errors/last_resort.html").render(title=title, message=message)
    return make_response(page, status)
