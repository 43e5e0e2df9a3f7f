"""What is written by hand, read from the TOML files beside this module into typed plans."""

import tomllib
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from portal.demo.plans import (
    ArticlePlan,
    BookingPlan,
    EventPlan,
    MessagePlan,
    OrderPlan,
    OrganisationPlan,
    QuotePlan,
    RemarkPlan,
    RemovalPlan,
    ScenePlan,
    TextPlan,
    ThreadPlan,
    VersionPlan,
    WishPlan,
)

HERE = files("portal.demo")
P = TypeVar("P")


@cache
def organisations() -> tuple[OrganisationPlan, ...]:
    """The five customers."""
    return tuple(_read(OrganisationPlan, HERE / "organisations.toml", "organisation"))


@cache
def events() -> tuple[EventPlan, ...]:
    """The twelve events."""
    return tuple(_read(EventPlan, HERE / "events.toml", "event"))


@cache
def threads() -> tuple[ThreadPlan, ...]:
    """Every conversation, by subject."""
    return tuple(plan for file in _folder("threads") for plan in _read(ThreadPlan, file, "thread"))


@cache
def scenes() -> tuple[ScenePlan, ...]:
    """The tickets placed by hand."""
    return tuple(_read(ScenePlan, HERE / "scenes.toml", "scene"))


@cache
def orders() -> tuple[OrderPlan, ...]:
    """The orders placed by hand."""
    return tuple(_read(OrderPlan, HERE / "dealings.toml", "order"))


@cache
def removals() -> tuple[RemovalPlan, ...]:
    """The requests for removal placed by hand."""
    return tuple(_read(RemovalPlan, HERE / "dealings.toml", "removal"))


@cache
def bookings() -> tuple[BookingPlan, ...]:
    """The live sessions placed by hand."""
    return tuple(_read(BookingPlan, HERE / "bookings.toml", "booking"))


@cache
def wishes() -> tuple[WishPlan, ...]:
    """Every wish."""
    return tuple(plan for file in _folder("wishes") for plan in _read(WishPlan, file, "wish"))


@cache
def quotes() -> tuple[QuotePlan, ...]:
    """The quotes placed by hand, with their versions and what was said about them."""
    rows = tomllib.loads((HERE / "quotes.toml").read_text(encoding="utf-8"))["quote"]
    return tuple(_quote(row) for row in rows)


def _quote(row: dict[str, Any]) -> QuotePlan:
    versions = [VersionPlan(**each) for each in row.pop("version")]
    remarks = [RemarkPlan(**each) for each in row.pop("message", [])]
    return QuotePlan(**row, versions=versions, remarks=remarks)


@cache
def article_categories() -> tuple[str, ...]:
    """The categories of the help articles, in their order."""
    return tuple(row["name"] for row in _rows(HERE / "articles.toml", "category"))


@cache
def articles() -> tuple[ArticlePlan, ...]:
    """Every help article."""
    return tuple(_article(row) for row in _rows(HERE / "articles.toml", "article"))


def _article(row: dict[str, Any]) -> ArticlePlan:
    versions = [TextPlan(**{**version, "body": version["body"].strip()}) for version in row["versions"]]
    return ArticlePlan(**{**row, "versions": versions})


def _folder(name: str) -> list[Traversable]:
    return sorted((HERE / name).iterdir(), key=lambda file: file.name)


def _read(kind: type[P], file: Traversable, table: str) -> Iterator[P]:
    for row in _rows(file, table):
        yield _plan(kind, row)


def _rows(file: Traversable, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))[table]
    return rows


def _plan(kind: type[P], row: dict[str, Any]) -> P:
    if "messages" in {each.name for each in fields(kind)}:  # type: ignore[arg-type]
        row["messages"] = [_plan(MessagePlan, _stripped(message)) for message in row["messages"]]
    return kind(**row)


def _stripped(message: dict[str, Any]) -> dict[str, Any]:
    return {**message, "text": message["text"].strip()}
