"""Writing help pages, attendees' questions in each of their states, and the answers for everybody (WHO-2)."""

import tomllib
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from portal.demo.customers import Stage
from portal.demo.frame import Frame, Someone, note
from portal.questions.models import HelpPage, PublishedAnswer, Question, QuestionMessage

CONFIRMED_AFTER = timedelta(minutes=6)


def write_questions(frame: Frame, stage: Stage) -> None:
    """Write what attendees of an event asked; its tickets must have been written before."""
    if not stage.customer.is_first:
        return
    contact = stage.contacts[0].who if stage.contacts else None
    for row in _placed("page", stage):
        frame.rows.add(
            HelpPage, event_id=stage.id, is_open=row.get("open", True), team_name=row["team"],
            intro=row["intro"].strip(),
        )  # fmt: skip
    for row in _placed("answer", stage):
        assert contact is not None
        _write_answer(frame, stage, contact, row)
    for number, row in enumerate(_placed("question", stage)):
        assert contact is not None
        _write_question(frame, stage, contact, number, row)


@cache
def _written() -> dict[str, list[dict[str, Any]]]:
    file = files("portal.demo") / "questions.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _placed(table: str, stage: Stage) -> list[dict[str, Any]]:
    return [row for row in _written()[table] if row["event"] == stage.plan.key]


def _write_answer(frame: Frame, stage: Stage, contact: Someone, row: dict[str, Any]) -> None:
    at, texts = frame.now - timedelta(days=row["days_ago"]), (row["asked"], row["answer"].strip())
    key = frame.rows.add(
        PublishedAnswer, event_id=stage.id, asked=texts[0], answer=texts[1], published_by_id=contact.id,
        published_at=at, form_key=f"demo:{stage.id}:{row['asked']}",
    )  # fmt: skip
    after = {"asked": texts[0], "answer": texts[1]}
    note(frame, at, contact, "answer.published", PublishedAnswer, key, stage.place, after=after)


def _write_question(frame: Frame, stage: Stage, contact: Someone, number: int, row: dict[str, Any]) -> None:
    asked = frame.now - timedelta(hours=row["hours_ago"])
    confirmed = None if row["state"] == "unconfirmed" else asked + CONFIRMED_AFTER
    turns = [(turn, asked + timedelta(hours=turn["after"])) for turn in row.get("turns", [])]
    ticket = frame.placed[stage.id, row["ticket"]] if "ticket" in row else None
    key = frame.rows.add(
        Question, event_id=stage.id, state=row["state"], name=row["name"], email=row["email"],
        body=row["text"].strip(), asked_at=asked, confirmed_at=confirmed,
        last_activity_at=turns[-1][1] if turns else confirmed or asked, closed_by=row.get("closed_by"),
        ticket_id=ticket, form_key=f"demo:{stage.id}:{number}",
    )  # fmt: skip
    if confirmed:
        _note(frame, stage, confirmed, None, "question.confirmed", key, "open")
    for turn, at in turns:
        _write_turn(frame, stage, contact, key, row["name"], turn, at)
    if ticket:
        after = {"ticket": ticket, "shares_address": False}
        at = asked + timedelta(hours=1)
        note(frame, at, contact, "question.escalated", Question, key, stage.place, after=after)
    if row["state"] in ("closed", "erased"):
        at = turns[-1][1] if turns else asked + timedelta(hours=2)
        _note(frame, stage, at, None, f"question.{row['state']}", key, row["state"])


def _write_turn(
    frame: Frame, stage: Stage, contact: Someone, question: int, name: str, turn: dict[str, Any], at: datetime
) -> None:
    by_contact = turn["by"] == "contact"
    frame.rows.add(
        QuestionMessage, question_id=question, author_id=contact.id if by_contact else None,
        shown_as=_team(stage) if by_contact else name, body=turn["text"].strip(), sent_at=at,
    )  # fmt: skip
    action, state = ("question.answered", "answered") if by_contact else ("question.replied", "open")
    _note(frame, stage, at, contact if by_contact else None, action, question, state)


def _team(stage: Stage) -> str:
    return next((row["team"] for row in _placed("page", stage)), f"{stage.name} team")


def _note(
    frame: Frame, stage: Stage, at: datetime, actor: Someone | None, action: str, key: int, state: str
) -> None:
    note(frame, at, actor, action, Question, key, stage.place, after={"state": state})
