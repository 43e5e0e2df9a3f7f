"""Numbers for Prometheus: requests by route, and the state of the queues."""

import os
import time

from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal.db import db

CONTENT_TYPE = CONTENT_TYPE_LATEST

REQUESTS = Counter("portal_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "portal_request_seconds", "Time taken to answer", ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)  # fmt: skip

BACKLOG = text(
    "SELECT (SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'),"
    " (SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'),"
    " (SELECT count(*) FROM outbound_mail WHERE state = 'queued'),"
    " (SELECT count(*) FROM ticket WHERE state = 'open' AND reply_due_at < now())"
)
BACKLOG_NAMES = {
    "portal_jobs_waiting": "Jobs in the queue",
    "portal_jobs_failed": "Jobs given up",
    "portal_mail_waiting": "Mail written and not yet sent",
    "portal_tickets_late": "Tickets past their promised reply (HOW-2)",
}


def init_app(app: Flask) -> None:
    """Count every request."""
    app.before_request(_start)
    app.after_request(_count)


def exposition() -> bytes:
    """Everything measured, in Prometheus's text format; over all processes where they share a folder."""
    return generate_latest(_registry()) + _backlog()


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    gathered = CollectorRegistry()
    MultiProcessCollector(gathered)  # type: ignore[no-untyped-call]
    return gathered


def _backlog() -> bytes:
    fresh = CollectorRegistry()
    try:
        with db.engine.connect() as connection:
            values = connection.execute(BACKLOG).one()
    except SQLAlchemyError:
        values = None
    up = Gauge("portal_database_up", "Whether the database answers", registry=fresh)
    up.set(values is not None)
    for (name, meaning), value in zip(BACKLOG_NAMES.items(), values or (), strict=False):
        Gauge(name, meaning, registry=fresh).set(value)
    return generate_latest(fresh)


def _start() -> None:
    g.measured_from = time.perf_counter()


def _count(response: Response) -> Response:
    route = str(request.url_rule) if request.url_rule else "-"
    REQUESTS.labels(request.method, route, response.status_code).inc()
    if "measured_from" in g:
        SECONDS.labels(route).observe(time.perf_counter() - g.measured_from)
    return response
