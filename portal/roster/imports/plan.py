"""What would become of a list if it were confirmed now: row by row, and as a whole (WHO-3, WHO-5)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.policy.contacts import ContactLimit, may_add_contact
from portal.policy.decision import Decision
from portal.roster.imports.sheet import Sheet, SheetRow


class Standing(StrEnum):
    """What a row comes to."""

    NEW = "new"
    WRONG = "wrong"
    REGISTERED = "registered"
    TWICE = "twice"


@dataclass(frozen=True)
class Judged:
    """A row with what it comes to; `note` says why where the row itself does not."""

    row: SheetRow
    standing: Standing
    note: str = ""


@dataclass(frozen=True)
class Plan:
    """A list against the roster as it is. `wanted` says whether all that is new has room (WHO-3)."""

    unit: str
    judged: tuple[Judged, ...]
    limit: ContactLimit
    used: int

    @property
    def free(self) -> int:
        """How many more contacts the event may have."""
        return max(0, self.limit.total - self.used)

    @property
    def new(self) -> tuple[SheetRow, ...]:
        """Everybody whom the list would add, in its order."""
        return tuple(each.row for each in self.judged if each.standing is Standing.NEW)

    @property
    def fitting(self) -> tuple[SheetRow, ...]:
        """Those of them for whom there is a seat: the first of the list."""
        return self.new[: self.free]

    @property
    def waiting(self) -> tuple[SheetRow, ...]:
        """Those of them for whom there is none."""
        return self.new[self.free :]

    @property
    def room(self) -> Decision:
        """WHO-3, WHO-5: whether everybody who is new may be registered."""
        return may_add_contact(self.limit, self.used, more=max(1, len(self.new)))

    @property
    def is_whole(self) -> bool:
        """Whether the list can be taken as it is: somebody is new, nothing is wrong, and all have a seat."""
        return bool(self.new) and not self.waiting and not self.count(Standing.WRONG)

    def count(self, standing: Standing | str) -> int:
        """How many rows come to this."""
        return sum(each.standing == standing for each in self.judged)

    def shown(self, standing: str | None) -> tuple[Judged, ...]:
        """The rows that come to `standing`; all without one."""
        return tuple(each for each in self.judged if standing in (None, each.standing))


def plan_of(
    sheet: Sheet, limit: ContactLimit, registered: Mapping[str, str], closed: Collection[str]
) -> Plan:
    """Judge a list. `registered` gives the names of the event's contacts by address; `closed` are addresses
    of accounts that support has closed. Who comes twice is counted once, where they come first.
    """
    first: dict[str, int] = {}
    judged = tuple(_judged(sheet.unit, row, registered, closed, first) for row in sheet.rows)
    return Plan(sheet.unit, judged, limit, len(registered))


def _judged(
    unit: str, row: SheetRow, registered: Mapping[str, str], closed: Collection[str], first: dict[str, int]
) -> Judged:
    if row.problems:
        return Judged(row, Standing.WRONG)
    if row.email in registered:
        return Judged(
            row, Standing.REGISTERED, f"{registered[row.email]} is a contact of this event already."
        )
    if row.email in first:
        return Judged(row, Standing.TWICE, f"The same address as in {unit.lower()} {first[row.email]:,}.")
    if row.email in closed:
        return Judged(row.wrong("email", "Support has closed the account with this address."), Standing.WRONG)
    first[row.email] = row.number
    return Judged(row, Standing.NEW)
