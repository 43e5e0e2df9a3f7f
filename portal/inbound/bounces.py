"""Reports of mail servers on mail of ours that did not arrive: RFC 3464, and those in words only."""

import re
from collections.abc import Iterator

from portal.inbound.addresses import addresses
from portal.inbound.charsets import one_line
from portal.inbound.contents import content_of
from portal.inbound.header_text import identifiers, value, values
from portal.inbound.parsed import Bounce, FailedDelivery
from portal.inbound.structure import Part

LONGEST_REASON = 300
MOST_ADDRESSES = 20
ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
DAEMONS = re.compile(
    r"(?i)^(?:mailer-daemon|postmaster|mail-daemon|maildaemon|mdaemon|microsoftexchange[0-9a-f]+)@"
)
UNDELIVERED = re.compile(
    r"(?i)undeliver|not delivered|could not be delivered|delivery (?:status notification|has failed|failed|failure"
    r"|delayed|problem|incomplete)|message delayed|has been delayed|failure notice|mail delivery|returned mail|mail system error|delivery report"
    r"|unzustellbar|nicht zugestellt|konnte nicht zugestellt|non remis|non distribu|échec de (?:la )?remise"
    r"|no se (?:ha podido|pudo) entregar|no entregado|impossibile recapitare|mancato recapito|não (?:foi )?entregue"
    r"|onbestelbaar|kunde inte levereras|配信できませんでした|送信できません|退信|无法投递|teslim edilemedi"
)
DELAYED = re.compile(
    r"(?i)delayed|will be retried|still being retried|warning: (?:message|could not send)|not yet been"
)
STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
CODE = re.compile(r"(?<![\d.])([45]\d\d)[ -]")
MENTIONED = re.compile(r"(?m)^[ \t>*]*<?([^\s<>()\[\],;:\"]{1,64}@[^\s<>()\[\],;:\"@]{1,190}\w)>?:?")
ORIGINAL_ID = re.compile(r"(?im)^[ \t>]*message-id:[ \t]*(?:\r?\n[ \t]+)?(<[^<>\s]{1,300}>)")


def bounce_of(root: Part, text: str) -> Bounce | None:
    """The report that a mail is, or None. `text` is all of the mail's words."""
    blocks = list(_status_blocks(root))
    if blocks:
        told = [_told(block) for block in blocks if value(block, "action") or value(block, "final-recipient")]
        return Bounce(tuple(told)[:MOST_ADDRESSES], _original(root, text))
    if _reports_in_words(root, text):
        return Bounce(tuple(_in_words(root, text)), _original(root, text))
    return None


def _status_blocks(root: Part) -> Iterator[Part]:
    if root.get_content_type() == "message/delivery-status":
        yield from root.children
    # A report inside a mail that somebody passed on is what they write about, not a report to us.
    elif root.get_content_maintype() == "multipart":
        for child in root.children:
            yield from _status_blocks(child)


def _told(block: Part) -> FailedDelivery:
    recipient = value(block, "final-recipient") or value(block, "original-recipient")
    found = addresses([recipient.rpartition(";")[2]])
    action = value(block, "action").split(" ")[0].lower()
    status = STATUS.search(value(block, "status"))
    reason = value(block, "diagnostic-code").partition(";")
    return FailedDelivery(
        address=(found[0].address or found[0].written) if found else "",
        status=status[1] if status else "",
        action=action if action in ACTIONS else "failed",
        reason=one_line(reason[2] or reason[0], LONGEST_REASON),
    )


def _reports_in_words(root: Part, text: str) -> bool:
    if values(root, "x-failed-recipients"):
        return True
    senders = addresses(values(root, "from"))
    daemon = any(DAEMONS.match(one.written) for one in senders)
    unreachable = value(root, "return-path").replace(" ", "") == "<>"
    says = UNDELIVERED.search(value(root, "subject")) or UNDELIVERED.search(text[:2000])
    return bool(says) and (daemon or (unreachable and not values(root, "auto-submitted")))


def _in_words(root: Part, text: str) -> Iterator[FailedDelivery]:
    # What follows the server's own words is the mail that came back, with addresses of its own.
    report = re.split(
        r"(?im)^-{2,}.*(?:copy|original|below|follows).*$|^received:|^return-path:", text, maxsplit=1
    )[0]
    action = "delayed" if DELAYED.search(value(root, "subject") + " " + report[:500]) else "failed"
    told = addresses(values(root, "x-failed-recipients")) or addresses(
        MENTIONED.findall(report)[:MOST_ADDRESSES]
    )
    for one in told:
        near = report[max(0, report.find(one.written)) :][:600]
        status, code = STATUS.search(near), CODE.search(near)
        yield FailedDelivery(
            address=one.address or one.written,
            status=status[1] if status else f"{code[1][0]}.0.0" if code else "",
            action=action,
            reason=one_line((near.partition("\n")[2] or near).split("\n\n")[0], LONGEST_REASON),
        )


def _original(root: Part, text: str) -> str:
    told = [line for block in _status_blocks(root) for line in values(block, "x-original-message-id")]
    if found_there := identifiers(told):
        return found_there[0]
    for part in root.walk_parts():
        if part is not root and value(part, "message-id") and part.level > 0:
            return next(iter(identifiers([value(part, "message-id")])), "")
        if part.get_content_type() == "text/rfc822-headers":
            text = content_of(part).decode("utf-8", "replace")
    found = ORIGINAL_ID.search(text)
    return found[1] if found else ""
