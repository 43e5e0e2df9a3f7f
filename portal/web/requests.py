"""Each request's id, log line and time taken; what is logged holds no secret and no query string."""

import re
import secrets
import time

import structlog
from flask import Flask, Response, g, request

from portal.db import read_by_statement
from portal.web.signed_in import current_actor

log = structlog.get_logger("portal.request")

REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


def init_app(app: Flask) -> None:
    """Plug request ids and request logs in."""
    app.before_request(_begin)
    app.after_request(_finish)


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    g.started = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)
    read_by_statement()


def _finish(response: Response) -> Response:
    if "request_id" not in g:
        return response
    response.headers["X-Request-ID"] = g.request_id
    if request.endpoint in ("static", "operations.livez", "operations.readyz"):
        return response
    taken = round((time.perf_counter() - g.started) * 1000, 1)
    # The route, not the address: invitation and reset tokens stand in the address.
    route = str(request.url_rule) if request.url_rule else "-"
    person = current_actor().person_id
    log.info(
        "request", method=request.method, route=route, status=response.status_code, ms=taken, person=person
    )
    return response
