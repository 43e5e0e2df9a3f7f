"""The page on which a moderator looks after one wish."""

from typing import Any

from flask import Response, make_response, render_template

from portal.clock import now
from portal.policy.wishes import WishState
from portal.web.signed_in import current_actor
from portal.wishlist import discussion, merging, moderation, queries, reviews, versions
from portal.wishlist.forms import AnswerForm
from portal.wishlist.forms_moderation import (
    EditReasonForm,
    HideForm,
    QuestionForm,
    ReasonForm,
)
from portal.wishlist.models import Wish

FORMS = {
    "asking": QuestionForm, "declining": ReasonForm, "hiding": HideForm, "edit_declining": EditReasonForm,
    "answering": AnswerForm,
}  # fmt: skip


def wish_page(wish_id: int, **sent: Any) -> Response:
    """The page of a wish; `sent` is the form that could not be taken, by its name in FORMS, as it was sent."""
    actor = current_actor()
    wish = queries.wish_for(actor, wish_id)
    waits = wish.state in versions.WITH_AUTHOR
    page = render_template(
        "moderation/show.html", wish=wish, at=now(), form=next(iter(sent.values()), None), **_forms(wish, sent),
        wordings=versions.wordings(actor, wish), questions=discussion.questions(actor, wish),
        review=reviews.open_review(*reviews.of_wish(wish.id)) if waits else None,
        comments=discussion.discussion(actor, wish) if wish.is_listed else [],
        root=queries.wish_for(actor, wish.root_id) if wish.state == WishState.MERGED else None,
        can_merge=wish.state in merging.MERGEABLE,
    )  # fmt: skip
    return make_response(page, 422 if sent else 200)


def _forms(wish: Wish, sent: dict[str, Any]) -> dict[str, Any]:
    forms: dict[str, Any] = {name: sent.get(name) or kind(formdata=None) for name, kind in FORMS.items()}
    if "answering" not in sent:
        forms["answering"].answer.data = wish.answer
    forms["answering"].seen.data = moderation.answer_mark(wish)
    return forms
