"""Mail about recordings. Takes part in the caller's transaction."""

from typing import Any

from portal.accounts.models import Person
from portal.audiences.letters import send_each
from portal.audiences.models import AudienceMember
from portal.bookings.letters import customers_of
from portal.bookings.models import Booking
from portal.mail.post import post
from portal.mail.withhold import withhold
from portal.recordings.models import Recording

PASSED = "recording-passed"


def tell_asked(booking: Booking, recording: Recording) -> None:
    """Tell the host that a recording is asked for, and waits for an answer."""
    _send(booking.host, "recording_asked", booking, recording)


def tell_decided(booking: Booking, recording: Recording) -> None:
    """Tell the customer whether the session is recorded, and why not."""
    for person in customers_of(booking):
        _send(person, "recording_decided", booking, recording)


def tell_published(booking: Booking, recording: Recording) -> None:
    """Tell the customer that the recording is there, and how it is passed on."""
    for person in customers_of(booking):
        _send(person, "recording_published", booking, recording)


def tell_withdrawn(booking: Booking, recording: Recording, by: str) -> None:
    """Tell the customer and the host that the recording can be had no more."""
    for person in (*customers_of(booking), booking.host):
        _send(person, "recording_withdrawn", booking, recording, by=by)


def send_recording(members: list[AudienceMember], booking: Booking, recording: Recording) -> None:
    """Mail people the private link by which they get the recording."""
    send_each(members, booking, "audience_recording", cause=_cause(recording), until=recording.expires_at)


def keep_back(recording: Recording) -> None:
    """Keep back what was not sent yet of passing a recording on: it leads to nothing any more."""
    withhold(_cause(recording))


def _cause(recording: Recording) -> str:
    return f"{PASSED}:{recording.id}:{recording.publication}"


def _send(to: Person, template: str, booking: Booking, recording: Recording, **context: Any) -> None:
    # Asked anew after it was declined, or published anew, it is another cause.
    at = recording.published_at if recording.publication else recording.asked_at
    post(
        to, template, cause=f"{template}:{recording.id}:{at and at.timestamp()}", permission="recording:read",
        scope=booking.scope, booking=booking, recording=recording, **context,
    )  # fmt: skip
