"""What the public forms share: who writes, what holds programs back, and when a form can be taken."""

from flask import request

from portal.accounts.actor import Actor
from portal.questions.forms import PublicForm
from portal.questions.seal import Seal, new_seal, read_seal
from portal.web.rate_limits import by_network, limiter

ATTENDEE = Actor(person_id=None, name="An attendee")

# A hall of attendees may share one address: these hold back programs, not crowds.
FROM_AN_ADDRESS = "40 per hour"
FROM_A_NETWORK = "120 per hour"
AT_AN_EVENT = "300 per hour"

TOO_QUICK = "That was sent within moments. Please look it over and send it again."
STALE = "This form was open for too long. Everything you typed is still here: please send it again."


def by_event() -> str:
    """Counted for each event's help page."""
    return f"help:{(request.view_args or {}).get('slug', '')[:80]}"


by_the_hour = (
    limiter.shared_limit(FROM_AN_ADDRESS, scope="help"),
    limiter.shared_limit(FROM_A_NETWORK, scope="help", key_func=by_network),
    limiter.shared_limit(AT_AN_EVENT, scope="help", key_func=by_event),
)


def sound(form: PublicForm, slug: str) -> Seal | None:
    """The form's seal when all of it can be taken. A new seal is given to one that was open too long."""
    fine, seal = form.validate(), read_seal(form.seal.data or "", slug)
    if seal is None:
        form.seal.data = new_seal(slug)
        form.show_problems({"seal": STALE})
    elif seal.is_too_quick:
        form.show_problems({"seal": TOO_QUICK})
        seal = None
    return seal if fine else None
