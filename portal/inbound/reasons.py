"""Why a mail waits for staff, or asks for nothing: a word in the table, a sentence on the page."""

# Waits in quarantine.
STRANGER = "stranger"
NOT_THEIRS = "not_theirs"
LEFT = "left"
NO_EVENT = "no_event"
WHICH_EVENT = "which_event"
STAFF = "staff"
OVERTAKEN = "overtaken"
SENDERS = "senders"
FORGED = "forged"
LIST = "list"
STORM = "storm"
EMPTY = "empty"
UNREADABLE = "unreadable"
TOO_LARGE = "too_large"
UNFIT = "unfit"
# Recorded, and nothing else happens.
OWN = "own"
AUTO_REPLY = "auto_reply"
BOUNCE = "bounce"
DUPLICATE = "duplicate"
CALENDAR = "calendar"
CALENDAR_LATE = "calendar_late"
CALENDAR_REFUSED = "calendar_refused"
CALENDAR_UNKNOWN = "calendar_unknown"
CALENDAR_WORDS = "calendar_words"
QUESTION = "question"

SENTENCES = {
    STRANGER: "Nobody with this address is registered.",
    NOT_THEIRS: "It answers a ticket on which this sender may not write.",
    LEFT: "The sender was a Technical Contact of the event, and is not one any more (WHO-6).",
    NO_EVENT: "The sender is registered, but not a Technical Contact of any event (WHO-1).",
    WHICH_EVENT: "The sender is a Technical Contact of several events, and the mail does not say which it is about.",
    STAFF: "A colleague's address, but not an answer to a mail that the portal sent them about the ticket.",
    OVERTAKEN: "Somebody wrote on the ticket while this answer of a colleague was on its way.",
    SENDERS: "It does not name exactly one sender.",
    FORGED: "Our mail server found that it does not come from whom it names.",
    LIST: "It came by a mailing list.",
    STORM: "More mail came from this sender, or on this ticket, than people write.",
    EMPTY: "There is neither text nor a file in it.",
    UNREADABLE: "It could not be read within its limits of time and memory.",
    TOO_LARGE: "It is larger than what is taken; it still lies in the mailbox.",
    UNFIT: "The ticket did not take it.",
    OWN: "A mail of the portal that came back.",
    AUTO_REPLY: "A machine answered by itself.",
    BOUNCE: "A mail server's report on a mail of ours.",
    DUPLICATE: "It came before.",
    CALENDAR: "An answer to an invitation to a live session; the session's page shows it.",
    CALENDAR_LATE: "An answer to an invitation to a live session, older than another one or about another time.",
    CALENDAR_REFUSED: "An answer to an invitation in somebody's name, for which nobody vouches: the session's page says why.",
    CALENDAR_UNKNOWN: "An answer to an invitation that is none of the portal's.",
    CALENDAR_WORDS: "Only a subject that says how somebody answered an invitation, without the answer itself.",
    QUESTION: "It was about an attendee's question: it went to those it concerns, and nothing of it is kept (WHO-2).",
}

CALENDARS = frozenset({CALENDAR, CALENDAR_LATE, CALENDAR_REFUSED, CALENDAR_UNKNOWN, CALENDAR_WORDS})
IGNORED = frozenset({OWN, AUTO_REPLY, BOUNCE, DUPLICATE}) | CALENDARS

# Whoever sent these hears politely, at most once a day, that nobody has read it yet.
ANSWERED = frozenset({STRANGER, NOT_THEIRS, LEFT, NO_EVENT})
