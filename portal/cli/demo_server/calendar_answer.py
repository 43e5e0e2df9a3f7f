"""Answers the invitation in a caught mail as its reader's calendar program would (RFC 5546)."""

import smtplib
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr

from icalendar import Calendar, Event, vCalAddress

from portal.cli.demo_server.mail_reply import HOST, PATIENCE_SECONDS
from portal.clock import now

ANSWERS = {"ACCEPTED": "Accept", "TENTATIVE": "Perhaps", "DECLINED": "Decline"}
COPIED = ("UID", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "ORGANIZER")


def asks_for_answer(mail: EmailMessage) -> bool:
    """Whether the mail holds an invitation that wants an answer."""
    invited = _invitation(mail)
    return invited is not None and str(invited["ATTENDEE"].params.get("RSVP", "")).upper() == "TRUE"


def answer_invitation(mail: EmailMessage, partstat: str, port: int) -> None:
    """Send an answer from the mail's reader to the door on `port`. Raises OSError or SMTPException."""
    invited = _invitation(mail)
    if invited is None:
        return
    answer, organiser = EmailMessage(), str(invited["ORGANIZER"]).removeprefix("mailto:")
    answer["From"], answer["To"] = str(mail["To"]), organiser
    answer["Subject"] = f"{partstat.title()}: {invited['SUMMARY']}"
    answer["Date"], answer["Message-ID"] = formatdate(), make_msgid(domain="mail-program.example")
    answer.set_content("")
    answer.add_alternative(_reply(invited, partstat), subtype="calendar", params={"method": "REPLY"})
    with smtplib.SMTP(HOST, port, timeout=PATIENCE_SECONDS) as door:
        door.send_message(answer, parseaddr(str(mail["To"]))[1], [organiser])


def _invitation(mail: EmailMessage) -> Event | None:
    for part in mail.walk():
        if part.get_content_type() == "text/calendar" and part.get_param("method") == "REQUEST":
            content = part.get_payload(decode=True)
            return _entry(content.decode("utf-8", "replace") if isinstance(content, bytes) else "")
    return None


def _entry(text: str) -> Event | None:
    try:
        found = Calendar.from_ical(text).walk("VEVENT")
    except ValueError:
        return None
    return next((each for each in found if isinstance(each, Event) and "ATTENDEE" in each), None)


def _reply(invited: Event, partstat: str) -> str:
    entry, calendar = Event(), Calendar()
    for name in COPIED:
        entry[name] = invited[name]
    attendee = vCalAddress(str(invited["ATTENDEE"]))
    attendee.params["PARTSTAT"] = partstat
    entry["ATTENDEE"] = attendee
    entry.add("dtstamp", now())
    calendar.add("prodid", "-//Demo//Calendar program//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "REPLY")
    calendar.add_component(entry)
    return bytes(calendar.to_ical()).decode()
