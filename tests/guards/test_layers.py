"""The house's directions: blueprints -> forms, service, queries -> models, policy."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PORTAL = Path(__file__).parent.parent.parent / "portal"
FEATURES = {
    "accounts", "after_hours", "articles", "audiences", "audit", "bookings", "busy_calendars", "documents", "duty", "editions", "events", "inbound", "mail", "management", "orders", "payments", "privacy", "questions", "quotes", "recordings", "reports", "roster", "search", "staff_calendar", "tickets", "usage",
    "wishlist",
}  # fmt: skip
# What takes part in another feature's transaction, by name; everything else is reached by service or queries.
SHARED_PARTS = {
    "accounts.actor", "accounts.permissions", "accounts.grants", "accounts.identity", "accounts.invitations", "accounts.sessions", "accounts.time_zones", "accounts.tokens", "after_hours.opening",
    "audit.record", "bookings.clashes", "bookings.hosts", "documents.books", "documents.content", "documents.layout", "documents.pdf", "inbound.marker", "mail.addresses", "mail.enclosed", "mail.itip", "mail.optional", "mail.post", "mail.threads", "orders.holding", "orders.placing", "orders.refunds", "orders.taxing", "search.stems", "mail.withhold", "payments.configured", "payments.provider", "roster.seats", "tickets.arrivals", "tickets.file_kinds", "tickets.file_names", "tickets.handover", "tickets.sides", "tickets.models_work", "tickets.drafts", "tickets.letters", "tickets.previews", "tickets.storage", "tickets.uploads", "bookings.commitments", "bookings.taken", "bookings.days", "bookings.host_times", "bookings.handover", "bookings.host_queries", "bookings.open_times", "bookings.joining", "bookings.replies",
    "audiences.feedback", "audiences.forms", "audiences.letters", "audiences.links", "audiences.mail_limit", "roster.imports",
    "recordings.asking", "bookings.letters",
}  # fmt: skip
OPEN_MODULES = {"service", "queries", "models"}


def modules(folder: Path = PORTAL) -> Iterator[tuple[str, Path]]:
    for path in folder.rglob("*.py"):
        yield ".".join(path.relative_to(PORTAL.parent).with_suffix("").parts), path


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def offences(name: str, path: Path) -> list[str]:
    inside = name.removeprefix("portal.")
    feature, _, part = inside.partition(".")
    found = []
    for target in imports(path):
        if feature == "policy" and target.startswith("portal.") and not target.startswith("portal.policy"):
            found.append(f"{name} imports {target}: the policy knows nothing of the portal")
        if feature == "policy" and target.split(".")[0] in ("flask", "sqlalchemy"):
            found.append(f"{name} imports {target}: the policy is pure")
        if feature in FEATURES and (
            target == "flask.request" or target.startswith(("portal.web", "portal.blueprints"))
        ):
            found.append(f"{name} imports {target}: a feature does not know how it is reached")
        if (
            feature in FEATURES
            and not part.startswith("forms")
            and target.startswith(("flask_wtf", "wtforms"))
        ):
            found.append(f"{name} imports {target}: forms live in forms")
        found += _reaches_inside(name, feature, target)
        if feature == "blueprints" and target in ("portal.db.db", "sqlalchemy"):
            found.append(f"{name} imports {target}: a view asks a query or a service")
    return found


def _reaches_inside(name: str, feature: str, target: str) -> list[str]:
    where = target.removeprefix("portal.").split(".")
    if (
        feature not in FEATURES
        or not target.startswith("portal.")
        or where[0] not in FEATURES
        or where[0] == feature
    ):
        return []
    if (
        len(where) < 2
        or where[1] in OPEN_MODULES
        or where[1].startswith("models_")
        or ".".join(where[:2]) in SHARED_PARTS
    ):
        return []
    return [f"{name} imports {target}: another feature is reached by its service or queries"]


def test_every_import_follows_the_house() -> None:
    assert [line for name, path in modules() for line in offences(name, path)] == []


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("portal.policy.contacts", "from portal.db import db"),
        ("portal.policy.hours", "import flask"),
        ("portal.tickets.service", "from flask import request"),
        ("portal.tickets.queries", "from portal.web import access"),
        ("portal.tickets.service", "from portal.roster.decisions import approve"),
        ("portal.blueprints.tickets", "from portal.db import db"),
    ],
)
def test_the_guard_sees_each_offence(name: str, source: str, tmp_path: Path) -> None:
    offender = tmp_path / "offender.py"
    offender.write_text(source)
    assert offences(name, offender)


def test_only_the_clock_reads_the_clock() -> None:
    readers = [
        name
        for name, path in modules()
        if name != "portal.clock"
        and any(word in path.read_text() for word in ("datetime.now(", "date.today(", "utcnow("))
    ]
    assert readers == []


def test_only_config_reads_the_environment() -> None:
    allowed = {"portal.application", "portal.web.metrics"}
    readers = [
        name
        for name, path in modules()
        if "os.environ" in path.read_text()
        and name not in allowed
        and not name.startswith(("portal.cli", "portal.embedded"))
    ]
    assert readers == []
