"""Looking after the wish list: what waits for a moderator, and what they do with each wish and comment."""

from flask import Blueprint

from portal.web.access import resolves
from portal.wishlist.discussion import comment_scope

blueprint = Blueprint("moderation", __name__)
resolves("comment_id", comment_scope)

from portal.blueprints.moderation import comments, merging, queue, states, wordings  # noqa: E402

__all__ = ["comments", "merging", "queue", "states", "wordings"]
