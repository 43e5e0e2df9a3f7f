"""What operators and load balancers ask: alive, ready, and in numbers."""

import hmac

from flask import Blueprint, Response, current_app, request

from portal.errors import NotFound
from portal.web import metrics
from portal.web.access import requires
from portal.web.readiness import database_is_ready

blueprint = Blueprint("operations", __name__)

THIS_MACHINE = ("127.0.0.1", "::1")


@blueprint.get("/livez")
@requires("public")
def livez() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@requires("public")
def readyz() -> Response:
    """The database answers and its tables are this version's; 503 until then."""
    ready = database_is_ready()
    return Response("ok\n" if ready else "not ready\n", 200 if ready else 503, mimetype="text/plain")


@blueprint.get("/metrics")
@requires("public")
def show_metrics() -> Response:
    """Numbers for Prometheus: from this machine, or with the bearer token. Anyone else is told nothing."""
    if not (_has_token() or _asks_from_here()):
        raise NotFound
    return Response(metrics.exposition(), content_type=metrics.CONTENT_TYPE)


def _has_token() -> bool:
    token = current_app.extensions["settings"].metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return token is not None and hmac.compare_digest(given.encode(), token.get_secret_value().encode())


def _asks_from_here() -> bool:
    # Behind a proxy every request comes from this machine: then only the token counts.
    settings = current_app.extensions["settings"]
    return settings.trusted_proxies == 0 and request.remote_addr in THIS_MACHINE and not settings.serves_https
