"""Turning optional mail off, from a link in it; nobody has to sign in for that (RFC 8058)."""

from flask import Blueprint, render_template

from portal.accounts.actor import SYSTEM
from portal.errors import NotFound
from portal.mail.optional import KINDS, unsubscribed_by
from portal.mail.preferences import turn_off
from portal.web.access import requires

blueprint = Blueprint("unsubscribing", __name__)


@blueprint.get("/unsubscribe/<token>")
@requires("public")
def show(token: str) -> str:
    """What would be turned off, with a button: mail scanners open links."""
    return render_template(
        "unsubscribing/show.html", kind=_told(token)[1], kinds=KINDS, done=False, token=token
    )


@blueprint.post("/unsubscribe/<token>")
@requires("public")
def create(token: str) -> str:
    """Turn it off; a mail program sends this with one click, without a page of ours."""
    person_id, kind = _told(token)
    turn_off(SYSTEM, person_id, kind)
    return render_template("unsubscribing/show.html", kind=kind, kinds=KINDS, done=True, token=token)


def _told(token: str) -> tuple[int, str]:
    told = unsubscribed_by(token)
    if told is None:
        raise NotFound
    return told
