"""What somebody in an audience decides about their own data: no more mail, and to be erased."""

from flask import Response, render_template, url_for

from portal.audiences import answering
from portal.audiences.links import member_behind
from portal.audiences.refusals import refusing
from portal.blueprints.audiences import blueprint
from portal.blueprints.audiences.attending import VISITOR, often_enough, private
from portal.web.access import requires
from portal.web.htmx import done


@blueprint.get("/attending/<token>/refusal")
@requires("public")
@private
def new_refusal(token: str) -> str:
    """The button by which nothing more is written to them about the event: mail scanners open links."""
    return _refusal_page(token)


@blueprint.post("/attending/<token>/refusal")
@requires("public")
@often_enough[0]
@private
def refuse(token: str) -> str:
    """Write to them no more; a mail program sends this with one click, without a page of ours (RFC 8058)."""
    answering.refuse_mail(VISITOR, token)
    return _refusal_page(token)


@blueprint.post("/attending/<token>/permission")
@requires("public")
@often_enough[0]
@private
def allow(token: str) -> Response:
    """Take that back."""
    answering.allow_mail(VISITOR, token)
    return done(url_for("audiences.attend", token=token), "You get mail about this event again.")


@blueprint.get("/attending/<token>/erasure")
@requires("public")
@private
def new_erasure(token: str) -> str:
    """Asks once more before everything is erased."""
    return render_template("audiences/erasure.html", token=token, member=member_behind(token))


@blueprint.post("/attending/<token>/erasure")
@requires("public")
@often_enough[0]
@private
def erase(token: str) -> str:
    """Erase name, address and words, and the texts of all mail to them."""
    event = member_behind(token).booking.event
    answering.erase_by_link(VISITOR, token)
    return render_template("audiences/erased.html", event=event)


def _refusal_page(token: str) -> str:
    member = member_behind(token)
    event = member.booking.event
    refuses = bool(refusing(event.id, [member.email]))
    return render_template("audiences/refusal.html", token=token, event=event, refuses=refuses)
