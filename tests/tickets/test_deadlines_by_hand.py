"""Twenty deadlines counted by hand, played on the portal (HOW-2 to HOW-4). The table is docs/deadlines.md."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import time_machine

from portal.db import db
from portal.tickets.goals import running_goals
from portal.tickets.models import Ticket
from tests.people import World
from tests.policy.moments import et
from tests.tickets.scenes import asked, replied

pytestmark = pytest.mark.usefixtures("outbox")

PAGE = Path(__file__).parents[2] / "docs" / "deadlines.md"
ROW = re.compile(
    r"\| (?P<case>[^|]+) \| (?P<goal>reply|solution) \| (?P<acts>[^|]+) \| [^|]+ \| (?P<due>[-0-9: ]+) \|"
)
WRITES = {"answered": "agent", "wrote": "contact"}


@dataclass(frozen=True)
class ByHand:
    """A row of the table: what happened, in order, and by when the goal is due."""

    case: str
    goal: str
    acts: tuple[tuple[str, str], ...]
    due: str


def rows() -> list[ByHand]:
    """The rows of the page's table."""
    found = ROW.finditer(PAGE.read_text(encoding="utf-8"))
    return [
        ByHand(
            row["case"],
            row["goal"],
            tuple((act.split(" ", 1)[0], act.split(" ", 1)[1]) for act in row["acts"].split("; ")),
            row["due"],
        )
        for row in found
    ]


def play(world: World, row: ByHand) -> Ticket:
    """Do what the row tells, at its times."""
    ticket = None
    for act, moment in row.acts:
        with time_machine.travel(et(moment), tick=False):
            if act == "asked":
                ticket = asked(world)
            else:
                assert ticket is not None
                replied(world, ticket, WRITES[act])
    assert ticket is not None
    return ticket


def test_the_table_has_twenty_rows() -> None:
    assert len(rows()) == 20


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.case)
def test_the_portal_counts_as_the_hand_did(world: World, row: ByHand) -> None:
    ticket = play(world, row)
    stored = {goal.kind == "resolution": goal for goal in running_goals(ticket.id)}
    assert stored[row.goal == "solution"].due_at == et(row.due)
    if row.goal == "reply":
        assert db.session.get_one(Ticket, ticket.id).reply_due_at == et(row.due)
