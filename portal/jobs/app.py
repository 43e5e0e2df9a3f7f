"""The job queue's application, and running its jobs.

The queue is in PostgreSQL. A job may run twice when a worker dies half way: every task is idempotent.
"""

import asyncio
import functools
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

from flask import Flask
from procrastinate import App, PsycopgConnector, RetryStrategy
from procrastinate.periodic import PeriodicRegistry
from sqlalchemy.engine import make_url

jobs = App(connector=PsycopgConnector(), import_paths=["portal.jobs.tasks"])

PATIENT = RetryStrategy(max_attempts=14, exponential_wait=2)

_serving: list[Flask] = []


def task(
    name: str, *, queue: str = "default", cron: str | None = None
) -> Callable[[Callable[..., None]], Any]:
    """Register a task that runs inside the portal's application context; retried with growing waits."""

    def register(work: Callable[..., None]) -> Any:
        @functools.wraps(work)
        def run(timestamp: int = 0, **args: Any) -> None:
            # The queue tells timed work the moment it was due at, under this name.
            with _serving[-1].app_context():
                work(**args)

        registered = jobs.task(name=name, queue=queue, retry=PATIENT)(run)
        return jobs.periodic(cron=cron)(registered) if cron else registered

    return register


def work(app: Flask, *, until_empty: bool = False) -> None:
    """Run jobs until stopped by a signal, or, with `until_empty`, those that are due now and no timed work.

    Sockets get a time-out, since the mail library sets none and would wait for ever on a silent server.
    """
    settings = app.extensions["settings"]
    socket.setdefaulttimeout(settings.mail_timeout_seconds)
    _serving.append(app)
    try:
        asyncio.run(_work(conninfo(settings.sqlalchemy_url), settings.worker_concurrency, until_empty))
    finally:
        _serving.pop()


def conninfo(sqlalchemy_url: str) -> str:
    """The libpq form of a SQLAlchemy address."""
    return make_url(sqlalchemy_url).set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def _without_timetable(app: App) -> Iterator[None]:
    # Before the timetable is put aside: tasks that were first imported meanwhile would be left out of it.
    app.perform_import_paths()  # type: ignore[no-untyped-call]
    timetable = app.periodic_registry
    app.periodic_registry = PeriodicRegistry()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        app.periodic_registry = timetable


async def _work(address: str, concurrency: int, until_empty: bool) -> None:
    # Jobs run in the loop's threads, of which there would be four more than processors, whatever was asked for.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(concurrency))
    connector = PsycopgConnector(conninfo=address, min_size=1, max_size=concurrency + 2)
    with ExitStack() as stack, jobs.replace_connector(connector) as app:
        async with app.open_async():
            if until_empty:
                stack.enter_context(_without_timetable(app))
            await app.run_worker_async(
                concurrency=concurrency,
                wait=not until_empty,
                listen_notify=not until_empty,
                install_signal_handlers=not until_empty,
                delete_jobs="successful",
                shutdown_graceful_timeout=10,
            )
