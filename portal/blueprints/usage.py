"""Usage beside that of others: the same figures for customers and for staff (USE-1 to USE-3)."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.clock import now
from portal.editions.queries import edition_in_force
from portal.errors import Invalid
from portal.policy.fair_use import Measure, free_period_ends, may_notify, may_take_measures, reply_goal
from portal.usage import queries, service
from portal.usage.forms import MEASURE_LABELS, AnswerForm, MeasuresForm, NoticeForm
from portal.web.access import requires, resolves
from portal.web.htmx import done
from portal.web.signed_in import current_actor

blueprint = Blueprint("usage", __name__)
resolves("notice_id", queries.notice_scope)

UNITS = {"minutes": "Support minutes", "tickets": "Tickets", "sessions": "Live sessions"}


@blueprint.get("/staff/usage")
@requires("usage:all")
def index() -> str:
    """Every event, those furthest along first."""
    rows = queries.exceeding(current_actor())
    only = "above" if request.args.get("view") == "above" else "all"
    shown = [row for row in rows if row.assessment.excessive] if only == "above" else rows
    above = sum(row.assessment.excessive for row in rows)
    return render_template(
        "usage/index.html", rows=shown, view=only, above=above, units=UNITS, rules=edition_in_force().fair_use
    )


@blueprint.get("/events/<int:event_id>/usage")
@requires("usage:read")
def show(event_id: int) -> Response:
    """An event's usage beside that of others of its size, week by week, with what was said and decided."""
    return _page(event_id)


@blueprint.post("/events/<int:event_id>/usage/notices")
@requires("usage:notify")
def notify(event_id: int) -> Response:
    """Send a notice of excessive usage: always a person's own click (USE-2)."""
    form = NoticeForm()
    if not form.validate():
        return _page(event_id, noticing=form, status=422)
    service.send_notice(current_actor(), event_id, words=form.words.data or "", form_key=form.key)
    return _done(event_id, "The notice was sent to the organisers.")


@blueprint.post("/usage-notices/<int:notice_id>/answer")
@requires("usage:answer")
def answer(notice_id: int) -> Response:
    """The customer's answer."""
    form = AnswerForm()
    event_id = queries.event_of_notice(notice_id)
    if not form.validate():
        return _page(event_id, answering=form, status=422)
    service.answer_notice(current_actor(), notice_id, answer=form.answer.data or "")
    return _done(event_id, "Your answer was sent to support.")


@blueprint.post("/events/<int:event_id>/usage/measures")
@requires("usage:decide")
def decide(event_id: int) -> Response:
    """What follows when it goes on (USE-3)."""
    form = MeasuresForm()
    if not form.validate():
        return _page(event_id, deciding=form, status=422)
    try:
        service.decide_measures(
            current_actor(), event_id, measures=form.measures.data or [], reason=form.reason.data or "",
            form_key=form.key,
        )  # fmt: skip
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _page(event_id, deciding=form, status=422)
    return _done(event_id, "The decision is on record, and the organisers are told.")


@blueprint.post("/events/<int:event_id>/usage/measures/end")
@requires("usage:decide")
def end(event_id: int) -> Response:
    """Let the measures end."""
    service.end_measures(current_actor(), event_id)
    return _done(event_id, "The measures have ended, and the organisers are told.")


def _page(
    event_id: int, *, noticing: NoticeForm | None = None, answering: AnswerForm | None = None,
    deciding: MeasuresForm | None = None, status: int = 200,
) -> Response:  # fmt: skip
    usage = queries.usage_of(event_id)
    assert usage is not None
    event = {"id": usage.event_id, "name": usage.event, "scope": usage.scope}
    page = render_template(
        "usage/show.html", event=event, usage=usage, weeks=queries.weeks_of(event_id), units=UNITS,
        noticing=noticing or NoticeForm(formdata=None), answering=answering or AnswerForm(formdata=None),
        deciding=deciding or MeasuresForm(formdata=None), failed=noticing or answering or deciding,
        **_standing(usage),
    )  # fmt: skip
    return make_response(page, status)


def _standing(usage: queries.EventUsage) -> dict[str, Any]:
    edition, at, opened = usage.edition, now(), usage.account_opened_on
    notices, decisions = queries.notices_of(usage.event_id), queries.decisions_of(usage.event_id)
    in_force = next((each for each in decisions if each.ended_at is None), None)
    notice = next(iter(notices), None)
    told_under = queries.edition_of(notice) if notice else edition
    return {
        "rules": edition.fair_use, "marks": usage.marks,
        "free_until": free_period_ends(opened, edition), "notices": notices, "decisions": decisions,
        "in_force": in_force, "labels": {each.value: words for each, words in MEASURE_LABELS.items()},
        "may_notify": may_notify(usage.assessment, account_opened_on=opened, now=at, edition=edition),
        "may_decide": may_take_measures(notice.sent_at if notice else None, usage.assessment.excessive, at, told_under),
        "decide_from": notice.sent_at + timedelta(days=told_under.fair_use.patience_days) if notice else None,
        "goal": reply_goal([Measure(each) for each in in_force.measures], edition) if in_force else None,
    }  # fmt: skip


def _done(event_id: int, words: str) -> Response:
    return done(url_for("usage.show", event_id=event_id), words)
