"""Counting how useful a wish is: by customer, from what their people said. Part of the caller's transaction (WISH-2).

Whoever counts holds the row of the root against other writers (`queries.locked_wish`), so that no stand is lost.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, true, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import aliased

from portal.accounts.models import Grant
from portal.clock import now
from portal.db import db
from portal.events.models import Event
from portal.policy.terms import Licence
from portal.policy.usefulness import Tally, customer_since, stand_of, trend
from portal.policy.wishes import Stand, WishModule
from portal.wishlist.models import OrganisationStand, Wish, WishStand

_HAS_PART: dict[str | None, ColumnElement[bool]] = {
    None: true(),
    WishModule.VIRTUAL_EVENT: Event.virtual_event_package.is_(True),
    WishModule.EXHIBITORS: Event.exhibitor_package.is_(True),
    WishModule.ATTENDANCE_APP: and_(Event.in_person, Event.records_attendance),
    WishModule.PREMIUM: Event.licence == Licence.PREMIUM,
}
Said = tuple[str, datetime]


@dataclass(slots=True)
class _Voices:
    """What was said for one organisation: by who is there, by who has left, and by its organiser's choice."""

    present: list[Said] = field(default_factory=list)
    former: list[Said] = field(default_factory=list)
    chosen: Said | None = None

    def stand(self) -> Said | None:
        """Where the organisation stands, and since when."""
        if self.chosen:
            return self.chosen
        heard = self.present or self.former
        stand = stand_of([each for each, _ in heard])
        if stand is None:
            return None
        return stand, min((at for each, at in heard if each == stand), default=max(at for _, at in heard))


def concerned_customers(module: str | None) -> Select[int]:
    """The keys of the organisations with a licensed event that has a part, now or within the last year."""
    licensed = select(Event.organisation_id).where(Event.ends_on >= customer_since(now().date()))
    return licensed.where(_HAS_PART[module]).distinct()


def recount(wish: Wish, customers: Collection[int] | None = None) -> Tally:
    """Count the stands of a root and of all that is merged into it, and keep the figures on it.

    With `customers` only theirs are looked at anew, for when only they said something; else everybody's.
    """
    db.session.flush()
    voices = _voices(wish.id, customers)
    stands = {key: said for key, each in voices.items() if (said := each.stand())}
    _keep(wish.id, stands)
    _forget(wish.id, set(stands), customers)
    return _count(wish)


def _voices(root_id: int, customers: Collection[int] | None) -> dict[int, _Voices]:
    found: dict[int, _Voices] = defaultdict(_Voices)
    for organisation_id, stand, at, is_present in db.session.execute(_latest(root_id, customers)):
        side = found[organisation_id].present if is_present else found[organisation_id].former
        side.append((stand, at))
    for organisation_id, chosen, chosen_at in db.session.execute(_choices(root_id, customers)):
        if chosen and chosen_at:
            found[organisation_id].chosen = (chosen, chosen_at)
    return found


def _latest(root_id: int, customers: Collection[int] | None) -> Select[int, str, datetime, bool]:
    """The last that each person said of any wish of this root, and whether they still belong there."""
    said = (
        select(WishStand)
        .join(Wish, Wish.id == WishStand.wish_id)
        .where(Wish.root_id == root_id)
        .ext(distinct_on(WishStand.organisation_id, WishStand.person_id))
        .order_by(WishStand.organisation_id, WishStand.person_id, WishStand.stood_at.desc(), WishStand.id)
    )
    if customers is not None:
        said = said.where(WishStand.organisation_id.in_(customers))
    last = aliased(WishStand, said.subquery())
    there = select(Grant.id).outerjoin(Event, Event.id == Grant.event_id)
    there = there.where(
        Grant.person_id == last.person_id,
        Grant.ended_at.is_(None),
        or_(Grant.organisation_id == last.organisation_id, Event.organisation_id == last.organisation_id),
    )
    return select(last.organisation_id, last.stand, last.stood_at, or_(last.on_behalf, there.exists()))


def _choices(root_id: int, customers: Collection[int] | None) -> Select[int, str | None, datetime | None]:
    chosen = (
        select(OrganisationStand.organisation_id, OrganisationStand.chosen, OrganisationStand.chosen_at)
        .join(Wish, Wish.id == OrganisationStand.wish_id)
        .where(Wish.root_id == root_id, OrganisationStand.chosen.is_not(None))
        .ext(distinct_on(OrganisationStand.organisation_id))
        .order_by(OrganisationStand.organisation_id, OrganisationStand.chosen_at.desc())
    )
    return chosen if customers is None else chosen.where(OrganisationStand.organisation_id.in_(customers))


def _keep(root_id: int, stands: dict[int, Said]) -> None:
    if not stands:
        return
    rows = [
        {"wish_id": root_id, "organisation_id": key, "stand": stand, "stood_at": at}
        for key, (stand, at) in sorted(stands.items())
    ]
    new = insert(OrganisationStand).values(rows)
    anew = {"stand": new.excluded.stand, "stood_at": new.excluded.stood_at}
    db.session.execute(new.on_conflict_do_update(index_elements=["wish_id", "organisation_id"], set_=anew))


def _forget(root_id: int, kept: set[int], customers: Collection[int] | None) -> None:
    silent = delete(OrganisationStand).where(
        OrganisationStand.wish_id == root_id, OrganisationStand.organisation_id.not_in(kept)
    )
    if customers is not None:
        silent = silent.where(OrganisationStand.organisation_id.in_(customers))
    db.session.execute(silent)


def _count(wish: Wish) -> Tally:
    concerned = concerned_customers(wish.module)
    standing = db.session.execute(
        select(OrganisationStand.stand, OrganisationStand.stood_at).where(
            OrganisationStand.wish_id == wish.id, OrganisationStand.organisation_id.in_(concerned)
        )
    ).all()
    by_stand = Counter(stand for stand, _ in standing)
    tally = Tally(
        by_stand[Stand.USEFUL], by_stand[Stand.NEUTRAL], by_stand[Stand.NOT_FOR_US],
        db.session.scalar(select(func.count()).select_from(concerned.subquery())) or 0,
    )  # fmt: skip
    figures = {
        "useful": tally.useful, "neutral": tally.neutral, "against": tally.against, "concerned": tally.concerned,
        "score": tally.score, "trend": trend([at for stand, at in standing if stand == Stand.USEFUL]),
    }  # fmt: skip
    db.session.execute(update(Wish).where(Wish.id == wish.id).values(**figures))
    db.session.refresh(wish, list(figures))
    return tally
