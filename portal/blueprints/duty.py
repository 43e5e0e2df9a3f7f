"""Pages of the rota: who of support takes what, and when."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.blueprints.duty_week import monday_of, week_table
from portal.bookings.commitments import StandsInTheWay
from portal.clock import now
from portal.duty import queries, service
from portal.duty.forms import AbsenceForm, DayForm, HoursForm, TopicsForm
from portal.duty.queries import Rota
from portal.editions.queries import edition_in_force
from portal.errors import Invalid, NotFound
from portal.forms import PortalForm
from portal.policy.wording import WEEKDAYS
from portal.tickets.team import open_tickets
from portal.web.access import requires, resolves
from portal.web.htmx import done
from portal.web.links import hrefs
from portal.web.signed_in import current_actor

blueprint = Blueprint("duty", __name__)
resolves("colleague_id", queries.colleague_scope)
resolves("exception_id", queries.exception_scope)
resolves("absence_id", queries.absence_scope)


@blueprint.get("/staff/duty")
@requires("ticket:work")
def index() -> str:
    """Who is on duty in a week, and now."""
    at, hours = now(), edition_in_force().hours
    monday = monday_of(request.args.get("week"), at)
    return render_template(
        "duty/index.html", table=week_table(monday, at, hours), weekdays=WEEKDAYS, load=open_tickets(),
        may_edit=lambda person_id: current_actor().may("duty:manage") or person_id == current_actor().id,
    )  # fmt: skip


@blueprint.get("/staff/duty/<int:colleague_id>")
@requires("duty:edit")
def show(colleague_id: int) -> Response:
    """One agent's topics, hours and absences, to be changed."""
    return _page(colleague_id)


@blueprint.post("/staff/duty/<int:colleague_id>/topics")
@requires("duty:edit")
def choose_topics(colleague_id: int) -> Response:
    """Say which topics an agent takes."""
    form = TopicsForm()

    def save() -> None:
        service.choose_topics(current_actor(), colleague_id, set(form.topics.data or []))

    return _saved(colleague_id, form, "topics_form", save, "The topics are saved.")


@blueprint.post("/staff/duty/<int:colleague_id>/hours")
@requires("duty:edit")
def set_hours(colleague_id: int) -> Response:
    """Set the hours of each weekday."""
    form = HoursForm()

    def save() -> None:
        service.set_hours(current_actor(), colleague_id, form.week())

    return _saved(colleague_id, form, "hours_form", save, "The hours are saved.")


@blueprint.post("/staff/duty/<int:colleague_id>/days")
@requires("duty:edit")
def set_day(colleague_id: int) -> Response:
    """Set other hours on one day."""
    form = DayForm()

    def save() -> None:
        assert form.day.data is not None
        service.set_exception(current_actor(), colleague_id, form.day.data, form.span())

    return _saved(colleague_id, form, "day_form", save, "The day is saved.")


@blueprint.post("/staff/duty-days/<int:exception_id>/removal")
@requires("duty:edit")
def remove_day(exception_id: int) -> Response:
    """Let the usual hours count again."""
    colleague_id = service.remove_exception(current_actor(), exception_id)
    return done(url_for("duty.show", colleague_id=colleague_id), "The usual hours count on that day.")


@blueprint.post("/staff/duty/<int:colleague_id>/absences")
@requires("duty:edit")
def add_absence(colleague_id: int) -> Response:
    """Enter an absence."""
    form = AbsenceForm()

    def save() -> None:
        first, last = form.days()
        service.add_absence(current_actor(), colleague_id, first, last, form.note.data or "")

    return _saved(colleague_id, form, "absence_form", save, "The absence is entered.")


@blueprint.post("/staff/absences/<int:absence_id>/end")
@requires("duty:edit")
def end_absence(absence_id: int) -> Response:
    """Take an absence out, or end it now."""
    colleague_id = service.end_absence(current_actor(), absence_id)
    return done(url_for("duty.show", colleague_id=colleague_id), "The absence is over.")


def _saved(
    colleague_id: int, form: PortalForm, name: str, save: Callable[[], None], message: str
) -> Response:
    try:
        if form.validate():
            save()
            return done(url_for("duty.show", colleague_id=colleague_id), message)
    except Invalid as problem:
        form.show_problems(problem.fields)
    except StandsInTheWay as taken:
        return _page(colleague_id, taken.status, {name: form}, taken)
    return _page(colleague_id, 422, {name: form})


def _page(
    colleague_id: int,
    status: int = 200,
    sent: dict[str, PortalForm] | None = None,
    taken: StandsInTheWay | None = None,
) -> Response:
    at, sent = now(), sent or {}
    found = queries.rotas(at, person_id=colleague_id)
    if not found:
        raise NotFound
    page = render_template(
        "duty/show.html", rota=found[0], is_own=colleague_id == current_actor().id, weekdays=WEEKDAYS, at=at,
        form=next(iter(sent.values()), None), taken=taken, ways=hrefs(taken.links) if taken else [],
        absences=queries.coming_absences(colleague_id, at),
        days=queries.coming_exceptions(colleague_id, at), hours=edition_in_force().hours, **_forms(found[0]) | sent,
    )  # fmt: skip
    return make_response(page, status)


def _forms(rota: Rota) -> dict[str, Any]:
    """The forms as they stand before anything is sent."""
    typed = {
        f"{end}_{day}": span[n]
        for day, span in rota.week.items()
        for n, end in enumerate(("opens", "closes"))
    }
    return {
        "topics_form": TopicsForm(formdata=None, topics=sorted(rota.topics)),
        "hours_form": HoursForm(formdata=None, **typed),
        "day_form": DayForm(formdata=None),
        "absence_form": AbsenceForm(formdata=None),
    }
