"""Attendees' questions: the public help page, the private link to follow one by, and the contacts' pages (WHO-2)."""

from flask import Blueprint

from portal.questions import queries
from portal.web.access import resolves

blueprint = Blueprint("questions", __name__)
resolves("question_id", queries.question_scope)
resolves("answer_id", queries.answer_scope)

from portal.blueprints.questions import answers, contacts, escalation, following, help_page, wish  # noqa: E402

__all__ = ["answers", "contacts", "escalation", "following", "help_page", "wish"]
