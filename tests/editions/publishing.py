"""Publishing an edition in a test, through the same services as the pages."""

import uuid

from portal.db import db
from portal.editions import drafting, drafts, service
from portal.policy.edition import parts_of


def draft_with(actor, *, summary="A change.", at=None, tell_all=False, tell_over_limit=False, **parts):
    """A draft whose parts differ from the newest edition: `contacts={"removal_business_days": 3}`. Its row."""
    begun = drafting.begin_draft(actor, form_key=str(uuid.uuid4()))
    for part, values in parts.items():
        stored = drafts.draft_for(actor, begun.id).row.parameters[part]
        drafting.save_part(actor, begun.id, part, stored | values, seen=drafts.mark(stored))
    row = drafts.draft_for(actor, begun.id).row
    drafting.save_heading(
        actor, begun.id, summary=summary, in_force_from=at, tell_all=tell_all, tell_over_limit=tell_over_limit,
        seen=drafts.mark(drafts.heading_of(row)),
    )  # fmt: skip
    row = drafts.draft_for(actor, begun.id).row
    db.session.expunge(row)
    return row


def publish(actor, **changes):
    """An edition published from a draft of its own."""
    draft = draft_with(actor, **changes)
    return service.publish_draft(actor, draft.id, version=draft.version)


def bands(edition, index, **numbers):
    """The stored bands of an edition, with other numbers in one of them."""
    stored = parts_of(edition)["contacts"]["bands"]
    return {"bands": [band | numbers if place == index else band for place, band in enumerate(stored)]}
