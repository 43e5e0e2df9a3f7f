"""The values that fill a conversation's places: the event's own rooms, sessions and people."""

import random
from datetime import date, timedelta

from portal.demo.customers import Stage
from portal.demo.dice import full_name

NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
NAMES_KEPT = 24


class Words:
    """The words of one event. `for_ticket` draws those that differ from ticket to ticket."""

    def __init__(self, stage: Stage, chance: random.Random) -> None:
        self.stage, self.plan, self.american = stage, stage.customer.plan, stage.customer.plan.country == "US"
        self.fixed = {
            "host": stage.customer.name,
            "city": stage.plan.city,
            "venue": stage.plan.venue,
            "zone": stage.plan.zone.rpartition("/")[2].replace("_", " "),
            "start": self._day(stage.starts_on),
            "institution": self.plan.institution,
            "institutions": self.plan.institutions,
            "professionals": self.plan.professionals,
        }
        self.women = [full_name(self.plan.locale, chance, woman=True) for _ in range(NAMES_KEPT // 2)]
        self.men = [full_name(self.plan.locale, chance, woman=False) for _ in range(NAMES_KEPT // 2)]

    def for_ticket(self, chance: random.Random, me: str, colleague: str | None, agent: str) -> dict[str, str]:
        """Every value that a conversation may ask for. `attendee` and `speaker` are women, `speaker2` a man."""
        pick, whole = chance.choice, chance.randrange
        session, other_session = chance.sample(self.plan.sessions, 2)
        room, other_room = chance.sample(self.stage.plan.rooms, 2)
        attendee, speaker = chance.sample(self.women, 2)
        most = max(60, self.stage.plan.attendees * 2 // 5)
        return self.fixed | {
            "me": me,
            "colleague": colleague or pick(self.women).split()[0],
            "agent": agent,
            "session": session,
            "session2": other_session,
            "room": room,
            "room2": other_room,
            "attendee": attendee,
            "speaker": speaker,
            "speaker2": pick(self.men),
            "exhibitor": pick(self.plan.exhibitors),
            "few": pick(NUMBERS),
            "n": str(11 + whole(37)),
            "lots": str(40 + whole(most - 39)),
            "abstract": str(20 + whole(380)),
            "reg": f"R-{20000 + whole(9999)}",
            "fee": pick(self.plan.fees),
            "day": pick(WEEKDAYS),
            "time": self._time(9 + whole(8), pick((0, 0, 15, 30, 30, 45))),
        }

    def _time(self, hour: int, minute: int) -> str:
        if self.american:
            return f"{(hour - 1) % 12 + 1}:{minute:02} {'a.m.' if hour < 12 else 'p.m.'}"
        return f"{hour}:{minute:02}"

    def _day(self, day: date) -> str:
        return f"{day:%B} {day.day}" if self.american else f"{day.day} {day:%B}"


def programme_file(words: Words) -> bytes:
    """A programme as a customer would send it: one row a session, in CSV."""
    lines, day = ["day;start;room;session"], words.stage.starts_on
    for number, session in enumerate(words.plan.sessions):
        room = words.stage.plan.rooms[number % len(words.stage.plan.rooms)]
        starts = day + timedelta(days=number // 6)
        lines.append(f"{starts:%d.%m.%Y};{9 + number % 6}:30;{room};{session}")
    return ("\r\n".join(lines) + "\r\n").encode("utf-8-sig")
