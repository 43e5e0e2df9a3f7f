"""The trail made tamper-evident: stretches of it sealed in a chain of digests.

A seal's digest is SHA-256 over the digest of the seal before and the entries of its stretch, in an order and
writing that PostgreSQL alone decides. Whoever changes, adds or drops an entry that is sealed breaks
the chain from there on; who drops seals from its end is found by the digests in the log.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from flask import current_app
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import OperationalError

from portal.audit.models import AuditEntry, AuditSeal
from portal.clock import now
from portal.config import Settings
from portal.db import db, in_transaction

log = structlog.get_logger(__name__)

ENTRIES_A_SEAL = 5_000
YEAR = timedelta(days=365)

# An instant as a number: how a moment is written depends on the connection's time zone.
DIGEST = text("""
    SELECT count(*) AS entries, max(at) AS last_at, encode(sha256(
        convert_to(:previous, 'UTF8') || convert_to(coalesce(string_agg(jsonb_build_array(
            id, extract(epoch FROM at), actor_id, actor_name, action, subject_type, subject_id, event_id,
            organisation_id, before, after, policy_edition, request_id
        )::text, E'\\n' ORDER BY id), ''), 'UTF8')), 'hex') AS digest
    FROM audit_entry WHERE id BETWEEN :first AND :last
""")


@dataclass(frozen=True)
class Stretch:
    """The entries of one seal: how many, when the last was, and the digest with the seal before."""

    entries: int
    last_at: datetime | None
    digest: str


def seal_trail() -> int:
    """Seal every entry that is written by now; how many seals were made. Leaves it when the table is busy."""
    try:
        settled = in_transaction(_settled_until)
    except OperationalError:
        log.info("audit_not_sealed", reason="busy")
        return 0
    made = 0
    while in_transaction(lambda: _seal_next(settled)):
        made += 1
    return made


def broken_seals(connection: Connection) -> list[str]:
    """Where the trail is not as it was sealed, a sentence each; empty when all is well."""
    problems, previous, last = [], "", 0
    for seal in connection.execute(select(AuditSeal.__table__).order_by(AuditSeal.id)):
        if seal.first_entry != last + 1:
            problems.append(f"Seal {seal.id} begins at entry {seal.first_entry}, not at {last + 1}")
        if seal.forgotten_at is None:
            found = _stretch(connection, seal.first_entry, seal.last_entry, previous)
            if (found.entries, found.digest) != (seal.entries, seal.digest):
                problems.append(
                    f"Entries {seal.first_entry} to {seal.last_entry} are not as they were sealed: {found.entries}"
                    f" of {seal.entries} are there"
                )
        previous, last = seal.digest, seal.last_entry
    return problems


def forget_old_entries() -> int:
    """Delete whole sealed stretches that are older than the settings keep; how many entries. The seals stay."""
    settings: Settings = current_app.extensions["settings"]
    cutoff = now() - settings.audit_keep_years * YEAR
    return in_transaction(lambda: _forget_before(cutoff))


def check_trail() -> list[str]:
    """The problems of `broken_seals`, each logged as an error."""
    problems = in_transaction(lambda: broken_seals(db.session.connection()))
    for problem in problems:
        log.error("audit_trail_broken", problem=problem)
    return problems


def _settled_until() -> int:
    # Whoever holds a number has the table's lock as well: behind this lock every lower number is settled.
    db.session.execute(text("SET LOCAL lock_timeout = '300ms'"))
    db.session.execute(text("LOCK TABLE audit_entry IN SHARE MODE"))
    return db.session.scalar(select(AuditEntry.id).order_by(AuditEntry.id.desc()).limit(1)) or 0


def _seal_next(settled: int) -> bool:
    db.session.execute(text("LOCK TABLE audit_seal IN SHARE ROW EXCLUSIVE MODE"))
    newest = db.session.scalar(select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1))
    first, previous = (newest.last_entry + 1, newest.digest) if newest else (1, "")
    unsealed = select(AuditEntry.id).where(AuditEntry.id.between(first, settled)).order_by(AuditEntry.id)
    keys = db.session.scalars(unsealed.limit(ENTRIES_A_SEAL)).all()
    if not keys:
        return False
    stretch = _stretch(db.session.connection(), first, keys[-1], previous)
    db.session.add(
        AuditSeal(
            first_entry=first, last_entry=keys[-1], entries=stretch.entries, last_at=stretch.last_at or now(),
            digest=stretch.digest,
        )
    )  # fmt: skip
    log.info("audit_sealed", last_entry=keys[-1], digest=stretch.digest)
    return True


def _stretch(connection: Connection, first: int, last: int, previous: str) -> Stretch:
    values = {"first": first, "last": last, "previous": previous}
    return Stretch(*connection.execute(DIGEST, values).one())


def _forget_before(cutoff: datetime) -> int:
    db.session.execute(text("SET LOCAL portal.forgets = 'on'"))
    old = select(AuditSeal).where(AuditSeal.last_at < cutoff, AuditSeal.forgotten_at.is_(None))
    gone = 0
    for seal in db.session.scalars(old.order_by(AuditSeal.id).with_for_update()).all():
        stretch = AuditEntry.id.between(seal.first_entry, seal.last_entry)
        gone += db.session.query(AuditEntry).where(stretch).delete(synchronize_session=False)
        seal.forgotten_at = now()
    return gone
