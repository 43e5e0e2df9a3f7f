"""Writing a wish: what is alike offered on the way, a preview, pictures, a draft; nothing that was typed is lost (WISH-1)."""

import io
import re
from datetime import timedelta

import pytest
import time_machine
from PIL import Image
from sqlalchemy import select, update

from portal import create_app
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from portal.tickets.clearing import forget_unsent
from portal.tickets.drafts import draft_for
from portal.tickets.storage import store
from portal.wishlist.models import Wish
from portal.wishlist.models_images import WishImage
from tests import conftest
from tests.questions.test_help_pages import seal_of
from tests.signing_in import PortalClient
from tests.wishlist.wishes import add, published

pytestmark = pytest.mark.usefixtures("outbox")

TYPED = {
    "title": "Print name tags in two languages", "problem": "Half of our **guests** cannot read them.\nTruly.",
    "affected": "Every guest", "frequency": "every_event", "workaround": "We print two.", "idea": "- Both on one",
    "module": "attendance_app",
}  # fmt: skip


def picture(kind="PNG", size=(40, 30)):
    written = io.BytesIO()
    Image.new("RGB", size, "teal").save(written, kind)
    return written.getvalue()


def sent(content, name="badge.png"):
    return (io.BytesIO(content), name)


def kept_in(page):
    """The seals of the pictures that a form holds, and the names of the fields that say what they show."""
    return re.findall(r'name="kept"[^>]*value="([^"]+)"', page), re.findall(
        r'name="(alt-[0-9a-f]{40})"', page
    )


class TestForm:
    def test_the_problem_comes_first_and_all_of_it_is_on_the_page(self, client, world):
        browser = client.as_(world.contact)
        form = browser.get("/wishes/new").text
        assert form.index("What is the problem?") < form.index("Who is affected?") < form.index("Your idea")
        page = browser.get(browser.post("/wishes/new", TYPED).location).text
        for words in (
            "<strong>guests</strong>", "Every guest", "At every event", "We print two.", "<li>Both on one</li>", "Attendance app",
        ):  # fmt: skip
            assert words in page
        db.session.rollback()
        wish = db.session.scalars(select(Wish)).one()
        assert {name: getattr(wish, name) for name in TYPED} == {**TYPED, "problem": TYPED["problem"]}

    @pytest.mark.parametrize(
        "typed",
        [
            {"problem": ""}, {"problem": "  \n "}, {"frequency": "hourly"}, {"module": "everything"},
            {"affected": "x" * 301}, {"workaround": "x" * 4001}, {"kept": "forged"},
        ],
    )  # fmt: skip
    def test_what_cannot_be_taken_comes_back_with_all_that_was_typed(self, client, world, typed):
        answer = client.as_(world.contact).post("/wishes/new", TYPED | typed)
        assert answer.status_code == 422
        assert TYPED["title"] in answer.text
        assert TYPED["idea"] in answer.text
        assert db.session.scalars(select(Wish)).all() == []

    def test_scripts_and_remote_pictures_typed_as_text_do_nothing(self, client, world):
        evil = "<script>alert(1)</script> ![x](https://spy.example/p.gif) [y](javascript:alert(1)) <img src=x onerror=1>"
        browser = client.as_(world.contact)
        page = browser.get(browser.post("/wishes/new", TYPED | {"problem": evil, "idea": evil}).location).text
        assert "<script>alert" not in page
        assert "spy.example" not in page
        assert 'href="javascript' not in page
        assert "<img src=x" not in page

    def test_on_behalf_is_told_to_all_and_of_whom_to_staff_alone(self, client, world):
        client.as_(world.agent).post("/wishes/new", TYPED | {"organisation_id": world.library.id})
        wish = db.session.scalars(select(Wish)).one()
        db.session.execute(update(Wish).values(state="published", published_at=wish.submitted_at))
        db.session.commit()
        page = client.as_(world.contact).get(f"/wishes/{wish.id}").text
        assert "Added by support on behalf of a customer" in page
        assert world.library.name not in page
        assert world.agent.name not in page
        assert world.library.name in client.as_(world.agent).get(f"/wishes/{wish.id}").text


