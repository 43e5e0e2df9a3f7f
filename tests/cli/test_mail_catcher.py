"""The demo's mail catcher: what is sent to it can be read in a browser, harmlessly."""

import asyncio
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import Envelope
from flask.testing import FlaskClient

from portal.cli.demo_server import mail_catcher
from portal.cli.demo_server.mail_catcher import Catch, caught
from portal.cli.demo_server.mail_viewer import viewer
from portal.inbound.parse import parse
from tests.mail_server import MailServer


def letter(subject: str, text: str = "Good morning") -> EmailMessage:
    """A mail as the portal writes them."""
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = (
        subject,
        "support@portal.example",
        "Ann <ann@customer.example>",
    )
    mail.set_content(text)
    return mail


def catch(folder: Path, mail: EmailMessage) -> None:
    """Hand a mail over as the SMTP server does."""
    envelope = Envelope()
    envelope.content = mail.as_bytes()
    assert asyncio.run(Catch(folder).handle_DATA(None, None, envelope)) == "250 Caught"


@pytest.fixture
def browser(tmp_path: Path) -> FlaskClient:
    """A browser at the viewer of the mails in `tmp_path`."""
    return viewer(tmp_path, 1).test_client()


def address_of_newest(folder: Path) -> str:
    """The viewer's address of the newest mail."""
    return f"/{int(caught(folder)[0].stem)}"


def test_mails_are_listed_newest_first(tmp_path: Path, browser: FlaskClient) -> None:
    for subject in ("The first", "The second"):
        catch(tmp_path, letter(subject))
    page = browser.get("/").text
    assert page.index("The second") < page.index("The first")


def test_the_list_says_when_it_is_empty(browser: FlaskClient) -> None:
    assert "No mail yet" in browser.get("/").text


def test_a_link_in_a_mail_can_be_followed_and_its_markup_is_only_text(
    tmp_path: Path, browser: FlaskClient
) -> None:
    catch(
        tmp_path, letter("<b>Hi</b>", "Open http://127.0.0.1:8000/invitations/abc\n<script>alert(1)</script>")
    )
    page = browser.get(address_of_newest(tmp_path)).text
    assert '<a href="http://127.0.0.1:8000/invitations/abc"' in page
    assert "<script>" not in page
    assert "<b>Hi</b>" not in page


def test_a_calendar_entry_can_be_downloaded(tmp_path: Path, browser: FlaskClient) -> None:
    mail = letter("Training")
    mail.add_alternative("BEGIN:VCALENDAR", subtype="calendar", params={"method": "REQUEST"})
    catch(tmp_path, mail)
    got = browser.get(address_of_newest(tmp_path) + "/files/0")
    assert got.text.strip() == "BEGIN:VCALENDAR"
    assert got.headers["Content-Disposition"] == "attachment; filename=calendar.ics"
    assert got.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("address", ["/7", "/7/files/0"])
def test_a_mail_that_is_not_there_is_not_found(browser: FlaskClient, address: str) -> None:
    assert browser.get(address).status_code == 404


def test_a_file_that_is_not_there_is_not_found(tmp_path: Path, browser: FlaskClient) -> None:
    catch(tmp_path, letter("No files"))
    assert browser.get(address_of_newest(tmp_path) + "/files/0").status_code == 404


def test_only_the_newest_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_catcher, "KEPT", 2)
    for subject in ("one", "two", "three"):
        catch(tmp_path, letter(subject))
    assert [mail_catcher.read(path)["Subject"] for path in caught(tmp_path)] == ["three", "two"]


def test_a_caught_mail_is_answered_at_the_mail_door(tmp_path: Path, mail_server: MailServer) -> None:
    browser = viewer(tmp_path, mail_server.port).test_client()
    mail = letter("[#7] Badges", "Which printer?")
    mail["Reply-To"], mail["Message-ID"] = "support+abc@portal.example", "<7@portal.example>"
    catch(tmp_path, mail)
    address = address_of_newest(tmp_path)
    mail_server.received.clear()
    assert "Reply as Ann" in browser.get(address).text
    assert browser.post(f"{address}/replies", data={"said": "The one upstairs."}).status_code == 303
    [answer] = mail_server.received
    assert (answer["To"], answer["In-Reply-To"]) == ("support+abc@portal.example", "<7@portal.example>")
    assert answer["From"] == "Ann <ann@customer.example>"
    said = str(answer.get_content())
    assert said.startswith("The one upstairs.")
    assert "> Which printer?" in said


REQUEST = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:7@portal.example\r\n"
    "SEQUENCE:3\r\nDTSTAMP:20261123T140000Z\r\nDTSTART:20261125T150000Z\r\nDTEND:20261125T160000Z\r\n"
    "SUMMARY:Training\r\nORGANIZER:mailto:support+abc@portal.example\r\n"
    "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:ann@customer.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def test_an_invitation_is_answered_as_by_a_calendar_program(tmp_path: Path, mail_server: MailServer) -> None:
    browser = viewer(tmp_path, mail_server.port).test_client()
    mail = letter("Training")
    mail.add_alternative(REQUEST, subtype="calendar", params={"method": "REQUEST"})
    catch(tmp_path, mail)
    address = address_of_newest(tmp_path)
    mail_server.received.clear()
    assert "Answer the invitation as Ann" in browser.get(address).text
    assert browser.post(f"{address}/answers", data={"answer": "NONSENSE"}).status_code == 303
    assert browser.post(f"{address}/answers", data={"answer": "DECLINED"}).status_code == 303
    [sent] = mail_server.received
    answer = parse(sent.as_bytes()).calendar
    assert answer is not None
    assert (sent["To"], answer.method, answer.uid, answer.sequence) == (
        "support+abc@portal.example",
        "REPLY",
        "7@portal.example",
        3,
    )
    assert (answer.attendee, answer.partstat, answer.attendees) == ("ann@customer.example", "DECLINED", 1)


def test_what_wants_no_answer_offers_none(tmp_path: Path, browser: FlaskClient) -> None:
    for content in (
        REQUEST.replace("RSVP=TRUE", "RSVP=FALSE"),
        "BEGIN:VCALENDAR",
        REQUEST.replace("ATTENDEE", "X-A"),
    ):
        mail = letter("Training")
        mail.add_alternative(content, subtype="calendar", params={"method": "REQUEST"})
        catch(tmp_path, mail)
        assert "Answer the invitation" not in browser.get(address_of_newest(tmp_path)).text


def test_a_page_of_another_site_answers_nothing(tmp_path: Path, mail_server: MailServer) -> None:
    browser = viewer(tmp_path, mail_server.port).test_client()
    mail = letter("[#7] Badges")
    mail["Reply-To"] = "support+abc@portal.example"
    catch(tmp_path, mail)
    mail_server.received.clear()
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    for place, data in (("replies", {"said": "x"}), ("answers", {"answer": "DECLINED"})):
        address = f"{address_of_newest(tmp_path)}/{place}"
        assert browser.post(address, data=data, headers=elsewhere).status_code == 403
    assert mail_server.received == []
