"""Telling a customer of excessive usage, and what a manager decides when it goes on (USE-2, USE-3)."""

from typing import Any

from sqlalchemy import Select, select, update

from portal.accounts.actor import Actor
from portal.accounts.permissions import Role
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.editions.queries import edition_in_force
from portal.errors import Conflict, Invalid, NotFound, Refused
from portal.events.queries import locked_event
from portal.policy.decision import Decision
from portal.policy.fair_use import Measure, may_decide_measures, may_notify, may_take_measures
from portal.usage import letters
from portal.usage.models import UsageDecision, UsageNotice
from portal.usage.queries import EventUsage, edition_of, notices_of, usage_of


@use_case
def send_notice(actor: Actor, event_id: int, *, words: str, form_key: str) -> UsageNotice:
    """Tell a customer that their usage is significantly above that of others (USE-2). A repeated form sends one.

    Raises Refused while support is unlimited (USE-1), while it is not above, or where too few can be compared.
    """
    event = locked_event(actor, event_id)
    actor.require("usage:notify", event.scope)
    key = actor.own_key(form_key)
    if sent := db.session.scalar(select(UsageNotice).where(UsageNotice.form_key == key)):
        return sent
    usage = _usage(event_id)
    verdict = may_notify(
        usage.assessment, account_opened_on=event.account_opened_on, now=now(), edition=edition_in_force()
    )
    if not verdict:
        raise Refused(verdict)
    notice = UsageNotice(
        event_id=event_id, words=words, figures=figures_of(usage), sent_by_id=actor.id, form_key=key,
        policy_edition=edition_in_force().number,
    )  # fmt: skip
    db.session.add(notice)
    db.session.flush()
    record(actor, "usage.notified", notice, after=notice.figures, scope=event.scope)
    letters.send_notice(event, notice, usage)
    return notice


@use_case
def answer_notice(actor: Actor, notice_id: int, *, answer: str) -> UsageNotice:
    """The customer's answer to a notice, once. Raises Conflict when it was answered, NotFound."""
    notice = db.session.get(UsageNotice, notice_id)
    if notice is None:
        raise NotFound
    event = locked_event(actor, notice.event_id)
    actor.require("usage:answer", event.scope)
    once = update(UsageNotice).where(UsageNotice.id == notice_id, UsageNotice.answered_at.is_(None))
    values = {"answer": answer, "answered_by_id": actor.id, "answered_at": now()}
    if db.session.scalar(once.values(**values).returning(UsageNotice.id)) is None:
        raise Conflict("This notice was answered already.")
    db.session.refresh(notice)
    record(actor, "usage.answered", notice, after={"answer": answer}, scope=event.scope)
    letters.pass_answer_on(event, notice)
    return notice


@use_case
def decide_measures(
    actor: Actor, event_id: int, *, measures: list[str], reason: str, form_key: str
) -> UsageDecision:
    """Decide what follows when excessive usage goes on (USE-3). A repeated form decides once.

    Raises Refused before the days of patience are over or when usage is no longer above, Invalid without a
    measure, Conflict when something was decided that still holds.
    """
    event = locked_event(actor, event_id)
    actor.require("usage:decide", event.scope)
    key = actor.own_key(form_key)
    if decided := db.session.scalar(select(UsageDecision).where(UsageDecision.form_key == key)):
        return decided
    chosen = [Measure(each) for each in measures if each in set(Measure)]
    _check(may_decide_measures(Role.MANAGER, chosen, reason), "measures")
    usage, notice = _usage(event_id), next(iter(notices_of(event_id)), None)
    told_at = notice.sent_at if notice else None
    _refuse_unless(may_take_measures(told_at, usage.assessment.excessive, now(), edition_of(notice)))
    if db.session.scalar(_in_force(event_id)) is not None or notice is None:
        raise Conflict("Measures are in force already. End them first.")
    decision = UsageDecision(
        event_id=event_id, notice_id=notice.id, measures=[str(each) for each in chosen], reason=reason,
        figures=figures_of(usage), decided_by_id=actor.id, form_key=key, policy_edition=edition_in_force().number,
    )  # fmt: skip
    db.session.add(decision)
    db.session.flush()
    after = {"measures": decision.measures, "reason": reason} | decision.figures
    record(actor, "usage.decided", decision, after=after, scope=event.scope)
    letters.tell_of_decision(event, decision)
    return decision


@use_case
def end_measures(actor: Actor, event_id: int) -> UsageDecision:
    """Let the measures of an event end. Raises Conflict when none are in force."""
    event = locked_event(actor, event_id)
    actor.require("usage:decide", event.scope)
    decision = db.session.scalar(_in_force(event_id))
    if decision is None:
        raise Conflict("No measures are in force.")
    decision.ended_at, decision.ended_by_id = now(), actor.id
    db.session.flush()
    record(
        actor, "usage.ended", decision, before={"measures": decision.measures}, after={"measures": []},
        scope=event.scope,
    )  # fmt: skip
    letters.tell_of_end(event, decision)
    return decision


def figures_of(usage: EventUsage) -> dict[str, Any]:
    """What both sides were shown, as it is kept: each figure beside the average and percentile of the others."""
    return {
        "peers": usage.assessment.peers, "band": usage.band,
        **{
            each.measure: {"own": each.own, "average": round(float(each.average), 1), "percentile": each.percentile}
            for each in usage.assessment.figures
        },
    }  # fmt: skip


def _usage(event_id: int) -> EventUsage:
    usage = usage_of(event_id)
    if usage is None:
        raise NotFound
    return usage


def _in_force(event_id: int) -> Select[UsageDecision]:
    mine = select(UsageDecision).where(UsageDecision.event_id == event_id)
    return mine.where(UsageDecision.ended_at.is_(None))


def _check(verdict: Decision, field: str) -> None:
    if not verdict:
        raise Invalid(**{field: verdict.reason})


def _refuse_unless(verdict: Decision) -> None:
    if not verdict:
        raise Refused(verdict)
