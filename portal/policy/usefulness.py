"""How useful a wish is to all customers, counted by customer and ranked with care for small numbers (WISH-2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import exp2, log2, sqrt

from portal.policy.wishes import Stand

__all__ = ["Tally", "customer_since", "planning_score", "stand_of", "trend", "trend_now"]

# 95 percent, two-sided.
DEVIATIONS = 1.96
METHOD = "wilson-95-fpc"
HALF_LIFE = timedelta(days=14)
# Any fixed moment before the first wish; the trend is kept as a logarithm counted from it.
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
CUSTOMER_FOR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Tally:
    """How the customers whom a wish concerns stand towards it (WISH-2)."""

    useful: int
    neutral: int
    against: int
    concerned: int

    @property
    def answered(self) -> int:
        """WISH-2: how many customers have taken a stand."""
        return self.useful + self.neutral + self.against

    @property
    def score(self) -> float:
        """WISH-2: the rank for planning, from 0 to 1."""
        return planning_score(self.useful, self.answered, self.concerned)


def stand_of(present: Iterable[str], former: Iterable[str] = ()) -> Stand | None:
    """WISH-2: an organisation's stand: that of most of its members; neutral where the lead is tied.

    Those who have left it speak for it only while nobody who is there has said anything. None without an answer.
    """
    counted = Counter(present) or Counter(former)
    if not counted:
        return None
    (first, most), *others = counted.most_common(2)
    return Stand.NEUTRAL if others and others[0][1] == most else Stand(first)


def customer_since(today: date) -> date:
    """WISH-2: the day on or after which an event must end for its organisation to count as a customer of today."""
    return today - CUSTOMER_FOR


def planning_score(useful: int, answered: int, concerned: int) -> float:
    """WISH-2: the share of all customers concerned who find a wish useful, at its cautious end: from 0 to 1.

    With p = useful / answered, n = answered, N = concerned and z = 1.96 it is the lower end of Wilson's interval

        (p + v/2n - sqrt(v * (p(1-p)/n + v/4n^2))) / (1 + v/n),   v = z^2 * (N - n) / (N - 1)

    v is z^2 with the correction for a finite population: once every customer has answered nothing is left to
    estimate, and the score is p itself. It is at least useful / N, for so many are known to find it useful.
    So one more "useful" never lowers it, and one more of another answer never raises it.

    Sources: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
    American Statistical Association 22 (1927), 209-212; W. G. Cochran, Sampling Techniques, 3rd ed. (1977), 2.6
    (correction for a finite population). Raises ValueError unless 0 <= useful <= answered <= concerned.
    """
    if not 0 <= useful <= answered <= concerned:
        raise ValueError(f"{useful} useful of {answered} answers of {concerned} customers")
    if useful == 0:
        return 0.0
    share, spread = useful / answered, _spread(answered, concerned)
    middle = share + spread / (2 * answered)
    width = sqrt(spread * (share * (1 - share) / answered + spread / (4 * answered**2)))
    return max((middle - width) / (1 + spread / answered), useful / concerned)


def trend(found_useful_at: Sequence[datetime]) -> float:
    """WISH-2: how much a wish is talked about: each customer's "useful" weighs half as much 14 days later.

    Kept as log2 of the sum of 2^((t - epoch) / half-life), 0 at least: all wishes fade alike, so the order of these
    figures holds at any moment without counting anew. Never used for planning. Source: G. Cormode, V. Shkapenyuk,
    D. Srivastava, B. Xu, "Forward decay: a practical time decay model for streaming systems", ICDE 2009.
    """
    if not found_useful_at:
        return 0.0
    ages = [(moment - EPOCH) / HALF_LIFE for moment in found_useful_at]
    newest = max(ages)
    return max(0.0, newest + log2(sum(exp2(age - newest) for age in ages)))


def trend_now(kept: float, at: datetime) -> float:
    """WISH-2: what the kept figure of a trend is worth at a moment: in customers who said "useful" just then."""
    return exp2(kept - (at - EPOCH) / HALF_LIFE) if kept > 0 else 0.0


def _spread(answered: int, concerned: int) -> float:
    if concerned == 1:
        return 0.0
    return DEVIATIONS**2 * (concerned - answered) / (concerned - 1)
