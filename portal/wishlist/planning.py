"""Planning rounds: the wish list as it stood when a release was planned, kept for good (WISH-1 to WISH-3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, insert, select
from sqlalchemy.orm import joinedload

from portal.accounts.actor import NOWHERE, Actor, Scope
from portal.audit.record import record
from portal.db import db, use_case
from portal.editions.queries import edition_in_force
from portal.errors import Conflict, Invalid, Link, NotFound
from portal.policy.usefulness import METHOD
from portal.policy.wishes import WishDecision, WishModule, wish_word
from portal.wishlist.counting import concerned_customers
from portal.wishlist.evaluating import ASKED, Means, means_by_wish, means_from
from portal.wishlist.lists import ON_LIST
from portal.wishlist.models import Wish
from portal.wishlist.models_decisions import PlanningLine, PlanningRound

# What is over plays no part in planning what comes.
OVER = (WishDecision.DONE, WishDecision.DECLINED)
HEADER = (
    "Rank", "Rank in the round before", "Change", "Wish", "Title", "Concerns", "Decision", "Useful", "Neutral", "Not for them",
    "Customers concerned", "Score", "Evaluations", "Usefulness", "Effort", "Fit", "Risk",
)  # fmt: skip


class Move(StrEnum):
    """What became of a wish's place since the round before."""

    UP = "up"
    DOWN = "down"
    SAME = "same"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True)
class Compared:
    """A line beside its place in the round before; without one it is new, without a line of now it is gone."""

    line: PlanningLine
    earlier_rank: int | None
    move: Move


@use_case
def take_round(actor: Actor, *, release: str, note: str, form_key: str) -> PlanningRound:
    """Keep the wishes that can still be planned in the order of their rank, with all that it follows from.

    The same form sent twice is one round. Raises Invalid (field `release`) for a release that has one already, and
    Conflict when there is nothing to plan.
    """
    actor.require("wish:decide")
    key = actor.own_key(form_key)
    earlier = db.session.scalar(select(PlanningRound).where(PlanningRound.form_key == key))
    if earlier is not None:
        return earlier
    name = " ".join(release.split())
    if db.session.scalar(select(PlanningRound.id).where(func.lower(PlanningRound.release) == name.lower())):
        raise Invalid(
            release="There is a round for this release already, and it stays as it is. Name it otherwise."
        )
    ranked = _ranked()
    if not ranked:
        back = Link("Read the wish list", "wishes.index", {})
        raise Conflict("There is no wish on the list that could be planned.", links=(back,))
    taken = PlanningRound(
        release=name, note=note, method=METHOD, customers=_customers(), taken_by_id=actor.id,
        policy_edition=edition_in_force().number, form_key=key,
    )  # fmt: skip
    db.session.add(taken)
    db.session.flush()
    lines = [_line(taken, place, wish, means) for place, (wish, means) in enumerate(ranked, 1)]
    db.session.execute(insert(PlanningLine), lines)
    record(actor, "planning_round.taken", taken, after={"release": name, "wishes": len(ranked)})
    return taken


def round_scope(actor: Actor, round_id: int) -> Scope | None:
    """Where a round belongs: nowhere in particular. None for who may not see it."""
    known = select(PlanningRound.id).where(PlanningRound.id == round_id)
    return NOWHERE if actor.may("wish:evaluate") and db.session.scalar(known) else None


def rounds() -> Sequence[PlanningRound]:
    """Every round, the latest first."""
    found = select(PlanningRound).options(joinedload(PlanningRound.taken_by))
    return db.session.scalars(found.order_by(PlanningRound.taken_at.desc(), PlanningRound.id.desc())).all()


def round_for(actor: Actor, round_id: int) -> PlanningRound:
    """A round. Raises NotFound when there is none, or none for the actor: rounds are for staff who evaluate."""
    wanted = (
        select(PlanningRound).options(joinedload(PlanningRound.taken_by)).where(PlanningRound.id == round_id)
    )
    found = db.session.scalar(wanted) if actor.may("wish:evaluate") else None
    if found is None:
        raise NotFound
    return found


def round_before(taken: PlanningRound) -> PlanningRound | None:
    """The round that was taken last before one; None before the first."""
    before = select(PlanningRound).where(
        (PlanningRound.taken_at < taken.taken_at)
        | ((PlanningRound.taken_at == taken.taken_at) & (PlanningRound.id < taken.id))
    )
    return db.session.scalar(before.order_by(PlanningRound.taken_at.desc(), PlanningRound.id.desc()).limit(1))


def lines_of(taken: PlanningRound) -> Sequence[PlanningLine]:
    """The lines of a round in the order of rank."""
    lines = select(PlanningLine).where(PlanningLine.round_id == taken.id)
    return db.session.scalars(lines.order_by(PlanningLine.rank)).all()


def compared(now: Sequence[PlanningLine], before: Sequence[PlanningLine]) -> list[Compared]:
    """Each line beside its place in the round before, then what is gone; without a round before all are new."""
    places = {line.wish_id: line.rank for line in before}
    here = {line.wish_id for line in now}
    found = [
        Compared(line, places.get(line.wish_id), _move(line.rank, places.get(line.wish_id))) for line in now
    ]
    return found + [Compared(line, line.rank, Move.GONE) for line in before if line.wish_id not in here]


def csv_rows(lines: Sequence[Compared]) -> Iterator[tuple[object, ...]]:
    """The lines as `HEADER` names them; what is gone has no rank of now."""
    for each in lines:
        line = each.line
        means = (line.usefulness, line.effort, line.fit, line.risk)
        yield (
            "" if each.move is Move.GONE else line.rank, each.earlier_rank or "", each.move, line.wish_id, line.title,
            _words(WishModule, line.module), _words(WishDecision, line.decision), line.useful, line.neutral,
            line.against, line.concerned, f"{line.score:.6f}", line.evaluations,
            *("" if mean is None else f"{mean:.2f}" for mean in means),
        )  # fmt: skip


def _words(kind: type[WishModule] | type[WishDecision], value: str | None) -> str:
    return wish_word(kind(value)) if value else "every customer"


def _move(rank: int, earlier: int | None) -> Move:
    if earlier is None:
        return Move.NEW
    return Move.SAME if rank == earlier else Move.UP if rank < earlier else Move.DOWN


def _ranked() -> list[tuple[Wish, Means]]:
    """What can be planned, most useful first, with what staff think of it: one statement, so one moment."""
    means = means_by_wish().subquery()
    columns = [means.c[name] for name in ("evaluations", *ASKED)]
    listed = select(Wish, *columns).outerjoin(means, means.c.wish_id == Wish.id)
    planned = listed.where(ON_LIST, Wish.decision.not_in(OVER))
    ordered = planned.order_by(Wish.score.desc(), Wish.useful.desc(), Wish.id)
    return [(wish, means_from(*found)) for wish, *found in db.session.execute(ordered)]


def _customers() -> int:
    return db.session.scalar(select(func.count()).select_from(concerned_customers(None).subquery())) or 0


def _line(taken: PlanningRound, place: int, wish: Wish, means: Means) -> dict[str, object]:
    return {
        "round_id": taken.id, "wish_id": wish.id, "rank": place, "title": wish.title, "module": wish.module,
        "decision": wish.decision, "useful": wish.useful, "neutral": wish.neutral, "against": wish.against,
        "concerned": wish.concerned, "score": wish.score, "evaluations": means.evaluations,
        "usefulness": means.usefulness, "effort": means.effort, "fit": means.fit, "risk": means.risk,
    }  # fmt: skip
