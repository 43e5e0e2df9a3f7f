"""Writing the audit row. Takes part in the caller's transaction: no change without its row."""

from datetime import date
from enum import Enum
from typing import Any

from structlog.contextvars import get_contextvars

from portal.accounts.actor import NOWHERE, Actor, Scope
from portal.audit.models import AuditEntry
from portal.db import Base, db
from portal.editions.queries import edition_in_force


def record(
    actor: Actor,
    action: str,
    subject: Base,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    scope: Scope = NOWHERE,
) -> None:
    """Add the audit row of one change: `action` as `thing.verb` in the past, such as `ticket.closed`.

    `subject` must have its key already (flush first). Never pass secrets in `before` or `after`.
    """
    db.session.add(
        AuditEntry(
            actor_id=actor.person_id,
            actor_name=actor.name,
            action=action,
            subject_type=type(subject).__tablename__,
            subject_id=getattr(subject, "id", None) or getattr(subject, "number"),  # noqa: B009
            event_id=scope.event_id,
            organisation_id=scope.organisation_id,
            before=_plain(before),
            after=_plain(after),
            policy_edition=edition_in_force().number,
            request_id=str(get_contextvars().get("request_id", "")),
        )
    )


def _plain(values: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if values is None else {name: _json(value) for name, value in values.items()}


def _json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
