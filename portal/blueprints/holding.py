"""Windows after hours as staff see them: what waits to be held, who holds what, and when each takes some."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for

from portal.after_hours import holding, queries, readiness
from portal.after_hours.forms import HandForm, HoldForm, ReadyForm
from portal.after_hours.models import Window
from portal.blueprints.window_pages import window_page
from portal.clock import now
from portal.errors import Invalid
from portal.policy.readiness import DAY_KIND_LABELS
from portal.web.access import requires, resolves
from portal.web.htmx import done
from portal.web.signed_in import current_actor

blueprint = Blueprint("holding", __name__)
resolves("taker_id", queries.taker_scope)


@blueprint.get("/staff/after-hours")
@requires("after_hours:hold")
def index() -> str:
    """The windows that wait for a holder, and those that are held, the next first."""
    actor, at = current_actor(), now()
    return render_template(
        "after_hours/board.html", windows=queries.coming_windows(actor, at), offers=queries.offers_to(actor.id),
        stated=queries.ready_hours(actor.id), labels=DAY_KIND_LABELS, at=at,
    )  # fmt: skip


@blueprint.post("/after-hours/<int:window_id>/holding")
@requires("after_hours:hold")
def hold(window_id: int) -> Response:
    """Accept the window: the first to do so holds it."""
    form = HoldForm()

    def save() -> Window:
        return holding.hold_window(current_actor(), window_id, reach=form.reach.data or "")

    return _saved(window_id, form, "holding", save, "You hold this window. It is in your calendar.")


@blueprint.post("/after-hours/<int:window_id>/refusal")
@requires("after_hours:hold")
def decline(window_id: int) -> Response:
    """Say that one cannot hold it."""
    holding.decline_window(current_actor(), window_id)
    return done(url_for("holding.index"), "Noted. Others were asked as well.")


@blueprint.post("/after-hours/<int:window_id>/handing")
@requires("after_hours:hold")
def hand(window_id: int) -> Response:
    """Ask a colleague to take it over."""
    form = HandForm()
    form.offer([])

    def save() -> Window:
        return holding.hand_window(current_actor(), window_id, to_id=form.to.data or 0)

    return _saved(
        window_id, form, "handing", save, "Your colleague was asked. Until they accept, it stays as it is."
    )


@blueprint.post("/after-hours/<int:window_id>/taking-over")
@requires("after_hours:hold")
def take_over(window_id: int) -> Response:
    """Take over what the holder hands on."""
    form = HoldForm()

    def save() -> Window:
        return holding.take_window_over(current_actor(), window_id, reach=form.reach.data or "")

    return _saved(window_id, form, "holding", save, "You hold this window now.")


@blueprint.post("/after-hours/<int:window_id>/keeping")
@requires("after_hours:hold")
def refuse(window_id: int) -> Response:
    """Say that one cannot take it over."""
    holding.refuse_handing(current_actor(), window_id)
    return done(url_for("holding.index"), "Its holder was told, and keeps it.")


@blueprint.post("/after-hours/<int:window_id>/reach")
@requires("after_hours:hold")
def change_reach(window_id: int) -> Response:
    """Change how the holder is reached."""
    form = HoldForm()

    def save() -> Window:
        return holding.change_reach(current_actor(), window_id, reach=form.reach.data or "")

    return _saved(window_id, form, "holding", save, "Saved. The customer was told.")


@blueprint.get("/staff/after-hours/<int:taker_id>")
@requires("after_hours:hold")
def edit_hours(taker_id: int) -> Response:
    """When somebody takes windows."""
    return _hours_page(taker_id, ReadyForm.of(queries.ready_hours(taker_id)), 200)


@blueprint.post("/staff/after-hours/<int:taker_id>")
@requires("after_hours:hold")
def state_hours(taker_id: int) -> Response:
    """State when somebody takes windows."""
    form = ReadyForm()
    try:
        if form.validate():
            readiness.state_hours(current_actor(), taker_id, form.days())
            return done(url_for("holding.index"), "The hours are saved.")
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _hours_page(taker_id, form, 422)


def _hours_page(taker_id: int, form: ReadyForm, status: int) -> Response:
    page = render_template(
        "after_hours/hours.html", form=form, person=queries.taker(taker_id), labels=DAY_KIND_LABELS,
        is_own=taker_id == current_actor().id,
    )  # fmt: skip
    return make_response(page, status)


def _saved(window_id: int, form: Any, name: str, save: Callable[[], Window], message: str) -> Response:
    try:
        if form.validate():
            save()
            return done(url_for("after_hours.show", window_id=window_id), message)
    except Invalid as problem:
        form.show_problems(problem.fields)
    return window_page(window_id, status=422, **{name: form})
