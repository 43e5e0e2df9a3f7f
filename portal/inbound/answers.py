"""What whoever wrote hears of a mail that was not filed. Takes part in the caller's transaction.

Nothing is ever answered to a machine, a list or a storm, and nobody is answered twice a day: whoever forges
a sender must not be able to have the portal write to that person again and again.
"""

import hashlib

from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.accounts.queries import actor_for
from portal.clock import now
from portal.db import db
from portal.events.models import Event
from portal.inbound import reasons
from portal.inbound.models import InboundMail
from portal.inbound.recognising import Recognised
from portal.mail.addresses import event_address
from portal.mail.models import OutboundMail
from portal.mail.post import post, post_to_stranger

STRANGERS_A_DAY = 200


def answer_sender(mail: InboundMail, found: Recognised) -> None:
    """Write to whoever sent a mail that waits for staff, where that is polite and safe."""
    if mail.reason == reasons.WHICH_EVENT and found.person is not None:
        _ask_which_event(mail, found.person)
    elif mail.reason in (reasons.STAFF, reasons.OVERTAKEN) and found.person is not None:
        _tell_colleague(mail, found)
    elif mail.reason in reasons.ANSWERED and _is_answerable(mail):
        _answer_stranger(mail)


def _ask_which_event(mail: InboundMail, person: Person) -> None:
    actor = actor_for(person.id)
    own = (
        select(Event).where(Event.id.in_(actor.contact_event_ids if actor else ())).order_by(Event.starts_on)
    )
    events = [(event.name, event_address(event.slug), event.id) for event in db.session.scalars(own)]
    post(person, "mail_which_event", cause=f"mail-which-event:{mail.id}", subject=mail.subject, events=events)


def _tell_colleague(mail: InboundMail, found: Recognised) -> None:
    person = found.person
    if person is not None:
        post(
            person, "mail_not_sent", cause=f"mail-not-sent:{mail.id}", permission="ticket:work", mail=mail,
            ticket=found.ticket, why=reasons.SENTENCES[mail.reason],
        )  # fmt: skip


def _is_answerable(mail: InboundMail) -> bool:
    # The envelope names who is to hear of it (RFC 3834). Where it names another than the mail itself does,
    # one of the two is false. From a mailbox the envelope is not known.
    if mail.door == "smtp" and mail.envelope_from.strip("<>").lower() != mail.sender:
        return False
    today = now().replace(hour=0, minute=0, second=0, microsecond=0)
    answered = select(func.count()).where(
        OutboundMail.answers_id.is_not(None), OutboundMail.queued_at >= today
    )
    return db.session.scalars(answered).one() < STRANGERS_A_DAY


def _answer_stranger(mail: InboundMail) -> None:
    headers = {"Auto-Submitted": "auto-replied"}
    if mail.message_id:
        headers |= {"In-Reply-To": mail.message_id, "References": mail.message_id}
    whom = hashlib.sha256(mail.sender.encode()).hexdigest()[:32]
    post_to_stranger(
        mail.sender, "mail_to_stranger", cause=f"mail-to-stranger:{whom}:{now():%Y-%m-%d}",
        answers_id=mail.id, headers=headers,
    )  # fmt: skip
