"""What a help page's form carries: which event it is of, a key, and since when it was open.

A program sends a form at once; a person needs seconds. Nobody is asked to solve a puzzle.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from portal.clock import now

HOLDS = timedelta(hours=24)
QUICKEST = timedelta(seconds=3)


@dataclass(frozen=True)
class Seal:
    """A form's key, and how long it was open."""

    key: str
    age: timedelta

    @property
    def is_too_quick(self) -> bool:
        """Whether nobody could have read and filled in the form in this time."""
        return self.age < QUICKEST


def new_seal(slug: str) -> str:
    """A seal for a form that is opened now on an event's help page."""
    return str(_sealer().dumps([slug, str(uuid.uuid4())]))


def read_seal(text: str, slug: str) -> Seal | None:
    """What a form carried; None for one that is forged, of another event, or older than a day."""
    try:
        (event, key), since = _sealer().loads(text, max_age=int(HOLDS.total_seconds()), return_timestamp=True)
    except (BadData, ValueError, TypeError):
        return None
    return Seal(str(key), now() - since) if event == slug else None


def _sealer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="help-page")
