"""A mail as the portal understands it: what was read out of the raw bytes, and what could not be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal, Self

Kind = Literal["person", "auto-reply", "list", "bounce", "calendar-reply"]


@dataclass(frozen=True)
class Address:
    """An address of a header: `address` in the portal's one spelling (empty: none that mail could be sent to).

    `written` keeps the letters' case, for what is told apart by it. `name` is text that anybody may claim.
    """

    address: str
    name: str = ""
    written: str = ""


@dataclass(frozen=True)
class MailFile:
    """A file of the mail that passed the rules for attachments, its name made safe, its type told by content."""

    name: str
    media_type: str
    content: bytes
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True)
class FailedDelivery:
    """One address that a mail did not reach: enhanced status (`5.1.1`, may be empty), action, and why.

    `action` is `failed`, `delayed`, `delivered`, `relayed` or `expanded`; only the first is for good.
    """

    address: str
    status: str = ""
    action: str = "failed"
    reason: str = ""


@dataclass(frozen=True)
class Bounce:
    """A mail server's report on a mail of ours; `original_message_id` is that mail's, empty when not told."""

    failed: tuple[FailedDelivery, ...] = ()
    original_message_id: str = ""

    @property
    def is_final(self) -> bool:
        """Whether some address was given up, rather than reached or tried again later."""
        return any(one.action == "failed" for one in self.failed) or not self.failed


@dataclass(frozen=True)
class CalendarReply:
    """An answer to an invitation: `partstat` is ACCEPTED, DECLINED, TENTATIVE or another word of RFC 5545.

    `method` is REPLY, or COUNTER where another time is asked for: `starts_at`. Moments are ISO 8601 in UTC, empty
    where none was told. `attendees` counts those in whose name it answers: one, in an honest one.
    """

    uid: str
    attendee: str
    partstat: str
    method: str = "REPLY"
    sequence: int = 0
    stamped_at: str = ""
    starts_at: str = ""
    attendees: int = 1
    comment: str = ""


@dataclass(frozen=True)
class ParsedMail:
    """Everything told by one mail. Nothing in it is trusted: it is what the mail says of itself.

    Identifiers carry their angle brackets. `senders` holds every address that claims to have written;
    more than one is no usual mail. `return_path` is "" for the null sender and None when not recorded.
    `text` is what the person wrote now, `quoted` all else of the body: no word is in neither. `notes`
    are sentences for staff. `kind_reason` says which header or words told the kind.
    """

    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    senders: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    delivered_to: tuple[Address, ...] = ()
    return_path: str | None = None
    subject: str = ""
    date: datetime | None = None
    text: str = ""
    quoted: str = ""
    was_html: bool = False
    attachments: tuple[MailFile, ...] = ()
    notes: tuple[str, ...] = ()
    kind: Kind = "person"
    kind_reason: str = ""
    bounce: Bounce | None = None
    calendar: CalendarReply | None = None
    loop_marks: tuple[str, ...] = ()
    hops: int = 0

    @property
    def sender(self) -> Address | None:
        """Who claims to have written it, the first of several."""
        return self.senders[0] if self.senders else None

    @property
    def thread_ids(self) -> tuple[str, ...]:
        """The mails it answers, the nearest first, each once."""
        return tuple(dict.fromkeys((*self.in_reply_to, *reversed(self.references))))

    def to_json(self) -> dict[str, Any]:
        """Plain values for JSON, the date in ISO 8601; files without content, which `from_json` takes beside it."""
        bare = replace(self, attachments=tuple(replace(file, content=b"") for file in self.attachments))
        values = asdict(bare)
        for file in values["attachments"]:
            del file["content"]
        values["date"] = self.date.isoformat() if self.date else None
        return values

    @classmethod
    def from_json(cls, values: Mapping[str, Any], contents: Sequence[bytes] = ()) -> Self:
        """The mail that `to_json` was asked of; files get `contents` in order, none when those are not given.

        Raises KeyError, TypeError or ValueError for anything else.
        """
        kept = list(contents) or [b""] * len(values["attachments"])
        files = zip(values["attachments"], kept, strict=True)
        return cls(
            **{name: _restored(name, value) for name, value in values.items() if name != "attachments"},
            attachments=tuple(MailFile(**file, content=content) for file, content in files),
        )


@dataclass(frozen=True)
class Unparsable:
    """A mail that could not be read within its limits; `reason` is a sentence for staff."""

    reason: str


ADDRESSES = frozenset({"senders", "reply_to", "to", "cc", "delivered_to"})
WORDS = frozenset({"in_reply_to", "references", "notes", "loop_marks"})


def _restored(name: str, value: Any) -> Any:
    if name in ADDRESSES:
        return tuple(Address(**one) for one in value)
    if name in WORDS:
        return tuple(value)
    return RESTORED[name](value) if name in RESTORED and value is not None else value


def _bounce(value: dict[str, Any]) -> Bounce:
    return Bounce(tuple(FailedDelivery(**one) for one in value["failed"]), value["original_message_id"])


RESTORED: dict[str, Callable[[Any], Any]] = {
    "date": datetime.fromisoformat,
    "bounce": _bounce,
    "calendar": lambda value: CalendarReply(**value),
}
