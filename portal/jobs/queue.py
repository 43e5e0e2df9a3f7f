"""Putting a job in the queue, in the caller's transaction: no commit, no job."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import text

from portal.db import db

DEFER = text(
    "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(:queue, :task, 0, :lock, :queueing_lock,"
    " CAST(:args AS jsonb), :run_at)]::procrastinate_job_to_defer_v1[])"
)


def enqueue(
    task: str, *, queue: str = "default", lock: str | None = None, run_at: datetime | None = None, **args: Any
) -> None:
    """Queue `task` with JSON-able `args` through the caller's own connection.

    `lock` names what must not be worked on by two jobs at once; `run_at` is the earliest moment.
    """
    db.session.flush()
    db.session.execute(
        DEFER,
        {
            "queue": queue, "task": task, "lock": lock, "queueing_lock": None,
            "args": json.dumps(args), "run_at": run_at,
        },
    )  # fmt: skip
