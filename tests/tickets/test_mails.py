"""What the mail of a ticket says, and that nothing typed by one side can pass for the portal's own words."""

import pytest

from tests.outbox import Outbox
from tests.people import World
from tests.tickets.scenes import asked, closed, replied

SPEAKS = "[Sign in here](https://evil.example/) **now**\n![x](https://evil.example/x.png)\n<b>bold</b>\n\n# Big\n- one"


@pytest.fixture
def mails(world: World, outbox: Outbox) -> dict[str, tuple[str, str]]:
    """The text and the HTML of every kind of mail of one ticket, by the first word of its subject."""
    ticket = asked(world, body=SPEAKS, subject="Hello\r\nBcc: x@evil.example\n\n[x](https://evil.example/)")
    replied(world, ticket, "agent", SPEAKS)
    closed(world, ticket, "agent")
    return {mail.subject.partition(":")[0]: (mail.body_text, mail.body_html) for mail in outbox.all()}


@pytest.mark.parametrize("kind", ["Received", "Congress", "Answer", "Closed"])
def test_no_mail_carries_a_link_of_a_stranger(mails: dict[str, tuple[str, str]], kind: str) -> None:
    _, page = mails[kind]
    assert 'href="https://evil' not in page
    assert "<img" not in page
    assert "<b>" not in page
    assert "<strong>now" not in page


@pytest.mark.parametrize("kind", ["Received", "Congress", "Answer"])
def test_the_text_is_quoted_as_it_was_typed(mails: dict[str, tuple[str, str]], kind: str) -> None:
    text, page = mails[kind]
    assert "> [Sign in here](https://evil.example/) **now**\n> ![x]" in text
    assert "[Sign in here](https://evil.example/) **now**<br>" in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page


def test_a_subject_of_several_lines_stays_a_subject(world: World, outbox: Outbox) -> None:
    asked(world, subject="Hello\r\nBcc: x@evil.example\n\nwords")
    received, _ = outbox.all()
    assert received.subject == "Received: Hello Bcc: x@evil.example words"
    assert received.body_text.startswith("Hello Contact,")


@pytest.mark.parametrize("kind", ["Received", "Congress", "Answer", "Closed"])
def test_every_mail_leads_to_the_ticket(mails: dict[str, tuple[str, str]], kind: str) -> None:
    text, page = mails[kind]
    assert "http://127.0.0.1:8000/tickets/1" in text
    assert 'href="http://127.0.0.1:8000/tickets/1"' in page


def test_files_are_named_and_not_sent(world: World, outbox: Outbox) -> None:
    from portal.tickets.uploads import take
    from tests.tickets.test_attachments import Sent

    asked(world, uploads=take([Sent("list.csv", b"a,b")], [], world.contact.id).uploads)
    for mail in outbox.all():
        assert "Attached: list.csv" in mail.body_text
