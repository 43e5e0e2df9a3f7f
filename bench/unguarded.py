"""The control of the races: the portal with the guards behind its limits taken away.

It runs on a scratch database of its own and refuses any other. What it shows is that the races are real:
without row locks, constraints and comparisons of states the same clicks go over the limits.
"""

import functools
import os
import re
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url

from portal.cli import serve, worker
from portal.cli.receiving import Received

DATABASE = "without_guards"
# The comparison in "set this state where it is still that one", and in "who has it where nobody has".
COMPARISON = re.compile(
    r"""\s+AND (removal|payment|"order")\.state (=|!=) %\(\w+\)s(::\w+)?|\s+AND ticket\.assignee_id IS NULL"""
)
ROW_LOCK = re.compile(r"\s+FOR (NO KEY )?UPDATE\b(\s+OF\s+\w+)?(\s+SKIP LOCKED)?")
CONSTRAINTS = (
    "ALTER TABLE contact DROP CONSTRAINT uq_contact_seat_id",
    "ALTER TABLE commitment DROP CONSTRAINT ex_commitment_host",
    "DROP INDEX uq_booking_entitlement",
    'ALTER TABLE "order" DROP CONSTRAINT uq_order_form_key',
)


def drop_constraints(database_url: str) -> None:
    """Take the constraints behind the limits from the scratch database."""
    _refuse_other(database_url)
    with psycopg.connect(database_url) as connection:
        for statement in CONSTRAINTS:
            connection.execute(statement.encode())


def run() -> None:
    """Serve as `portal serve` does, without the guards."""
    from granian.constants import HTTPModes, Interfaces
    from granian.server import Server

    application()
    Server(
        "bench.unguarded:application",
        factory=True,
        address=os.environ["HOST"],
        port=int(os.environ["PORT"]),
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=int(os.environ["PORTAL_WEB_PROCESSES"]),
        blocking_threads=serve.RECEIVED_AT_ONCE,
        backpressure=serve.RECEIVED_AT_ONCE * 2,
    ).serve()


def work() -> None:
    """Run jobs as `portal worker` does, without the guards."""
    _take_guards_away()
    worker.run()


@functools.cache
def application() -> Received:
    """The portal's application, whose statements lock no row and compare no state as they set it."""
    _take_guards_away()
    return serve.application()


def _take_guards_away() -> None:
    _refuse_other(os.environ["DATABASE_URL"])
    event.listen(Engine, "before_cursor_execute", _bare, retval=True)


def _bare(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
    if statement.startswith("UPDATE"):
        statement = COMPARISON.sub("", statement)
    return ROW_LOCK.sub("", statement), parameters


def _refuse_other(database_url: str) -> None:
    if make_url(database_url).database != DATABASE:
        raise SystemExit(f"Guards are taken away on the database {DATABASE} only.")