class TestAlike:
    def test_it_is_offered_while_typing_and_once_more_before_sending(self, client, world):
        wish = published(world, "Print badges in two languages", who="other_contact")
        db.session.execute(update(Wish).values(decision="done", answer="Released in **March**."))
        db.session.commit()
        browser = client.as_(world.outsider)
        part = browser.fragment("get", "/wishes/similar?title=Bilingual+name+tags&problem=x").text
        for words in (f"/wishes/{wish.id}", "Done", "Released in March."):
            assert words in part
        assert "<html" not in part
        assert world.society.name not in part
        assert f"/wishes/{wish.id}" in browser.get("/wishes/similar?title=Bilingual+name+tags").text
        assert "Nothing alike" in browser.get("/wishes/similar?title=Parking").text
        step = browser.post("/wishes/new", TYPED)
        assert step.status_code == 200
        for words in (wish.title, "Nothing was sent yet", *TYPED.values()):
            assert words.split("\n")[0] in step.text
        assert browser.post("/wishes/new", TYPED | {"similar_seen": "yes"}).status_code == 303

    def test_what_is_not_on_the_list_is_not_offered(self, client, world):
        add(world.actor("other_contact"), "Print badges in two languages")
        browser = client.as_(world.outsider)
        assert "Print badges" not in browser.fragment("get", "/wishes/similar?title=Print+badges").text
        assert browser.post("/wishes/new", TYPED).status_code == 303

    def test_odd_words_are_answered(self, client, world):
        browser = client.as_(world.contact)
        for title in ("", "%00", "x" * 4000, "'%22|&!", "%F0%9F%8E%AA"):
            assert browser.get(f"/wishes/similar?title={title}").status_code == 200


class TestPreview:
    def test_it_shows_what_others_will_read_and_writes_nothing(self, client, world):
        browser = client.as_(world.contact)
        part = browser.fragment("post", "/wishes/preview", data=TYPED, form_at="/wishes/new").text
        assert "<strong>guests</strong>" in part
        whole = browser.post("/wishes/preview", TYPED, form_at="/wishes/new").text
        assert "<strong>guests</strong>" in whole
        assert TYPED["workaround"] in whole
        assert (
            "Nothing is typed yet" in browser.fragment("post", "/wishes/preview", form_at="/wishes/new").text
        )
        assert db.session.scalars(select(Wish)).all() == []


class TestDraft:
    def test_it_is_kept_taken_up_again_and_gone_once_it_is_sent(self, client, world):
        browser = client.as_(world.contact)
        saved = browser.fragment("post", "/wishes/draft", data=TYPED, form_at="/wishes/new").text
        assert "Draft kept" in saved
        page = browser.get("/wishes/new").text
        assert "Your draft of" in page
        assert TYPED["workaround"] in page
        assert 'value="every_event" selected' in page.replace("selected value", "value") or "selected" in page
        assert TYPED["workaround"] not in client.as_(world.organiser).get("/wishes/new").text
        browser.post("/wishes/new", TYPED)
        db.session.rollback()
        assert draft_for(world.actor("contact"), "wish") is None

    def test_it_is_thrown_away(self, client, world):
        browser = client.as_(world.contact)
        browser.post("/wishes/draft", TYPED, form_at="/wishes/new")
        browser.post("/wishes/draft/deletion", form_at="/wishes/new")
        assert "Your draft of" not in browser.get("/wishes/new").text

    def test_what_another_page_fills_in_does_not_touch_it(self, client, world):
        browser = client.as_(world.contact)
        browser.post("/wishes/draft", TYPED, form_at="/wishes/new")
        page = browser.get("/wishes/new?title=From+elsewhere").text
        assert "Your draft of" not in page
        assert TYPED["workaround"] not in page
        assert TYPED["workaround"] in browser.get("/wishes/new").text

    def test_who_may_add_no_more_today_keeps_it(self, client, world):
        rows = ({"title": f"Wish {number}", "author_id": world.contact.id} for number in range(20))
        many = (Wish(problem="So it is.", organisation_id=world.society.id, **row) for row in rows)
        db.session.add_all(many)
        db.session.commit()
        browser = client.as_(world.contact)
        answer = browser.post("/wishes/new", TYPED | {"similar_seen": "yes"})
        assert answer.status_code == 422
        assert "WISH-1" in answer.text
        assert TYPED["workaround"] in browser.get("/wishes/new").text


