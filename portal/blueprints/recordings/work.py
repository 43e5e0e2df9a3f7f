"""What support has to do about recordings: those to decide, and those to publish."""

from flask import render_template

from portal.blueprints.recordings import blueprint
from portal.clock import now
from portal.recordings.queries import waiting_recordings
from portal.web.access import requires


@blueprint.get("/staff/recordings")
@requires("recording:decide")
def waiting() -> str:
    """The recordings that wait for support, the session that is next or over longest first."""
    return render_template("recordings/waiting.html", recordings=waiting_recordings(), now=now())
