"""What stands around the text of a wish on its page, and where the address of a merged one leads."""

from typing import Any

from flask import Response, make_response, redirect, url_for

from portal.web.signed_in import current_actor
from portal.wishlist import discussion, merging, reviews, versions
from portal.wishlist.models import Wish


def around(wish: Wish) -> dict[str, Any]:
    """Comments; and for its author and the moderators its other wordings, what was asked, by when it is read."""
    actor = current_actor()
    waits = wish.state in versions.WITH_AUTHOR and versions.knows_wordings(actor, wish)
    review, question = reviews.of_waiting_wish(wish) if waits else (None, None)
    return {
        "comments": discussion.discussion(actor, wish) if wish.published_at else [],
        "wordings": versions.wordings(actor, wish),
        "question": question,
        "review": review,
    }


def moved(wish: Wish) -> Response | None:
    """The permanent redirect of a merged wish to the one that is left; None where the reader stays."""
    root_id = merging.leads_to(current_actor(), wish)
    if root_id is None:
        return None
    answer = make_response(redirect(url_for("wishes.show", wish_id=root_id), code=301))
    # For good, yet not to be kept by the browser: what was merged can be taken apart again.
    answer.headers["Cache-Control"] = "no-store"
    return answer
