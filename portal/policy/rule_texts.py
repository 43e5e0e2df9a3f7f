"""The words of the support policy, rule by rule (POL-1). Names in braces are an edition's numbers."""

from __future__ import annotations

from typing import NamedTuple


class Wording(NamedTuple):
    """A rule's section, short title and text."""

    section: str
    title: str
    text: str


_WHO = "Who gets support"
_HOW = "How support is given"
_COVERED = "What support covers"
_NOT_COVERED = "What support does not cover"
_AFTER_HOURS = "Support outside business hours"
_FAIR_USE = "Fair use"
_WISHES = "Wishes"
_POLICY = "This policy"

SECTIONS = (_WHO, _HOW, _COVERED, _NOT_COVERED, _AFTER_HOURS, _FAIR_USE, _WISHES, _POLICY)

WORDINGS: dict[str, Wording] = {
    "WHO-1": Wording(
        _WHO,
        "Technical Contacts",
        "We support the Technical Contacts that an event has registered. Whoever manages an event without "
        "being one of its contacts can register, and then open tickets.",
    ),
    "WHO-2": Wording(
        _WHO,
        "Attendees",
        "Attendees ask the Technical Contacts of their event, on its help page. A contact who cannot resolve "
        "a question passes it on to us as a ticket. We never write to attendees ourselves, and nobody's "
        "address is shown to the other side.",
    ),
    "WHO-3": Wording(
        _WHO,
        "How many contacts",
        "The number of contacts an event may register depends on its attendees and its licence "
        "(Basic / Premium): {contact_table}. If an event shrinks below its contacts, nobody is removed, but "
        "nobody can be added until there is room again.",
    ),
    "WHO-4": Wording(
        _WHO,
        "Additional contacts",
        "An additional contact costs {extra_contact_price} and raises the limit of one event by one for as "
        "long as it is licensed. The seat opens once it is paid, or once we agree to send an invoice.",
    ),
    "WHO-5": Wording(
        _WHO,
        "Registering contacts",
        "A contact is registered with a name and contact details. More can be added at any time, as long as "
        "there is room.",
    ),
    "WHO-6": Wording(
        _WHO,
        "Removing or replacing contacts",
        "We approve each removal and replacement; allow us up to {removal_days} from the time we receive the "
        "request. Until then the person keeps access, and from then on has none. A request can be withdrawn "
        "until it is decided.",
    ),
    "HOW-1": Wording(
        _HOW,
        "Ticket, e-mail or phone",
        "Ask by ticket, e-mail or phone. A ticket is best: several of us see it, so it reaches the right "
        "person sooner.",
    ),
    "HOW-2": Wording(
        _HOW,
        "When we reply",
        "Our goal is a reply within {reply_days}, and it often takes no more than an hour of business time; "
        "it depends on how much there is to do. What arrives in business hours is due at the same time of "
        "day, what arrives outside them at the close of the day. Besides, we aim to solve what a ticket is "
        "about within {resolution_days}, not counting the time in which we wait for you: that is a goal, "
        "not a promise.",
    ),
    "HOW-3": Wording(
        _HOW,
        "Business hours",
        "Business hours are {weekdays}, {opens} to {closes} US Eastern time, except on these holidays: "
        "{holidays}. A holiday on a Saturday is kept on the Friday before, one on a Sunday on the Monday "
        "after. Support at other times is a paid option.",
    ),
    "HOW-4": Wording(
        _HOW,
        "Writing at any time",
        "Tickets and e-mails may be sent at any time; we answer in business hours. What you send outside "
        "them is confirmed with the time by which to expect a reply, and why. A reply to a closed ticket "
        "opens it again for {reopen_days}; a later one makes a new ticket that leads to the old one.",
    ),
    "HOW-5": Wording(
        _HOW,
        "Live sessions",
        "Live assistance and training are booked ahead, and go to whoever books first. A time is kept for"
        " {hold_length} while its form is filled in. Where no time is open, a waiting list offers what becomes free"
        " in order of arrival; each offer stands for up to {offer_length}.",
    ),
    "COV-1": Wording(
        _COVERED,
        "Training of contacts",
        "We train Technical Contacts to use the system, in live sessions of {contacts_length}.",
    ),
    "COV-2": Wording(
        _COVERED, "Questions", "We answer the questions of Technical Contacts on the features that exist."
    ),
    "COV-3": Wording(
        _COVERED,
        "How to do a task",
        "We explain how a task is done, for example how badges are designed and printed.",
    ),
    "COV-4": Wording(
        _COVERED, "Problems", "We look into the problems that contacts report, and help to solve them."
    ),
    "COV-5": Wording(
        _COVERED,
        "Training of presenters",
        "The Virtual Event package comes with one live session of {presenters_length} for presenters. Ask for "
        "a recording to pass on to those who missed it. Cancel at least {presenters_cut_off} ahead to keep the "
        "session for another day.",
    ),
    "COV-6": Wording(
        _COVERED,
        "Training of exhibitors",
        "The Exhibitor package comes with one live session of {exhibitors_length} for exhibitors, on the same "
        "terms: it can be recorded, and is kept when cancelled at least {exhibitors_cut_off} ahead.",
    ),
    "COV-7": Wording(
        _COVERED,
        "Training of operators",
        "An in-person event that records session attendance with the app has one live session of "
        "{operators_length} for the operators who scan attendees, on the same terms: it can be recorded, and "
        "is kept when cancelled at least {operators_cut_off} ahead.",
    ),
    "COV-8": Wording(
        _COVERED,
        "After the event",
        "When the event is over, we help to clean up attendance data, to design and send certificates of "
        "attendance, and to export any of the data.",
    ),
    "OUT-1": Wording(
        _NOT_COVERED,
        "Doing the work for you",
        "We do not use the system in your stead: type in schedules, process registrations, enter payments, "
        "run or record virtual sessions. Ask for a price quote.",
    ),
    "OUT-2": Wording(
        _NOT_COVERED,
        "Products of others",
        "We do not support hardware or software from others; where we know its provider's support, we name it.",
    ),
    "OUT-3": Wording(
        _NOT_COVERED,
        "Audio and video",
        "Recording, editing, uploading or downloading audio and video is not included. Ask for a price quote.",
    ),
    "OUT-4": Wording(
        _NOT_COVERED,
        "Changes and new features",
        "Changing the system or adding to it is not included. The wish list is the place for ideas, and for "
        "some changes we can make a price quote.",
    ),
    "OUT-5": Wording(
        _NOT_COVERED,
        "Other people",
        "We do not support people who are not Technical Contacts. Register them, or ask for a price quote to "
        "extend support to them.",
    ),
    "OUT-6": Wording(_NOT_COVERED, "At your venue", "We do not come to your venue. Ask for a price quote."),
    "AFT-1": Wording(
        _AFTER_HOURS,
        "Ordering support after hours",
        "Support outside business hours, by phone, e-mail or live remote session, is ordered ahead and "
        "priced by the hour, {minimum} at least; every line is shown before you order. Less than "
        "{short_notice} ahead it costs {short_notice_percent} more. It is confirmed once a named member of "
        "our staff has taken it; when nobody has {hold_by} before its start, what was paid comes back. What is "
        "sent within it is answered within {window_reply}. Cancelled at least {full_refund} before its start it "
        "is paid back in full, later {late_refund} of it, after its start nothing.",
    ),
    "USE-1": Wording(
        _FAIR_USE,
        "The first days",
        "Support is unlimited for the first {free_days} after an account is opened.",
    ),
    "USE-2": Wording(
        _FAIR_USE,
        "Far more than others",
        "After that we look at support minutes, tickets and live sessions over {window_days}. A customer "
        "above {percent_of_average} of the average of others with events of that size, and beyond "
        "{percentile} of them, may be told so by e-mail, with the figures. We compare only when there are "
        "at least {least_peers}, and each notice is sent by a person.",
    ),
    "USE-3": Wording(
        _FAIR_USE,
        "If it goes on",
        "If usage is still that high {patience_days} after the notice, a manager may decide, with a reason, "
        "on a reduced level of support (a reply within {reduced_days}), on recommending training or "
        "additional services, or on not renewing. You are told which.",
    ),
    "WISH-1": Wording(
        _WISHES,
        "Everyone's ideas",
        "Everyone who uses the system is invited to propose improvements and new features. They go on the "
        "wish list, from which we plan releases. Our moderators read each wish and each comment before others "
        "do; their goal is {review_days}. How many an organisation may add within 24 hours is limited: "
        "{wishes_a_day} of wishes, {comments_a_day} of comments.",
    ),
    "WISH-2": Wording(
        _WISHES,
        "What counts",
        "We look at how useful a wish is to all users, counted by customer and not by head. What is highly "
        "useful to many will be built.",
    ),
    "WISH-3": Wording(
        _WISHES,
        "Who decides",
        "Our management and developers alone decide whether and when a wish is carried out. A date is shown "
        "only when they have published one.",
    ),
    "WISH-4": Wording(
        _WISHES,
        "How to use the wish list",
        "A five-minute video with captions, or a page with pictures, shows how to use the wish list.",
    ),
    "POL-1": Wording(
        _POLICY,
        "Changes to this policy",
        "This policy may change without notice; the newest edition is the one posted here. Each order, "
        "booking and approval keeps the edition it was made under. This is edition {edition}.",
    ),
}