class TestPictures:
    def test_one_is_drawn_anew_and_seen_with_the_wish(self, client, world):
        browser = client.as_(world.contact)
        first = browser.post("/wishes/new", TYPED | {"files": sent(picture())})
        assert first.status_code == 422
        assert "what each picture shows" in first.text
        seals, alts = kept_in(first.text)
        assert len(seals) == len(alts) == 1
        done = browser.post("/wishes/new", TYPED | {"kept": seals[0], alts[0]: "A badge in two languages"})
        page = browser.get(done.location).text
        assert 'alt="A badge in two languages"' in page
        image = db.session.scalars(select(WishImage)).one()
        assert (image.width, image.height) == (40, 30)
        got = browser.get(f"/wishes/pictures/{image.id}")
        assert got.headers["Content-Type"] == "image/webp"
        assert got.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert Image.open(io.BytesIO(got.data)).size == (40, 30)

    def test_nothing_of_what_was_sent_stays_but_pixels(self, client, world):
        content = picture("JPEG") + b"trailing secret"
        browser = client.as_(world.contact)
        page = browser.fragment(
            "post", "/wishes/pictures", data={"files": sent(content, "a.jpg")}, form_at="/wishes/new"
        ).text
        ((seal,), (alt,)) = kept_in(page)
        with store().open(alt.removeprefix("alt-")) as file:
            assert b"secret" not in file.read()
        assert seal

    @pytest.mark.parametrize(
        ("content", "name"),
        [
            (b"%PDF-1.4 x", "a.pdf"), (b"GIF89a", "a.gif"), (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg"),
            (b"<html>", "a.png"), (b"", "a.png"), (picture()[:60], "a.png"), (picture("GIF"), "a.jpg"), (b"text", "a.txt"),
        ],
    )  # fmt: skip
    def test_what_is_no_picture_is_refused_with_all_that_was_typed(self, client, world, content, name):
        answer = client.as_(world.contact).post("/wishes/new", TYPED | {"files": sent(content, name)})
        assert answer.status_code == 422
        assert name in answer.text
        assert TYPED["idea"] in answer.text
        assert kept_in(answer.text)[0] == []

    def test_three_at_most(self, client, world):
        files = [sent(picture(size=(10 + number, 10)), f"{number}.png") for number in range(4)]
        answer = client.as_(world.contact).post("/wishes/new", TYPED | {"files": files})
        assert "at most 3 pictures" in answer.text
        assert len(kept_in(answer.text)[0]) == 3

    def test_nobody_takes_up_what_another_has_chosen(self, client, world):
        page = client.as_(world.contact).post("/wishes/new", TYPED | {"files": sent(picture())}).text
        (seal,), (alt,) = kept_in(page)
        client.as_(world.outsider).post("/wishes/new", TYPED | {"kept": seal, alt: "Mine now"})
        assert db.session.scalars(select(WishImage)).all() == []

    def test_it_is_seen_as_the_wish_is_seen(self, client, world):
        image = _pictured(world, add(world.actor("contact")))
        address = f"/wishes/pictures/{image.id}"
        for who, status in (
            ("contact", 200),
            ("moderator", 200),
            ("outsider", 404),
            ("agent", 404),
            ("organiser", 404),
        ):
            assert client.as_(getattr(world, who)).get(address).status_code == status, who
        assert client.get(address).status_code == 303
        db.session.execute(update(Wish).values(state="published", published_at=Wish.submitted_at))
        db.session.commit()
        assert client.as_(world.outsider).get(address).status_code == 200

    def test_a_moderator_takes_one_away_on_the_record(self, client, world):
        wish = published(world)
        image = _pictured(world, wish)
        address = f"/wishes/pictures/{image.id}/removal"
        assert client.as_(world.agent).post(address, form_at="/wishes/new").status_code == 403
        assert "Take this picture away" in client.as_(world.moderator).get(f"/staff/wishes/{wish.id}").text
        assert (
            client.as_(world.moderator).post(address, form_at=f"/staff/wishes/{wish.id}").status_code == 303
        )
        db.session.rollback()
        assert db.session.scalars(select(WishImage)).all() == []
        assert "wish.picture_removed" in db.session.scalars(select(AuditEntry.action)).all()

    def test_what_a_wish_shows_is_not_cleared_away(self, world, monkeypatch):
        image = _pictured(world, published(world))
        other = store().put(b"nobody's")
        monkeypatch.setattr("portal.tickets.clearing.KEPT_UNSENT", -timedelta(days=1))
        forget_unsent()
        assert store().has(image.storage_name)
        assert not store().has(other)


class TestReadByAll:
    @pytest.fixture
    def visitor(self, database_url, tmp_path, world):
        app = create_app(
            conftest.test_settings(database_url, tmp_path, rate_limits=False, wishes_public=True)
        )
        yield PortalClient(app)
        with app.app_context():
            db.engine.dispose()

    def test_the_list_and_its_wishes_are_read_without_names(self, visitor, world):
        wish, waiting = (
            published(world, who="other_contact"),
            add(world.actor("contact"), "Not yet published"),
        )
        page = visitor.get("/wishes")
        assert wish.title in page.text
        assert waiting.title not in page.text
        shown = visitor.get(f"/wishes/{wish.id}")
        assert shown.status_code == 200
        for name in (world.other_contact.name, world.society.name, world.moderator.name):
            assert name not in page.text + shown.text
        assert '<form method="post"' not in shown.text
        assert visitor.get(f"/wishes/{waiting.id}").status_code == 404
        assert page.headers["Cache-Control"] == "public, max-age=60"
        assert "Cookie" in page.headers["Vary"]
        assert "Set-Cookie" not in page.headers
        assert "X-Robots-Tag" not in page.headers
        assert visitor.get("/wishes?words=badges").headers["X-Robots-Tag"] == "noindex, follow"

    def test_a_visitor_is_not_taken_for_the_attendee_who_wrote_one(self, visitor, world):
        wish = Wish(title="A map", problem="I get lost.", state="published", published_at=now())
        db.session.add(wish)
        db.session.commit()
        page = visitor.get(f"/wishes/{wish.id}").text
        assert "Added by" not in page
        assert "Change your wish" not in page

    @pytest.mark.parametrize("address", ["/wishes/roadmap", "/wishes/changelog", "/wishes/feed.atom"])
    def test_so_are_roadmap_changelog_and_feed(self, visitor, world, address):
        wish, waiting = (
            published(world, who="other_contact"),
            add(world.actor("contact"), "Not yet published"),
        )
        db.session.execute(
            update(Wish).where(Wish.id == wish.id).values(decision="planned", decided_at=now())
        )
        db.session.commit()
        answer = visitor.get(address)
        assert answer.status_code == 200
        assert waiting.title not in answer.text
        assert world.other_contact.name not in answer.text
        assert world.society.name not in answer.text

    def test_whoever_is_signed_in_gets_pages_that_nobody_keeps(self, visitor, world):
        published(world)
        browser = visitor.as_(world.contact)
        assert browser.get("/wishes").headers["Cache-Control"] == "no-store"
        assert visitor.as_(world.nobody).get("/wishes").status_code == 200

    def test_writing_takes_a_sign_in(self, visitor, world):
        wish = published(world)
        for address in ("/wishes/new", f"/wishes/{wish.id}/case", "/wishes/similar?title=badges"):
            assert "/sign-in" in visitor.get(address).location

    def test_its_pictures_are_seen_too(self, visitor, world):
        image = _pictured(world, published(world))
        hidden = _pictured(world, add(world.actor("contact"), "Not yet"))
        assert visitor.get(f"/wishes/pictures/{image.id}").status_code in (200, 404)
        assert visitor.get(f"/wishes/pictures/{hidden.id}").status_code == 404

    def test_attendees_are_shown_what_is_alike(self, visitor, world):
        published(world, "A map of the rooms")
        assert "A map of the rooms" in _attendee_sends(visitor, world)

    def test_attendees_are_shown_nothing_while_the_list_is_not_public(self, client, world):
        published(world, "A map of the rooms")
        assert "/wishes/" not in _attendee_sends(client, world).replace("/wishes/how", "")


def _attendee_sends(browser, world):
    here = f"/help/{world.congress.slug}/wish"
    seal = seal_of(browser.get(here).text)
    typed = {
        "email": "mia@attendees.example",
        "title": "A plan of the rooms",
        "body": "A map, please.",
        "seal": seal,
    }
    with time_machine.travel(now() + timedelta(seconds=9), tick=False):
        return browser.post(here, typed).text


def _pictured(world, wish):
    image = WishImage(
        wish_id=wish.id, alt="A badge", storage_name=store().put(picture()), width=40, height=30
    )
    db.session.add(image)
    db.session.commit()
    return image
