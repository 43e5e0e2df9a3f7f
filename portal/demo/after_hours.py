"""Windows of support after hours in every state, and when the team takes such windows (AFT-1)."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from portal.after_hours.models import ReadyHours, Window, WindowOffer, reference_of
from portal.after_hours.quoting import Wanted, WindowPrice, priced
from portal.demo.after_hours_ticket import ON_NOW
from portal.demo.customers import Stage
from portal.demo.frame import Frame, Sale, SoldLine, Someone, note
from portal.orders.models import Order, OrderLine
from portal.orders.taxing import Taxing
from portal.payments.models import Payment, Refund, RefundLine
from portal.policy.instants import eastern
from portal.policy.readiness import DayKind
from portal.policy.terms import Channel
from portal.policy.windows import hold_deadline, nobodys_refund, window_refund

NO_TAX = Taxing(0, "", "")
EVENINGS, ALL_DAY = (time(17), time(22)), (time(0), time(0))
READY = (
    {DayKind.BUSINESS_DAY: EVENINGS, DayKind.WEEKEND: (time(9), time(18))},
    {
        DayKind.BUSINESS_DAY: (time(6), time(20)),
        DayKind.WEEKEND: ALL_DAY,
        DayKind.HOLIDAY: (time(9), time(15)),
    },
    {DayKind.WEEKEND: (time(12), time(0))},
)
PHONE, ROOM = "+1 202 555 0147", "https://meet.conference-tracker.example/window"
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """A window placed by hand. Days count back from its start; None where it did not come to that."""

    channel: Channel
    starts_at: datetime
    hours: int
    state: str
    note: str
    ordered_before: int | None = 6
    paid_before: int | None = 5
    held_before: int | None = 4
    holder: Someone | None = None
    cancelled_before: timedelta | None = None
    because: str = ""


def write_ready_hours(frame: Frame) -> None:
    """Write when the team takes windows."""
    for number, who in enumerate([*frame.team.agents[:2], frame.team.managers[-1]]):
        for kind, (opens, closes) in READY[number].items():
            channels = sorted(each.value for each in Channel if number or kind is not DayKind.HOLIDAY)
            frame.rows.add(
                ReadyHours,
                person_id=who.id,
                day_kind=kind.value,
                opens=opens,
                closes=closes,
                channels=channels,
            )


def write_windows(frame: Frame, stage: Stage) -> None:
    """Write the windows of an event, and keep which one is on now."""
    for plan in _plans(frame).get(stage.plan.key, []):
        window = _write(frame, stage, plan)
        if plan.starts_at <= frame.now and plan.state == "confirmed":
            frame.placed[stage.id, ON_NOW] = window


def _plans(frame: Frame) -> dict[str, list[Plan]]:
    agent, colleague, manager = *frame.team.agents[:2], frame.team.managers[-1]
    saturday = frame.today + timedelta(days=(SATURDAY - frame.today.weekday()) % 7 + 7)
    begun = frame.now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)

    def at(days: int, hour: int) -> datetime:
        return eastern(saturday + timedelta(days=days), time(hour))

    return {
        "oresund-next": [
            Plan(Channel.PHONE, at(-28, 18), 3, "done", "Opening of the exhibition", holder=colleague),
            Plan(
                Channel.EMAIL, at(-18, 19), 3, "cancelled", "Programme goes to print", holder=agent,
                cancelled_before=timedelta(days=1), because="The printer took it a week earlier after all.",
            ),
            Plan(Channel.LIVE_SESSION, at(0, 12), 3, "confirmed", "Rehearsal with the chairs", 12, 11, 10, agent),
            Plan(Channel.EMAIL, at(1, 12), 3, "asked", "Late changes to the programme", None, None, None),
        ],
        "oresund-school": [
            Plan(Channel.PHONE, begun, 16, "confirmed", "Registration desk is being set up", holder=manager),
        ],
        "trilakes-next": [
            Plan(
                Channel.PHONE, at(-22, 20), 3, "cancelled", "Submission closes at midnight", held_before=None,
                because="Nobody of support could hold it.",
            ),
            Plan(Channel.PHONE, at(4, 18), 3, "offered", "Submission closes that night", 13, 12, None),
        ],
        "hanse-next": [Plan(Channel.EMAIL, at(7, 9), 3, "ordered", "Abstracts are decided on", 14, None, None)],
    }  # fmt: skip


def _write(frame: Frame, stage: Stage, plan: Plan) -> int:
    organiser, wanted = stage.customer.organisers[0], _wanted(plan)
    asker = stage.contacts[0].who if plan.state == "asked" else organiser
    ordered = _before(frame, plan, plan.ordered_before)
    asked = ordered or frame.now - timedelta(hours=5)
    ended = _ended(frame, plan)
    price = priced(wanted, frame.edition, NO_TAX, asked)
    edition = frame.edition_at(asked)
    back = _back(frame, plan, price.total_cents, ended)
    held = _before(frame, plan, plan.held_before)
    window = frame.rows.add(
        Window, organisation_id=stage.customer.id, event_id=stage.id, channel=plan.channel.value,
        starts_at=plan.starts_at, ends_at=wanted.ends_at, hold_by=hold_deadline(plan.starts_at, frame.edition),
        reply_minutes=frame.edition.after_hours.reply_minutes, note=plan.note, state=plan.state,
        asked_by_id=asker.id, asked_at=asked, holder_id=plan.holder.id if plan.holder and held else None,
        held_at=held if plan.holder else None, reach=_reach(plan) if plan.holder else "", policy_edition=edition,
        ended_at=ended, ended_because=plan.because, refund_cents=back,
        ended_by_id=organiser.id if ended and plan.cancelled_before else None,
        calendar_sequence=int(ended is not None),
        order_id=_write_order(frame, stage, plan, price, asked, ended, back) if ordered else None,
    )  # fmt: skip
    _write_offers(frame, plan, window)
    _write_trail(frame, stage, plan, window, asked, ended)
    return window


def _wanted(plan: Plan) -> Wanted:
    return Wanted(plan.channel, plan.starts_at, plan.starts_at + timedelta(hours=plan.hours), plan.note)


def _before(frame: Frame, plan: Plan, days: int | None) -> datetime | None:
    return (
        None if days is None else min(plan.starts_at - timedelta(days=days), frame.now - timedelta(hours=3))
    )


def _ended(frame: Frame, plan: Plan) -> datetime | None:
    if plan.state != "cancelled":
        return None
    return (
        plan.starts_at - plan.cancelled_before
        if plan.cancelled_before
        else hold_deadline(plan.starts_at, frame.edition)
    )


def _back(frame: Frame, plan: Plan, cents: int, ended: datetime | None) -> int | None:
    if ended is None:
        return None
    own = plan.cancelled_before is not None
    return (
        window_refund(cents, plan.starts_at, ended, frame.edition) if own else nobodys_refund(cents)
    ).cents


def _reach(plan: Plan) -> str:
    return {Channel.PHONE: PHONE, Channel.LIVE_SESSION: ROOM}.get(plan.channel, "")


def _write_order(
    frame: Frame, stage: Stage, plan: Plan, price: WindowPrice, placed: datetime, ended: datetime | None,
    back: int | None,
) -> int:  # fmt: skip
    organiser, cents = stage.customer.organisers[0], price.total_cents
    paid = _before(frame, plan, plan.paid_before)
    refunded = {None: None, cents: "refunded"}.get(back, "partially_refunded")
    order = frame.rows.add(
        Order, organisation_id=stage.customer.id, event_id=stage.id, currency=price.currency, total_cents=cents,
        state=(refunded or "paid") if paid else "pending", paid_cents=cents if paid else 0, refunded_cents=back or 0,
        placed_by_id=organiser.id, placed_at=placed, settled_at=paid, payment_reference="Bank transfer" if paid else "",
        settled_by_id=frame.team.managers[0].id if paid else None, policy_edition=frame.edition_at(placed),
    )  # fmt: skip
    lines = [
        frame.rows.add(
            OrderLine, order_id=order, item="after_hours", description=line.description, quantity=1,
            unit_cents=line.total_cents, total_cents=line.total_cents, rule=line.rule,
        )
        for line in price.lines
    ]  # fmt: skip
    frame.sales.append(
        Sale(
            order, stage.customer.id, stage.id, stage.customer.name, stage.customer.plan.street, stage.name, "",
            "Bank transfer", "paid" if paid else "pending", cents, price.currency, organiser, placed, paid, paid,
            ended if back else None, plan.because,
            tuple(SoldLine(line.description, 1, line.total_cents, line.rule) for line in price.lines), back,
        )
    )  # fmt: skip
    if paid:
        _write_payment(frame, order, cents, paid, lines, ended if back else None, back or 0, plan.because)
    facts = {"state": "pending", "total_cents": cents, "currency": price.currency}
    note(frame, placed, organiser, "order.placed", Order, order, stage.place, after=facts)
    return order


def _write_payment(
    frame: Frame, order: int, cents: int, paid: datetime, lines: list[int], refunded: datetime | None, back: int,
    why: str,
) -> None:  # fmt: skip
    manager = frame.team.managers[0].id
    payment = frame.rows.add(
        Payment, order_id=order, provider="invoice", state="paid", amount_cents=cents, reference=f"portal-order-{order}",
        note="Bank transfer", started_by_id=manager, started_at=paid, ended_at=paid,
    )  # fmt: skip
    if refunded is None:
        return
    refund = frame.rows.add(
        Refund, order_id=order, payment_id=payment, state="done", cents=back, reason=why, asked_at=refunded,
        reference=f"demo-refund-{order}", ended_at=refunded,
    )  # fmt: skip
    for line in lines if back == cents else []:
        frame.rows.add(RefundLine, refund_id=refund, order_line_id=line)


def _write_offers(frame: Frame, plan: Plan, window: int) -> None:
    paid = _before(frame, plan, plan.paid_before)
    if paid is None:
        return
    for who in frame.team.agents[:2]:
        no = paid + timedelta(hours=4) if plan.state == "cancelled" and plan.holder is None else None
        frame.rows.add(WindowOffer, window_id=window, person_id=who.id, offered_at=paid, declined_at=no)


def _write_trail(
    frame: Frame, stage: Stage, plan: Plan, window: int, asked: datetime, ended: datetime | None
) -> None:
    organiser, contact = stage.customer.organisers[0], stage.contacts[0].who
    held, over = _before(frame, plan, plan.held_before), plan.starts_at + timedelta(hours=plan.hours)
    by_customer = organiser if plan.cancelled_before else None
    turns = [
        (asked, contact, "asked") if plan.state == "asked" else (asked, organiser, "ordered"),
        (_before(frame, plan, plan.paid_before), frame.team.managers[0], "offered"),
        (held if plan.holder else None, plan.holder, "held"),
        (ended, by_customer, "cancelled"),
        (over if plan.state == "done" else None, None, "done"),
    ]
    for at, who, turn in turns:
        if at is not None:
            after = {"window": reference_of(window), "state": turn}
            note(frame, at, who, f"after_hours.{turn}", Window, window, stage.place, after=after)
