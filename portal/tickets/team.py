"""The team of support as it stands for one ticket: who is on duty, who takes its topic, how much each has (HOW-1)."""

from collections import defaultdict
from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.db import db
from portal.duty.queries import rotas
from portal.editions.queries import edition_in_force
from portal.policy.distribution import WEIGHTS, Colleague
from portal.tickets.models import Ticket


@dataclass(frozen=True)
class Team:
    """The agents for one topic at one instant. `absent` are those of them who are away then, by key."""

    people: dict[int, Person]
    colleagues: tuple[Colleague, ...]
    absent: frozenset[int]

    @property
    def someone_is_on_duty(self) -> bool:
        """Whether anybody is on duty at all."""
        return any(colleague.on_duty for colleague in self.colleagues)

    def without(self, keys: Container[int]) -> tuple[Colleague, ...]:
        """The colleagues but those with these keys."""
        return tuple(colleague for colleague in self.colleagues if colleague.id not in keys)


def team_for(topic: str, at: datetime) -> Team:
    """Every agent as seen for a topic at an instant, by name."""
    hours, load = edition_in_force().hours, open_tickets()
    listed = rotas(at)
    colleagues = (
        Colleague(
            id=rota.person.id, name=rota.person.name, on_duty=rota.on_duty_at(at, hours),
            has_skill=rota.takes(topic), load=load[rota.person.id][0], open_tickets=load[rota.person.id][1],
        )
        for rota in listed
    )  # fmt: skip
    away = frozenset(rota.person.id for rota in listed if rota.absence_at(at))
    return Team({rota.person.id: rota.person for rota in listed}, tuple(colleagues), away)


def open_tickets() -> dict[int, tuple[int, int]]:
    """For everyone who has open tickets: what these weigh together, and how many they are."""
    held = select(Ticket.assignee_id, Ticket.priority, func.count()).where(
        Ticket.state == "open", Ticket.assignee_id.is_not(None)
    )
    load: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for person_id, priority, number in db.session.execute(held.group_by(Ticket.assignee_id, Ticket.priority)):
        assert person_id is not None
        weight, tickets = load[person_id]
        load[person_id] = weight + WEIGHTS[priority] * number, tickets + number
    return load
