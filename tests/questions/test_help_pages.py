"""The public help page, and what an attendee reaches by a link, as pages."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from portal.clock import now
from portal.db import db
from portal.mail.models import OutboundMail
from portal.questions.help_pages import change_help_page
from portal.questions.models import Question, QuestionMessage
from portal.questions.publishing import publish_answer, withdraw_answer
from portal.web.rate_limits import by_network
from tests.outbox import Outbox
from tests.people import World, event
from tests.questions.scenes import BODY, MIA, answered, as_stored, asked, confirmed, count, link_in_mail
from tests.signing_in import PortalClient

pytestmark = pytest.mark.usefixtures("outbox")

TYPED = {"name": "Mia Park", "email": MIA, "body": BODY}


def seal_of(page: str) -> str:
    return page.partition('name="seal" value="')[2].partition('"')[0]


def send(client: PortalClient, slug: str, later: float = 10, **changes: str) -> TestResponse:
    """Fill in the help page's form and send it `later` seconds after it was opened."""
    seal = seal_of(client.get(f"/help/{slug}").text)
    with time_machine.travel(now() + timedelta(seconds=later), tick=False):
        return client.post(f"/help/{slug}", TYPED | {"seal": seal} | changes)


@pytest.fixture
def slug(world: World) -> str:
    """The address of the congress's help page."""
    return world.congress.slug


def test_a_help_page_needs_no_sign_in_and_names_no_contact(
    client: PortalClient, world: World, slug: str
) -> None:
    page = client.get(f"/help/{slug}")
    assert page.status_code == 200
    assert "Help for Congress" in page.text
    assert "erased by itself" in page.text
    for person in (world.contact, world.other_contact, world.organiser):
        assert person.email not in page.text
        assert person.name not in page.text


@pytest.mark.parametrize("path", ["", "/sent", "/links"])
def test_an_unknown_event_has_no_help_page(client: PortalClient, path: str) -> None:
    assert client.get(f"/help/no-such-event{path}").status_code == 404


def test_a_page_that_is_switched_off_says_so_kindly_and_keeps_what_was_typed_away(
    client: PortalClient, world: World, slug: str
) -> None:
    seal = seal_of(client.get(f"/help/{slug}").text)
    change_help_page(world.actor("organiser"), world.congress.id, is_open=False, team_name="", intro="")
    page = client.get(f"/help/{slug}")
    assert page.status_code == 200
    assert "No questions are taken here at present" in page.text
    assert 'name="body"' not in page.text
    assert client.post(f"/help/{slug}", TYPED | {"seal": seal}, form_at="/sign-in").status_code == 409
    assert count(Question) == 0


def test_an_event_without_contacts_says_so(client: PortalClient, world: World) -> None:
    bare = event(world.society, "Bare")
    db.session.commit()
    assert "Nobody can take questions yet" in client.get(f"/help/{bare.slug}").text


def test_a_question_is_asked_confirmed_followed_and_answered(
    client: PortalClient, world: World, slug: str, outbox: Outbox
) -> None:
    sent = send(client, slug)
    assert (sent.status_code, sent.location) == (303, f"/help/{slug}/sent")
    assert "48 hours" in client.get(sent.location).text
    key = db.session.scalars(db.select(Question.id)).one()
    question = db.session.get_one(Question, key)
    token = link_in_mail(question)
    for _ in range(2):
        assert "Send it now" in client.get(f"/asked/confirmation/{token}").text
    assert count(Question, Question.state == "unconfirmed") == 1
    done = client.post(f"/asked/confirmation/{token}")
    assert done.status_code == 303
    assert BODY in client.get(done.location).text
    outbox.all()
    answered(world, db.session.get_one(Question, key), shown_as="The desk")
    page = client.get(done.location).text
    assert "The desk" in page
    assert "Open your profile" in page
    assert world.contact.name not in page


def test_what_was_typed_comes_back_with_what_is_wrong(client: PortalClient, slug: str) -> None:
    refused = send(client, slug, email="nobody", body="Where is <b>my</b> badge?")
    assert refused.status_code == 422
    assert "There is a problem" in refused.text
    assert "Where is &lt;b&gt;my&lt;/b&gt; badge?" in refused.text
    assert "Mia Park" in refused.text
    assert count(Question) == 0


def test_a_form_sent_within_moments_is_asked_to_be_sent_again_and_then_taken(
    client: PortalClient, slug: str
) -> None:
    hasty = send(client, slug, later=1)
    assert hasty.status_code == 422
    assert "within moments" in hasty.text
    assert count(Question) == 0
    with time_machine.travel(now() + timedelta(seconds=8), tick=False):
        again = client.post(f"/help/{slug}", TYPED | {"seal": seal_of(hasty.text)})
    assert again.status_code == 303
    assert count(Question) == 1


@pytest.mark.parametrize("seal", ["", "forged", "W10.YQ.eA"])
def test_a_form_without_its_seal_is_not_taken_but_given_a_new_one(
    client: PortalClient, slug: str, seal: str
) -> None:
    refused = client.post(f"/help/{slug}", TYPED | {"seal": seal})
    assert refused.status_code == 422
    assert BODY in refused.text
    with time_machine.travel(now() + timedelta(seconds=8), tick=False):
        assert client.post(f"/help/{slug}", TYPED | {"seal": seal_of(refused.text)}).status_code == 303


def test_a_seal_of_another_event_or_another_day_does_not_count(
    client: PortalClient, world: World, slug: str
) -> None:
    other = seal_of(client.get(f"/help/{world.fair.slug}").text)
    assert send(client, slug, seal=other).status_code == 422
    assert send(client, slug, later=25 * 3600).status_code == 422
    assert count(Question) == 0


