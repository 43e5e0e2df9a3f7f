"""Writing what somebody of the cast has begun to ask, or to wish for, and not sent."""

from datetime import timedelta

from portal.demo.customers import Stage
from portal.demo.frame import Frame
from portal.tickets.models_drafts import TicketDraft

EVENT, AUTHOR = "oresund-school", "contact@demo.example"
LEFT_AGO = timedelta(minutes=50)
TEXTS = {
    "topic": "how_to",
    "subject": "Importing our tutors from a spreadsheet",
    "body": "We have 14 tutors in a spreadsheet, with their sessions in the last column. Can I import them as "
    "speakers in one go, or do I have to\n\n(still to add: which columns we have)",
}
WISH = {
    "title": "Name tags in the participant's own script",
    "problem": "Tutors from Seoul and Athens correct their names by hand on the first morning.\n\n(ask Astrid how many)",
    "affected": "About 40 of our 300 participants",
    "frequency": "every_event",
}


def write_draft(frame: Frame, stage: Stage) -> None:
    """Leave a question half written at one event, and a wish."""
    if stage.plan.key == EVENT:
        for place, texts in ((f"new:{stage.id}", TEXTS), ("wish", WISH)):
            frame.rows.add(
                TicketDraft, person_id=frame.people[AUTHOR].id, place=place,
                data={"texts": texts, "uploads": []}, updated_at=frame.now - LEFT_AGO,
            )  # fmt: skip
