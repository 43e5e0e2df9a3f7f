"""What staff think of a wish: usefulness, effort, fit and risk, each by whoever looked into it (WISH-2, WISH-3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid
from portal.wishlist.models import Wish
from portal.wishlist.models_decisions import WishEvaluation
from portal.wishlist.queries import locked_wish

ASKED = ("usefulness", "effort", "fit", "risk")
LOWEST, HIGHEST = 1, 5


@dataclass(frozen=True)
class Means:
    """What staff think of a wish on average, each from 1 to 5, and how many of them; None where none does."""

    evaluations: int = 0
    usefulness: float | None = None
    effort: float | None = None
    fit: float | None = None
    risk: float | None = None


@use_case
def evaluate_wish(
    actor: Actor, wish_id: int, marks: Mapping[str, int], reasons: Mapping[str, str]
) -> WishEvaluation:
    """Write what the actor thinks of a wish, or change it: a mark of 1 to 5 for each of `ASKED`, with a reason.

    Each evaluator has one row, which only they change. Raises Invalid for a mark that is none, Conflict for a wish
    that is not on the list.
    """
    wish = locked_wish(actor, wish_id)
    actor.require("wish:evaluate")
    if not wish.is_listed:
        raise Conflict(f"“{wish.title}” is not on the list, so it is not evaluated.", rule="WISH-3")
    _check(marks)
    before = _own(actor, wish)
    values = {name: marks[name] for name in ASKED}
    values |= {f"{name}_why": reasons.get(name, "") for name in ASKED}  # type: ignore[misc]
    row = {"wish_id": wish.id, "evaluator_id": actor.id, "evaluated_at": now(), **values}
    new = insert(WishEvaluation).values(row)
    anew = {name: new.excluded[name] for name in ("evaluated_at", *values)}
    written = new.on_conflict_do_update(index_elements=["wish_id", "evaluator_id"], set_=anew)
    evaluation = db.session.scalars(
        written.returning(WishEvaluation), execution_options={"populate_existing": True}
    ).one()
    record(actor, "wish.evaluated", wish, before=before, after=dict(marks))
    return evaluation


@use_case
def withdraw_evaluation(actor: Actor, wish_id: int) -> Wish:
    """Take back what the actor thinks of a wish. Doing so twice is no error."""
    wish = locked_wish(actor, wish_id)
    actor.require("wish:evaluate")
    before = _own(actor, wish)
    if before is not None:
        own = WishEvaluation.wish_id == wish.id, WishEvaluation.evaluator_id == actor.id
        db.session.execute(delete(WishEvaluation).where(*own))
        record(actor, "wish.evaluation_withdrawn", wish, before=before)
    return wish


def evaluations_of(actor: Actor, wish: Wish) -> list[WishEvaluation]:
    """What each evaluator thinks, the latest first. For staff alone: empty for everybody else."""
    if not actor.may("wish:evaluate"):
        return []
    found = select(WishEvaluation).where(WishEvaluation.wish_id == wish.id)
    found = found.options(joinedload(WishEvaluation.evaluator)).order_by(WishEvaluation.evaluated_at.desc())
    return list(db.session.scalars(found))


def means_by_wish() -> Select[Any]:
    """What staff think of each wish on average, as a query: `wish_id`, `evaluations` and each of `ASKED`."""
    averages = [func.avg(getattr(WishEvaluation, name)).label(name) for name in ASKED]
    counted = select(WishEvaluation.wish_id, func.count().label("evaluations"), *averages)
    return counted.group_by(WishEvaluation.wish_id)


def means_from(evaluations: int | None, *averages: Any) -> Means:
    """What the query above found of one wish."""
    return Means(evaluations or 0, *(None if each is None else float(each) for each in averages))


def means_of(evaluations: Sequence[WishEvaluation]) -> Means:
    """What some evaluators think on average."""
    if not evaluations:
        return Means()
    return Means(len(evaluations), *(fmean(getattr(each, name) for each in evaluations) for name in ASKED))


def _check(marks: Mapping[str, int]) -> None:
    wrong = {
        name: f"Choose from {LOWEST} to {HIGHEST}."
        for name in ASKED
        if not LOWEST <= marks.get(name, 0) <= HIGHEST
    }
    if wrong:
        raise Invalid(**wrong)


def _own(actor: Actor, wish: Wish) -> dict[str, Any] | None:
    own = select(WishEvaluation).where(
        WishEvaluation.wish_id == wish.id, WishEvaluation.evaluator_id == actor.id
    )
    found = db.session.scalar(own)
    return None if found is None else {name: getattr(found, name) for name in ASKED}
