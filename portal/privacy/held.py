"""What is held on a person: for each table, what belongs to them, and what becomes of it when they are erased.

A guard holds that every table which refers to a person is told of here.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Fate(StrEnum):
    """What erasing a person does to their rows of a table."""

    KEEP = "keep"
    BLANK = "blank"
    DELETE = "delete"


@dataclass(frozen=True)
class Held:
    """One table. `owner` is the column that names the person; `shown` are the columns of their own copy.

    `blanked` is what each column becomes when they are erased. `why` says why the rest is kept.
    """

    table: str
    owner: str
    title: str
    shown: tuple[str, ...]
    fate: Fate = Fate.KEEP
    blanked: dict[str, str] = field(default_factory=dict)
    why: str = ""
    only: str = ""


GONE = "(erased)"
RECORDS = "The organisation's record of its support; the name on it is gone."

HELD: tuple[Held, ...] = (
    Held("role_grant", "person_id", "Roles", ("role", "organisation_id", "event_id", "granted_at", "ended_at"), why=RECORDS),
    Held("contact", "person_id", "Registrations as Technical Contact", ("event_id", "phone", "job_title", "registered_at", "ended_at"), Fate.BLANK, {"phone": "", "job_title": ""}, RECORDS),
    Held("session", "person_id", "Where you signed in", ("browser", "address", "signed_in_at", "last_write_at", "ended_at"), Fate.DELETE),
    Held("one_time_link", "person_id", "Links mailed to you", ("purpose", "created_at"), Fate.DELETE),
    Held("ticket", "opened_by_id", "Tickets you opened", ("id", "event_id", "subject", "topic", "state", "opened_at", "closed_at"), why=RECORDS),
    Held("ticket_message", "author_id", "What you wrote on tickets", ("ticket_id", "body", "quoted", "sent_at"), why=RECORDS, only="NOT internal"),
    Held("ticket_draft", "person_id", "Drafts", ("place", "data", "updated_at"), Fate.DELETE),
    Held("ticket_satisfaction", "asked_of_id", "Whether support helped you", ("ticket_id", "answer", "comment"), Fate.BLANK, {"comment": ""}, RECORDS),
    Held("booking", "booked_by_id", "Live sessions you booked", ("event_id", "audience", "starts_at", "note", "state"), Fate.BLANK, {"note": ""}, RECORDS),
    Held("after_hours_window", "asked_by_id", "Windows after hours you asked for", ("event_id", "channel", "starts_at", "ends_at", "note", "state"), Fate.BLANK, {"note": ""}, RECORDS),
    Held("session_reply", "person_id", "What your calendar answered to invitations", ("booking_id", "answer", "received_at", "comment"), Fate.BLANK, {"comment": ""}, RECORDS),
    Held("calendar_feed", "person_id", "Private calendar addresses", ("made_at", "ended_at"), Fate.DELETE),
    Held("order", "placed_by_id", "Orders you placed", ("id", "event_id", "total_cents", "currency", "purchase_order", "placed_at", "state"), why="Books are kept by law."),
    Held("quote", "asked_by_id", "Quotes you asked for", ("id", "event_id", "title", "asked_for", "asked_at", "state"), why=RECORDS),
    Held("quote_message", "author_id", "What you wrote about quotes", ("quote_id", "body", "sent_at"), why=RECORDS),
    Held("question_message", "author_id", "Your answers to attendees", ("question_id", "body", "sent_at"), why=RECORDS),
    Held("wish", "author_id", "Wishes you added", ("title", "problem", "affected", "frequency", "workaround", "idea", "state", "submitted_at"), why="A wish is the customers'; the name on it is gone."),
    Held("wish_version", "written_by_id", "Wordings of wishes you wrote", ("wish_id", "kind", "state", "title", "problem", "affected", "frequency", "workaround", "idea", "written_at"), why="A wish is the customers'; the name on it is gone."),
    Held("wish_comment", "author_id", "Your comments on wishes", ("wish_id", "kind", "state", "body", "frequency", "written_at"), why="A comment is part of the wish; the name on it is gone."),
    Held("wish_stand", "person_id", "What you said of wishes", ("wish_id", "organisation_id", "stand", "stood_at"), why="It counts for the organisation."),
    Held("organisation_stand", "chosen_by_id", "What you chose for your organisation", ("wish_id", "organisation_id", "chosen", "chosen_at"), why="It counts for the organisation."),
    Held("wish_follower", "person_id", "Wishes you follow", ("wish_id", "since"), Fate.DELETE),
    Held("wish_evaluation", "evaluator_id", "Wishes you evaluated", ("wish_id", "usefulness", "usefulness_why", "effort", "effort_why", "fit", "fit_why", "risk", "risk_why", "evaluated_at"), why="It is the vendor's view of the wish; the name on it is gone."),
    Held("outbound_mail", "person_id", "Mail we sent you", ("subject", "body_text", "address", "state", "queued_at", "sent_at"), Fate.BLANK, {"subject": GONE, "body_text": "", "body_html": "", "address": GONE}, "That a mail was sent stays on record."),
    Held("inbound_mail", "person_id", "Mail you sent us", ("subject", "sender", "body", "received_at", "state"), Fate.BLANK, {"subject": GONE, "body": "", "sender": GONE, "sender_name": "", "envelope_from": GONE}, "That a mail came in stays on record."),
    Held("contact_import", "owner_id", "Lists of contacts you uploaded", ("source", "created_at"), Fate.DELETE),
    Held("upload_day", "person_id", "How much you uploaded, by day", ("day",), Fate.DELETE),
    Held("saved_filter", "person_id", "Saved filters", ("name", "wanted"), Fate.DELETE),
    Held("usage_notice", "answered_by_id", "Your answers about usage", ("event_id", "answer", "answered_at"), why=RECORDS),
    Held("audit_entry", "actor_id", "What you did", ("at", "action", "subject_type", "subject_id"), why="The record of changes is final; it is deleted when it is old enough."),
    Held("article_sparing", "person_id", "Articles that answered your question", ("version_id", "spared_at"), Fate.DELETE),
    Held("skill", "person_id", "Topics you take", ("topic",), Fate.DELETE),
    Held("duty_hours", "person_id", "Hours on duty", ("weekday",), Fate.DELETE),
    Held("duty_exception", "person_id", "Exceptions from them", (), Fate.DELETE),
    Held("absence", "person_id", "Absences", ("note",), Fate.DELETE),
    Held("after_hours_ready", "person_id", "When you take windows after hours", ("day_kind", "channels"), Fate.DELETE),
    Held("after_hours_offer", "person_id", "Windows after hours offered to you", ("window_id",), why=RECORDS),
    Held("ticket_presence", "person_id", "Where you were writing last", ("ticket_id", "at"), Fate.DELETE),
    Held("follow_up", "person_id", "Reminders", ("ticket_id", "due_at", "note"), Fate.BLANK, {"note": ""}, RECORDS),
    Held("time_entry", "person_id", "Minutes you noted", ("ticket_id", "minutes", "note", "noted_at"), why=RECORDS),
    Held("ticket_offer", "person_id", "Tickets offered to you", ("ticket_id",), why=RECORDS),
    Held("availability", "host_id", "Times you offered", ("starts_at", "ends_at"), why=RECORDS),
    Held("host_profile", "host_id", "Which live sessions you take", ("zone",), Fate.DELETE),
    Held("host_hours", "host_id", "Hours in which you take live sessions", ("weekday", "first_day", "last_day"), Fate.DELETE),
    Held("host_day", "host_id", "Other hours on one date", ("day",), Fate.DELETE),
    Held("busy_calendar", "host_id", "Calendars you connected", ("name", "connected_at", "read_at"), Fate.DELETE),
    Held("commitment", "host_id", "What takes your time", ("kind", "title", "entered_at"), Fate.BLANK, {"title": ""}, RECORDS),
    Held("slot_hold", "held_by_id", "Times kept for you while you book", ("event_id", "starts_at", "expires_at"), Fate.DELETE),
    Held("waiting", "person_id", "Waiting lists you are on", ("event_id", "kind", "since", "state"), why=RECORDS),
    Held("recording_access", "person_id", "Recordings you opened", ("recording_id", "at"), why=RECORDS),
    Held("session_feedback", "person_id", "What you said of sessions", ("booking_id", "score", "words", "asked_at", "answered_at"), Fate.BLANK, {"words": ""}, RECORDS),
    Held("session_note", "author_id", "Notes you wrote about sessions", (), why="They are about the session; the name on them is gone."),
    Held("article_version", "author_id", "Help articles you wrote", ("title", "body", "reason"), why="It is the vendor's text; the name on it is gone."),
)  # fmt: skip

# Only who did something to others' things; the name itself stands on the person alone.
MENTIONED: frozenset[str] = frozenset(
    {
        "canned_reply", "edition_course", "policy_draft", "published_answer", "after_event_help", "payment", "ticket_link",
        "ticket_merge", "usage_decision", "audience_letter", "audience_member", "recording", "recording_pass", "session_material", "session_record", "quote_version", "refund", "removal", "wish_decision", "wish_question", "wish_merge", "planning_round",
    }
)  # fmt: skip
