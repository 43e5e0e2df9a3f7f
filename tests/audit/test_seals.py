"""The record of changes cannot be changed unseen: sealed in a chain, kept by rule."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from portal.accounts.actor import SYSTEM
from portal.audit import seals
from portal.audit.models import AuditEntry, AuditSeal
from portal.audit.record import record
from portal.clock import now
from portal.db import db


@pytest.fixture(autouse=True)
def small(monkeypatch, world):
    """Three stretches of four entries and one of one."""
    monkeypatch.setattr(seals, "ENTRIES_A_SEAL", 4)
    for number in range(13):
        record(SYSTEM, "thing.done", world.congress, after={"number": number}, scope=world.congress.scope)
    db.session.commit()


def broken():
    db.session.rollback()
    return seals.broken_seals(db.session.connection())


def meddle(change):
    """Change the table as somebody with the database's own password could."""
    db.session.rollback()
    db.session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
    db.session.execute(text(change))
    db.session.execute(text("ALTER TABLE audit_entry ENABLE TRIGGER USER"))
    db.session.commit()


def test_every_entry_is_sealed_once_and_the_chain_holds():
    entries = db.session.scalar(select(func.count()).select_from(AuditEntry))
    assert seals.seal_trail() == -(-entries // 4)
    assert seals.seal_trail() == 0
    assert db.session.scalar(select(func.sum(AuditSeal.entries))) == entries
    assert broken() == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entry SET actor_name = 'Nobody' WHERE id = (SELECT min(id) + 5 FROM audit_entry)",
        "UPDATE audit_entry SET after = '{}' WHERE id = (SELECT min(id) FROM audit_entry)",
        "UPDATE audit_entry SET at = at + interval '1 microsecond' WHERE id = (SELECT min(id) FROM audit_entry)",
        "DELETE FROM audit_entry WHERE id = (SELECT min(id) + 6 FROM audit_entry)",
        "UPDATE audit_entry SET id = id + 1000000 WHERE id = (SELECT min(id) + 2 FROM audit_entry)",
    ],
)
def test_what_somebody_meddled_with_is_found(change):
    seals.seal_trail()
    meddle(change)
    assert len(broken()) == 1
    assert seals.check_trail()


def test_a_seal_made_to_fit_breaks_those_after_it():
    seals.seal_trail()
    meddle(
        "UPDATE audit_entry SET action = 'x.y' WHERE id = (SELECT first_entry FROM audit_seal ORDER BY id LIMIT 1)"
    )
    first = db.session.scalars(select(AuditSeal).order_by(AuditSeal.id)).first()
    first.digest = seals._stretch(db.session.connection(), first.first_entry, first.last_entry, "").digest
    db.session.commit()
    assert "are not as they were sealed" in broken()[0]


def test_a_seal_that_was_dropped_is_missed():
    seals.seal_trail()
    middle = db.session.scalars(select(AuditSeal).order_by(AuditSeal.id).offset(1)).first()
    db.session.delete(middle)
    db.session.commit()
    assert any("not at" in problem for problem in broken())


def test_the_portal_itself_can_neither_change_nor_delete_an_entry():
    for change in ("UPDATE audit_entry SET actor_name = 'x'", "DELETE FROM audit_entry"):
        with pytest.raises(DBAPIError, match="audit_entry"):
            db.session.execute(text(change))
        db.session.rollback()


def test_what_is_written_later_is_sealed_next_time_and_never_skipped(world):
    seals.seal_trail()
    record(SYSTEM, "thing.done", world.congress, scope=world.congress.scope)
    db.session.flush()
    # Written, and not committed: its number is taken.
    late = db.session.scalar(select(func.max(AuditEntry.id)))
    with db.engine.connect() as other, other.begin():
        other.execute(text("SET LOCAL lock_timeout = '200ms'"))
        with pytest.raises(DBAPIError):
            other.execute(text("LOCK TABLE audit_entry IN SHARE MODE"))
    db.session.commit()
    assert seals.seal_trail() == 1
    assert db.session.scalar(select(func.max(AuditSeal.last_entry))) == late
    assert broken() == []


def test_what_is_old_is_forgotten_by_whole_stretches_and_the_chain_holds(app):
    seals.seal_trail()
    old = db.session.scalars(select(AuditSeal).order_by(AuditSeal.id)).first()
    old.last_at = now() - timedelta(days=365 * 10 + 1)
    gone, entries = old.entries, db.session.scalar(select(func.count()).select_from(AuditEntry))
    db.session.commit()
    assert seals.forget_old_entries() == gone
    assert seals.forget_old_entries() == 0
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == entries - gone
    assert broken() == []
