"""What management decides on a wish: whether and when it is carried out (WISH-3)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.editions.queries import edition_in_force
from portal.errors import Conflict, Invalid, Link, Refused
from portal.policy.decision import Decision
from portal.policy.wishes import WishDecision, WishState, may_decide, wish_word
from portal.wishlist.models import Wish
from portal.wishlist.models_decisions import DecisionRecord
from portal.wishlist.queries import locked_wish

ANSWERED = frozenset({WishDecision.DONE, WishDecision.DECLINED})


@dataclass(frozen=True)
class Deciding:
    """What a manager decides: with a public answer, and a date or a release that customers see where published."""

    decision: WishDecision
    answer: str = ""
    due_on: date | None = None
    release: str = ""
    date_published: bool = False


@use_case
def decide_wish(actor: Actor, wish_id: int, chosen: Deciding, *, seen: int) -> Wish:
    """Record management's decision on a wish of the list; `seen` is the number of the last one on the page (WISH-3).

    An answer replaces the public one; without any, that one stays. Followers are told by the next digest. Raises
    Refused for who may not decide, Conflict when another decision was made meanwhile or the wish is not on the
    list, and Invalid (fields `decision`, `answer`, `date_published`).
    """
    wish = locked_wish(actor, wish_id)
    actor.require("wish:evaluate")
    _check_may(actor, wish)
    latest = latest_decision(wish.id)
    _check_seen(wish, latest, seen)
    _check(chosen, latest)
    at = now()
    made = DecisionRecord(
        wish_id=wish.id, number=seen + 1, decision=chosen.decision, answer=chosen.answer, due_on=chosen.due_on,
        release=chosen.release, date_published=chosen.date_published, decided_by_id=actor.id, decided_at=at,
        policy_edition=edition_in_force().number,
    )  # fmt: skip
    db.session.add(made)
    before = {"decision": wish.decision}
    _apply(actor, wish, made)
    db.session.flush()
    record(actor, "wish.decided", wish, before=before, after=_facts(made), scope=wish.scope)
    return wish


def latest_decision(wish_id: int) -> DecisionRecord | None:
    """The decision that holds; None where management has not decided yet."""
    made = select(DecisionRecord).where(DecisionRecord.wish_id == wish_id)
    return db.session.scalar(made.order_by(DecisionRecord.number.desc()).limit(1))


def _check_may(actor: Actor, wish: Wish) -> None:
    answers = [may_decide(role) for role in sorted(actor.staff_roles)]
    decision: Decision = next((answer for answer in answers if answer), answers[0])
    if not decision:
        raise Refused(decision, links=(Link("Back to the wish", "wishes.show", {"wish_id": wish.id}),))


def _check_seen(wish: Wish, latest: DecisionRecord | None, seen: int) -> None:
    back = (Link("See what was decided", "decisions.show", {"wish_id": wish.id}),)
    if not wish.is_listed:
        state = wish_word(WishState(wish.state))
        raise Conflict(f"“{wish.title}” is {state}: only what is on the list is decided on.", rule="WISH-3")
    if seen != (latest.number if latest else 0):
        decision = wish_word(WishDecision(wish.decision))
        raise Conflict(
            f"“{wish.title}” was decided on meanwhile: it is {decision}.", rule="WISH-3", links=back
        )


def _check(chosen: Deciding, latest: DecisionRecord | None) -> None:
    wrong: dict[str, str] = {}
    if chosen.decision in ANSWERED and not chosen.answer:
        word = wish_word(chosen.decision)
        wrong["answer"] = f"Customers are owed an answer when a wish is {word}: say why, or how it was done."
    if chosen.date_published and not (chosen.due_on or chosen.release):
        wrong["date_published"] = "Give a date or a release to publish."
    if not wrong and chosen == _as_decided(latest):
        wrong["decision"] = "That is what was decided last: change something."
    if wrong:
        raise Invalid(**wrong)


def _as_decided(latest: DecisionRecord | None) -> Deciding:
    if latest is None:
        return Deciding(WishDecision.OPEN)
    return Deciding(
        WishDecision(latest.decision), latest.answer, latest.due_on, latest.release, latest.date_published
    )


def _apply(actor: Actor, wish: Wish, made: DecisionRecord) -> None:
    wish.decision, wish.decided_at, wish.decided_by_id = made.decision, made.decided_at, actor.id
    if made.answer and made.answer != wish.answer:
        wish.answer, wish.answered_at, wish.answered_by_id = made.answer, made.decided_at, actor.id


def _facts(made: DecisionRecord) -> dict[str, Any]:
    facts = {"decision": made.decision, "number": made.number, "answer": made.answer}
    dates = {"due_on": made.due_on, "release": made.release, "date_published": made.date_published}
    return facts | {name: value for name, value in dates.items() if value}


def decisions_on(wish: Wish) -> list[DecisionRecord]:
    """Every decision on a wish, the latest first."""
    made = select(DecisionRecord).where(DecisionRecord.wish_id == wish.id)
    made = made.options(joinedload(DecisionRecord.decided_by)).order_by(DecisionRecord.number.desc())
    return list(db.session.scalars(made))
