"""Writing the quotes placed by hand: what was asked for, the versions, the talk, and the order of an accepted one."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from portal.demo import content
from portal.demo.customers import Stage
from portal.demo.frame import Frame, Sale, SoldLine, Someone, note
from portal.demo.moments import at_local
from portal.demo.plans import QuotePlan, VersionPlan
from portal.orders.models import Order, OrderLine
from portal.policy.quotes import QuoteSubject, quote_ends, quote_rule
from portal.quotes.models import Quote, QuoteMessage, QuoteVersion

EASTERN = "America/New_York"
CURRENCY = "USD"


def write_quotes(frame: Frame, stage: Stage) -> None:
    """Write the quotes of an event."""
    for plan in content.quotes():
        if plan.event == stage.plan.key:
            _write(frame, stage, plan)


def _write(frame: Frame, stage: Stage, plan: QuotePlan) -> None:
    asker, organiser = _asker(stage, plan), stage.customer.organisers[0]
    asked, decided = _moment(frame, plan.days_ago, 10, 20), _moment(frame, plan.decided_days_ago, 13, 45)
    sent = [each for each in plan.versions if each.sent_days_ago is not None]
    order = (
        _write_order(frame, stage, plan, sent[-1], decided) if plan.state == "accepted" and decided else None
    )
    decider = None if plan.state == "expired" else organiser
    quote = frame.rows.add(
        Quote, organisation_id=stage.customer.id, event_id=stage.id, subject=plan.subject, title=plan.title,
        asked_for=plan.asked_for, state=plan.state, current=len(sent) or None,
        ends_at=_ends(frame, sent[-1]) if sent else None, asked_by_id=asker.id, asked_at=asked,
        decided_by_id=decider.id if decided and decider else None, decided_at=decided,
        decision_reason=plan.reason, purchase_order=plan.purchase_order, order_id=order,
        policy_edition=frame.edition_at(frame.now),
    )  # fmt: skip
    note(frame, asked or frame.now, asker, "quote.asked", Quote, quote, stage.place, after={"state": "asked"})
    for number, version in enumerate(plan.versions, 1):
        _write_version(frame, stage, quote, number, version)
    _write_messages(frame, plan, quote, asker)
    if decided:
        after = {"state": plan.state}
        note(
            frame,
            decided,
            decider,
            f"quote.{plan.state}",
            Quote,
            quote,
            stage.place,
            {"state": "sent"},
            after,
        )


def _asker(stage: Stage, plan: QuotePlan) -> Someone:
    return stage.contacts[0].who if plan.by == "contact" else stage.customer.organisers[0]


def _write_version(frame: Frame, stage: Stage, quote: int, number: int, plan: VersionPlan) -> None:
    agent, manager = frame.team.agents[0], frame.team.managers[0]
    sent = _moment(frame, plan.sent_days_ago, 15, 10)
    net = sum(line.total for line in _lines(plan))
    frame.rows.add(
        QuoteVersion, quote_id=quote, number=number, words=plan.words, terms=plan.terms, currency=CURRENCY,
        lines=[_kept(line) for line in _lines(plan)], last_day=_last_day(frame, plan), net_cents=net, total_cents=net,
        drafted_by_id=agent.id, drafted_at=(sent or frame.now) - timedelta(hours=2),
        sent_by_id=manager.id if sent else None, sent_at=sent,
    )  # fmt: skip
    if sent:
        after = {"state": "sent", "version": number, "total_cents": net}
        note(frame, sent, manager, "quote.sent", Quote, quote, stage.place, after=after)


def _write_messages(frame: Frame, plan: QuotePlan, quote: int, asker: Someone) -> None:
    for message in plan.remarks:
        author = frame.team.agents[0] if message.staff else asker
        frame.rows.add(
            QuoteMessage, quote_id=quote, author_id=author.id, from_staff=message.staff, body=message.body,
            sent_at=_moment(frame, message.days_ago, 11, 5),
        )  # fmt: skip


def _write_order(frame: Frame, stage: Stage, plan: QuotePlan, version: VersionPlan, at: datetime) -> int:
    organiser, rule = stage.customer.organisers[0], quote_rule(QuoteSubject(plan.subject))
    net = sum(line.total for line in _lines(version))
    order = frame.rows.add(
        Order, organisation_id=stage.customer.id, event_id=stage.id, total_cents=net, placed_by_id=organiser.id,
        placed_at=at, purchase_order=plan.purchase_order, policy_edition=frame.edition_at(at),
    )  # fmt: skip
    for line in _lines(version):
        frame.rows.add(
            OrderLine, order_id=order, item="quoted", description=line.description, quantity=line.quantity,
            unit_cents=line.unit, total_cents=line.total, rule=rule,
        )  # fmt: skip
    customer = stage.customer
    frame.sales.append(
        Sale(
            order, customer.id, stage.id, customer.name, customer.plan.street, stage.name, plan.purchase_order, "",
            "pending", net, CURRENCY, organiser, at, None, None, None, "",
            tuple(SoldLine(line.description, line.quantity, line.unit, rule) for line in _lines(version)),
        )
    )  # fmt: skip
    after = {"state": "pending", "total_cents": net, "currency": CURRENCY}
    note(frame, at, organiser, "order.placed", Order, order, stage.place, after=after)
    return order


def _lines(plan: VersionPlan) -> Iterator[SoldLine]:
    for description, quantity, unit in plan.lines:
        yield SoldLine(description, quantity, unit)


def _kept(line: SoldLine) -> dict[str, Any]:
    return {
        "description": line.description, "quantity": line.quantity, "unit_cents": line.unit,
        "total_cents": line.total, "tax_cents": 0,
    }  # fmt: skip


def _last_day(frame: Frame, plan: VersionPlan) -> Any:
    sent = plan.sent_days_ago or 0
    return (frame.now - timedelta(days=sent) + timedelta(days=plan.stands)).date()


def _ends(frame: Frame, plan: VersionPlan) -> datetime:
    return quote_ends(_last_day(frame, plan))


def _moment(frame: Frame, days_ago: int | None, hour: int, minute: int) -> datetime | None:
    if days_ago is None:
        return None
    return at_local((frame.now - timedelta(days=days_ago)).date(), EASTERN, hour, minute)
