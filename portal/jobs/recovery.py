"""Jobs of a worker that was killed stay 'doing': they are put back once its heartbeat is missed."""

from sqlalchemy import text

from portal.db import db, in_transaction

MISSED_HEARTBEAT_SECONDS = 60

PRUNE = text("SELECT procrastinate_prune_stalled_workers_v1(:seconds)")
RETRY = text(
    "SELECT procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL) FROM procrastinate_jobs"
    " WHERE status = 'doing' AND worker_id IS NULL"
)


def recover() -> None:
    """Forget workers without a heartbeat for a minute and requeue what they were doing."""

    def work() -> None:
        db.session.execute(PRUNE, {"seconds": MISSED_HEARTBEAT_SECONDS})
        db.session.execute(RETRY)

    in_transaction(work)