def test_a_program_that_fills_in_everything_is_told_nothing_and_writes_nothing(
    client: PortalClient, slug: str, outbox: Outbox
) -> None:
    sent = send(client, slug, website="https://spam.example")
    assert (sent.status_code, sent.location) == (303, f"/help/{slug}/sent")
    assert count(Question) == 0
    assert outbox.all() == []


def test_bad_input_is_never_an_error_of_ours(client: PortalClient, slug: str) -> None:
    for changes in (
        {"name": "\x00"}, {"email": "\x00@x"}, {"body": "\x00" * 50}, {"body": "é" * 4000}, {"email": "x" * 400},
        {"name": "\u202eevil"}, {"seal": "é"}, {"similar_seen": "x" * 1000},
    ):  # fmt: skip
        assert send(client, slug, **changes).status_code in (303, 422)
    for path in ("?q=%00", "?q=" + "x" * 500, "?q=%27%20|%20!", "?q=" + "%F0%9F%98%80"):
        assert client.get(f"/help/{slug}{path}").status_code == 200


def test_published_answers_are_found_before_and_while_asking(
    client: PortalClient, world: World, slug: str
) -> None:
    publish_answer(
        world.actor("contact"), world.congress.id, asked="How do I change the name on my badge?",
        answer="In your profile.", form_key="a",
    )  # fmt: skip
    other = publish_answer(
        world.actor("contact"), world.congress.id, asked="Where do I park?", answer="At the harbour.", form_key="b"
    )  # fmt: skip
    publish_answer(
        world.actor("outside_contact"),
        world.fair.id,
        asked="Badges at the fair?",
        answer="None.",
        form_key="c",
    )
    assert "In your profile." in client.get(f"/help/{slug}").text
    found = client.fragment("get", f"/help/{slug}?q=badges").text
    assert "In your profile." in found
    assert "harbour" not in found
    assert "<html" not in found
    assert "the fair" not in found
    shown = send(client, slug)
    assert "Does one of these answer it?" in shown.text
    assert BODY in shown.text
    assert "harbour" not in shown.text
    assert count(Question) == 0
    assert send(client, slug, similar_seen="yes").status_code == 303
    withdraw_answer(world.actor("organiser"), other.id)
    assert "harbour" not in client.get(f"/help/{slug}").text


def test_private_pages_are_kept_out_of_engines_and_caches(client: PortalClient, world: World) -> None:
    _, token = confirmed(world)
    for path in (f"/asked/{token}", f"/asked/{token}/erasure", "/asked/none", "/asked/confirmation/none"):
        answer = client.get(path)
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "same-origin"


def test_a_link_that_is_none_says_so_and_shows_nothing(client: PortalClient, world: World) -> None:
    question, token = confirmed(world)
    for verb, path in (
        ("get", "/asked/none"), ("get", "/asked/confirmation/none"), ("post", "/asked/none/messages"),
        ("post", "/asked/none/closure"), ("post", "/asked/none/links"), ("post", "/asked/none/erasure"),
        ("get", f"/asked/confirmation/{token}"),
    ):  # fmt: skip
        options = {"form_at": "/sign-in"} if verb == "post" else {}
        answer = getattr(client, verb)(path, **options)
        assert answer.status_code == 410
        assert BODY not in answer.text
    assert as_stored(question).state == "open"


def test_an_attendee_writes_closes_replaces_the_link_and_erases(
    client: PortalClient, world: World, outbox: Outbox
) -> None:
    question, token = confirmed(world)
    outbox.all()
    here = f"/asked/{token}"
    assert client.post(f"{here}/messages", {"body": ""}, form_at=here).status_code == 422
    assert client.post(f"{here}/messages", {"body": "One more."}, form_at=here).status_code == 303
    assert count(QuestionMessage) == 1
    assert client.post(f"{here}/closure", form_at=here).status_code == 303
    assert as_stored(question).state == "closed"
    assert client.post(f"{here}/links", form_at=here).location == f"/help/{world.congress.slug}"
    assert client.get(here).status_code == 410
    here = f"/asked/{link_in_mail(question)}"
    assert "Erase everything" in client.get(f"{here}/erasure").text
    assert client.post(f"{here}/erasure").status_code == 303
    assert as_stored(question).state == "erased"


def test_lost_links_are_answered_alike_for_every_address(
    client: PortalClient, world: World, slug: str
) -> None:
    confirmed(world)
    answers = [
        client.post(f"/help/{slug}/links", {"email": email}) for email in (MIA, "stranger@attendees.example")
    ]
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, f"/help/{slug}")}
    assert client.post(f"/help/{slug}/links", {"email": "nobody"}).status_code == 422


def test_one_address_cannot_flood_a_help_page(counting: PortalClient, world: World, slug: str) -> None:
    def sent(address: str) -> int:
        origin = {"REMOTE_ADDR": address}
        return counting.post(f"/help/{slug}", {}, environ_base=origin).status_code

    assert [sent("10.0.0.1") for _ in range(41)] == [422] * 40 + [429]
    assert sent("10.0.0.2") == 422


@pytest.mark.parametrize(
    ("address", "network"),
    [("10.0.7.9", "10.0.7.0/24"), ("2001:db8:7:1::9", "2001:db8:7::/48"), ("unknown", "unknown")],
)
def test_neighbours_count_as_one_network(app: Flask, address: str, network: str) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert by_network() == network


def test_mail_that_an_attendee_must_not_get_is_withheld_even_when_written(world: World) -> None:
    question, _ = confirmed(world)
    asked(world, email="else@attendees.example", body="Mine?")
    assert count(OutboundMail, OutboundMail.question_id == question.id, OutboundMail.address == MIA) == 2
