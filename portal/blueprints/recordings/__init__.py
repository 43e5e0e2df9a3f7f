"""A session's recording and its materials (COV-5 to COV-7)."""

from flask import Blueprint

from portal.recordings import queries
from portal.recordings.surroundings import surroundings
from portal.web.access import resolves
from portal.web.signed_in import current_actor

blueprint = Blueprint("recordings", __name__)
resolves("material_id", queries.material_scope)
# The page of a session asks for what is around it, as whoever reads it.
blueprint.add_app_template_global(lambda booking: surroundings(current_actor(), booking), "surroundings")

from portal.blueprints.recordings import materials, recording, work  # noqa: E402

__all__ = ["materials", "recording", "work"]
