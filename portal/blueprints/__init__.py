"""The HTTP door: a module per feature. Each parses, makes one call, and answers."""

from importlib import import_module
from pathlib import Path

from flask import Flask

ROOT = Path(__file__).parent.parent.parent

MODULES = (
    "home", "operations", "editions", "policy_drafts", "coverage", "prices", "guides",
    "inbound", "unsubscribing", "accounts", "people", "privacy", "organisations", "staff", "audit",
    "events", "roster", "rosters", "imports", "removals",
    "tickets", "drafts", "known", "files", "notes", "presence", "promises", "satisfaction", "reports", "canned", "queue", "bulk", "keyboard", "duty", "assignment",
    "bookings", "holds", "moves", "placing", "waiting", "availability", "staff_calendar", "hosts", "busy_calendars", "joining", "calendar_feed",
    "after_hours", "holding", "hours_bought", "orders", "payments", "documents", "quotes", "quote_drafts", "usage", "management",
    "wishes", "wish_guide", "wish_cases", "stands", "moderation", "decisions", "wish_lists", "planning", "wish_edits", "wish_comments",
    "questions",
    "articles", "shelves", "search",
    "ticket_work", "calls", "merging", "leading_on", "after_event",
    "audiences", "recordings",
)  # fmt: skip


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    for name in MODULES:
        app.register_blueprint(import_module(f"portal.blueprints.{name}").blueprint)
