"""A worker does as many jobs at a time as it was set to."""

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from portal import create_app
from portal.db import db
from portal.jobs.app import task, work
from portal.jobs.queue import enqueue
from tests.conftest import test_settings as settings_under_test

AT_A_TIME = (os.cpu_count() or 1) + 6

together = threading.Barrier(AT_A_TIME)
arrived: list[int] = []


@task("meet_the_others")
def meet_the_others() -> None:
    """End only once so many are at work."""
    together.wait(timeout=10)
    arrived.append(1)


timed: list[int] = []


@task("note_that_it_is_time", cron="0 0 1 1 *")
def note_that_it_is_time() -> None:
    """Note that timed work was done."""
    timed.append(1)


def test_timed_work_is_done_when_it_is_due(context: None, run_jobs: Callable[[], object]) -> None:
    # As the timetable queues it: with the moment that it was due at.
    enqueue("note_that_it_is_time", timestamp=1_767_225_600)
    db.session.commit()
    run_jobs()
    assert timed == [1]


def test_as_many_jobs_at_a_time_as_were_asked_for(
    app: Flask, context: None, database_url: str, tmp_path: Path
) -> None:
    for _ in range(AT_A_TIME):
        enqueue("meet_the_others")
    db.session.commit()
    worker = create_app(settings_under_test(database_url, tmp_path, worker_concurrency=AT_A_TIME))
    try:
        work(worker, until_empty=True)
    finally:
        socket.setdefaulttimeout(None)
        with worker.app_context():
            db.engine.dispose()
    assert len(arrived) == AT_A_TIME
