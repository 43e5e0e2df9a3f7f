"""Setting a password. Takes part in the caller's transaction."""

from portal.accounts.actor import Actor
from portal.accounts.links import withdraw_links
from portal.accounts.models import Person
from portal.accounts.passwords import check_new, hash_password
from portal.accounts.sessions import end_all
from portal.audit.record import record
from portal.clock import now
from portal.mail.post import post


def set_password(
    actor: Actor, person: Person, password: str, action: str, *, keep: int | None = None
) -> None:
    """Give a locked `person` a new password; whoever came in with an older one, or holds a link, is out.

    `action` names the audit row; `keep` is the session that stays. Raises Invalid (field `password`)
    for one that is short or easy to guess. The person hears of it by mail, unless it is their first.
    """
    check_new(password, (person.name, person.email))
    is_first, person.password_hash = person.password_hash is None, hash_password(password)
    withdraw_links(person.id)
    ended = end_all(person.id, but=keep)
    record(actor, action, person, after={"sessions_ended": ended})
    if not is_first:
        moment = now()
        post(person, "password_changed", cause=f"{action}:{person.id}:{moment.isoformat()}", at=moment)
