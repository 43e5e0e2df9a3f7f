"""What replies really took in the last 30 days, to stand beside the promise (HOW-2)."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from portal.clock import now
from portal.db import db
from portal.policy.edition import Edition
from portal.policy.goals import GoalKind
from portal.policy.reply_record import ReplyRecord
from portal.tickets.models_goals import TicketGoal
from portal.tickets.promises import in_words

COUNTED_OVER = timedelta(days=30)
FEWEST = 5


@dataclass(frozen=True)
class ReplyFigures:
    """How many replies the last 30 days had; the record is None where they are too few to say anything."""

    replies: int
    record: ReplyRecord | None
    sentence: str


def reply_figures(edition: Edition) -> ReplyFigures:
    """The last 30 days of all customers' replies, first and later ones: one query over one index (HOW-2).

    Replies within windows after hours, which were paid for, are left out (AFT-1).
    """
    took = TicketGoal.took_minutes
    figures = select(
        func.count(),
        func.percentile_disc(0.5).within_group(took),
        func.percentile_disc(0.9).within_group(took),
    )
    since = now() - COUNTED_OVER
    replies, median, ninetieth = db.session.execute(
        figures.where(
            TicketGoal.met_at >= since, TicketGoal.kind != GoalKind.RESOLUTION, TicketGoal.window_id.is_(None)
        )
    ).one()
    record = ReplyRecord(replies, median, ninetieth) if replies >= FEWEST else None
    return ReplyFigures(replies, record, _sentence(replies, record, edition))


def _sentence(replies: int, record: ReplyRecord | None, edition: Edition) -> str:
    if record is None:
        how_many = f"{replies} replies" if replies > 1 else ("one reply" if replies else "no reply")
        return f"The last 30 days had {how_many}: too few for a figure that says something."
    half, nine = (
        in_words(minutes, edition.hours) for minutes in (record.median_minutes, record.ninetieth_minutes)
    )
    return (
        f"In the last 30 days half of the replies took at most {half} of business time, and nine of ten at most "
        f"{nine} ({replies:,} replies counted)."
    )
