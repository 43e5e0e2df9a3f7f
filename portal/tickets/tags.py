"""Tags and priorities: how they are written, and how many a ticket may have."""

import re

TAG_MOST = 30
TAGS_MOST = 10
PRIORITY_LABELS = {"urgent": "Urgent", "high": "High", "normal": "Normal", "low": "Low"}

NOT_IN_TAGS = re.compile(r"[^\w-]+")


def tag_from(text: str) -> str:
    """A tag as it is kept: lower case, words joined by hyphens, at most TAG_MOST characters; empty for none."""
    return NOT_IN_TAGS.sub("-", text.strip().lower())[:TAG_MOST].strip("-_")
