"""What waits, is hidden, declined or merged leaks through no door, and nobody learns who of another customer spoke.

A matrix of doors, states and readers. The doors come from the address map, so that a new one is walked through by
itself. Each text that is not everybody's carries a word of its own; whoever may not know it must find it nowhere.
"""

import io
import re
import uuid
from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from PIL import Image
from sqlalchemy import select, true

from portal import create_app
from portal.clock import now
from portal.db import db
from portal.policy.wishes import Stand, WishDecision
from portal.tickets.storage import store
from portal.wishlist import comments, following, merging, moderation, planning, queries, stands, versions
from portal.wishlist.digests import send_digests
from portal.wishlist.discussion import visible_comments
from portal.wishlist.models import Wish
from portal.wishlist.models_images import WishImage
from portal.wishlist.models_moderation import WishComment
from tests import conftest
from tests.signing_in import PortalClient
from tests.wishlist.moderated import commented, edited, reworded, version
from tests.wishlist.wishes import add, decided

DOORS = (
    "/wishes", "/search", "/staff/wish", "/staff/planning", "/staff/audit", "/staff/management", "/help/",
    "/tickets/<int:ticket_id>/wish", "/events/<int:event_id>/tickets/known",
)  # fmt: skip
# What is shown of the search itself; texts are looked for by one word and recognised by another.
SHARED = "walrus"
AUTHOR, MODERATOR, STAFF = {"organiser"}, {"moderator"}, {"agent", "manager", "moderator", "admin"}
WITH_MODERATORS = AUTHOR | {"moderator", "manager"}
# Which readers may come to know each word.
MAY_KNOW = {
    "submittedword": WITH_MODERATORS, "askedword": WITH_MODERATORS, "questionword": WITH_MODERATORS,
    "declinedword": AUTHOR | STAFF, "reasonword": AUTHOR | STAFF,
    "hiddenword": WITH_MODERATORS, "becauseword": WITH_MODERATORS,
    "mergedhiddenword": WITH_MODERATORS, "mergedwaitingword": WITH_MODERATORS,
    "heldword": WITH_MODERATORS, "originalword": WITH_MODERATORS, "refusedword": WITH_MODERATORS,
    "waitingcommentword": {"contact", "moderator", "manager"}, "declinedcommentword": {"contact", "moderator", "manager"},
    "hiddencommentword": {"contact", "moderator", "manager"},
}  # fmt: skip
READERS = ("organiser", "contact", "outsider", "agent", "moderator")
NAMES = ("organiser", "contact")


@pytest.fixture
def texts(world, outbox):
    """One of everything that is not everybody's to know, and a published wish; the keys of all wishes."""
    moderator = world.actor("moderator")

    def new(word, **changes):
        return add(
            world.actor("organiser"), f"{word} {SHARED}", problem=f"The {SHARED} of {word}.", **changes
        )

    def listed(word):
        return moderation.publish_wish(moderator, new(word).id)

    plain = listed("publishedword")
    new("submittedword")
    moderation.ask_author(moderator, new("askedword").id, question=f"questionword {SHARED}?")
    moderation.decline_wish(moderator, new("declinedword").id, reason="reasonword")
    hidden = listed("hiddenword")
    merging.merge_wishes(moderator, listed("mergedhiddenword").id, hidden.id)
    merging.merge_wishes(moderator, new("mergedwaitingword").id, plain.id)
    _discuss(world, plain)
    moderation.hide_wish(moderator, hidden.id, reason="becauseword")
    _reword(world, listed)
    _follow(world, plain)
    planning.take_round(world.actor("manager"), release="Spring", note="", form_key=str(uuid.uuid4()))
    return list(db.session.scalars(select(Wish.id).order_by(Wish.id)))


def _reword(world, listed):
    wish = reworded(world, listed("originalword"), title=f"Plainly {SHARED}", problem="In other words.")
    edited(world, wish, title=f"heldword {SHARED}")
    other = listed("refusableword")
    edited(world, other, title=f"refusedword {SHARED}")
    versions.decline_edit(world.actor("moderator"), other.id, version(other, "held").id, reason="refusedword")


def _discuss(world, wish):
    moderator = world.actor("moderator")
    commented(world, wish, body=f"waitingcommentword {SHARED}")
    comments.decline_comment(moderator, commented(world, wish, body="declinedcommentword").id, reason="No.")
    gone = comments.publish_comment(moderator, commented(world, wish, body="hiddencommentword").id)
    comments.hide_comment(moderator, gone.id, reason="No.")
    comments.publish_comment(moderator, commented(world, wish, body=f"shownword {SHARED}").id)


def _follow(world, wish):
    """Everybody answers and follows, and something is decided, so that mail, feed, roadmap and figures have something."""
    for who in ("contact", "outsider"):
        stands.take_stand(world.actor(who), wish.id, Stand.USEFUL)
    for who in READERS:
        following.follow_wish(world.actor(who), wish.id)
    decided(world, wish, WishDecision.PLANNED)


def doors(app, wishes):
    """Every address of the wish list, and of whatever else shows wishes, with everything filled in that there is."""
    keys = {
        "wish_id": wishes, "comment_id": range(1, 6), "image_id": range(1, 5), "round_id": [1], "event_id": [1],
        "ticket_id": [1], "slug": ["congress-1"],
    }  # fmt: skip
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or not rule.rule.startswith(DOORS) or rule.arguments - keys.keys():
            continue
        for key in range(max([len(keys[name]) for name in rule.arguments], default=1)):
            chosen = {name: keys[name][key % len(keys[name])] for name in rule.arguments}
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda match, chosen=chosen: str(chosen[match[1]]), rule.rule)
    for words in (SHARED, f"{SHARED} or plainly"):
        for address in (
            "/wishes?words=",
            "/search?q=",
            "/wishes/similar?title=",
            "/wishes/new?title=",
            "/search?kind=wishes&q=",
        ):
            yield address + quote(words)
        for order in ("useful", "trending", "newest"):
            yield f"/wishes?order={order}&words={quote(words)}"
    yield from (
        "/", "/staff", "/wishes?order=trending", "/wishes?order=newest", "/wishes?decision=planned", "/wishes?module=premium",
        "/wishes/mine?of=followed", "/wishes/mine?of=answered", "/staff/wishes?view=hidden",
        "/staff/wishes?view=declined", "/staff/wishes?view=asked",
        f"/events/1/tickets/known?subject={SHARED}&body={SHARED}",
    )  # fmt: skip


def read(browser, addresses):
    """Everything that a reader gets, by address: pages, files, where redirects lead; of lists the fragments as well."""
    shown = {}
    for address in addresses:
        for headers in ({}, {"HX-Request": "true"}) if "?" in address else ({},):
            answer = browser._counted("get", address, headers=headers)
            assert answer.status_code < 500, address
            shown[address, *headers] = answer.get_data(as_text=True) + answer.headers.get("Location", "")
    return shown


def leaks(shown, who):
    return [
        (word, door)
        for word, may in MAY_KNOW.items()
        if who not in may
        for door, text in shown.items()
        if word in text
    ]


@pytest.fixture
def open_app(database_url, tmp_path):
    app = create_app(conftest.test_settings(database_url, tmp_path, rate_limits=False, wishes_public=True))
    yield app
    with app.app_context():
        db.engine.dispose()


def test_no_reader_finds_what_is_not_theirs_at_any_door(app, open_app, client, world, texts):
    browsers = {who: client.as_(getattr(world, who)) for who in READERS}
    browsers |= {"anonymous": client, "anonymous, read by all": PortalClient(open_app)}
    addresses = list(doors(app, texts))
    assert len(addresses) > 80
    for who, browser in browsers.items():
        shown = read(browser, addresses)
        assert leaks(shown, who) == [], who
        # Each door is open: what is everybody's is found, and so is what the reader may know.
        if who != "anonymous":
            assert len([text for text in shown.values() if "publishedword" in text]) > 20, who
        for word, may in MAY_KNOW.items():
            assert who not in may or any(word in text for text in shown.values()), (who, word)
        if who in ("outsider", "outside_contact") or who.startswith("anonymous"):
            _tells_no_names(world, shown)


def _tells_no_names(world, shown):
    for door, text in shown.items():
        assert "/help/" in door[0] or world.society.name not in text, door
        for name in (getattr(world, each) for each in NAMES):
            assert name.email not in text, door
        # "Contact" and "Organiser" are words of the portal as well as names of the cast.
        assert not re.search(r"(?:<strong>|<dd>|<span>|by |of )\s*(?:Organiser|Contact)\b(?! of)", text), door


def test_no_mail_and_no_picture_tells_what_its_reader_may_not_know(client, world, texts, outbox):
    with time_machine.travel(now() + timedelta(days=1), tick=False):
        assert send_digests() > 3
    # It was published when its wish's author was told of it, and hidden afterwards.
    may_know = MAY_KNOW | {"hiddencommentword": MAY_KNOW["hiddencommentword"] | AUTHOR}
    names = {getattr(world, who).email: who for who in READERS}
    mails = outbox.all()
    assert len(mails) > 15
    told = {
        (word, names[mail.address])
        for mail in mails
        for word in may_know
        if word in mail.subject + mail.body_text
    }
    assert [(word, who) for word, who in told if who not in may_know[word]] == []
    outside = [mail.body_text + mail.body_html for mail in mails if names[mail.address] == "outsider"]
    assert outside
    assert not [text for text in outside if world.society.name in text or world.organiser.email in text]
    _pictures_are_seen_with_their_wish(client, world, texts)


def _pictures_are_seen_with_their_wish(client, world, wishes):
    drawn = io.BytesIO()
    Image.new("RGB", (4, 4)).save(drawn, "WEBP")
    name = store().put(drawn.getvalue())
    db.session.add_all(
        WishImage(wish_id=key, alt="A walrus", storage_name=name, width=4, height=4) for key in wishes
    )
    db.session.commit()
    images = {image.id: image.wish_id for image in db.session.scalars(select(WishImage))}
    for who in READERS:
        seen = set(db.session.scalars(queries.visible_wishes(world.actor(who)).with_only_columns(Wish.id)))
        browser = client.as_(getattr(world, who))
        got = {
            wish
            for image, wish in images.items()
            if browser.get(f"/wishes/pictures/{image}").status_code == 200
        }
        assert got == seen, who
    assert client.get(f"/wishes/pictures/{min(images)}").status_code == 303


def test_with_each_guard_taken_away_the_matrix_sees_what_it_let_through(client, world, texts, monkeypatch):
    outsider = client.as_(world.outsider)
    pages = [f"/wishes/{key}" for key in texts]
    # What is suggested has a second guard, the words that are kept: it lets nothing through without the first.
    lists = ["/wishes", f"/search?kind=wishes&q={SHARED}"]

    def found(addresses):
        return {word for word, _ in leaks(read(outsider, addresses), "outsider")}

    unguarded = lambda actor: select(Wish)  # noqa: E731
    with monkeypatch.context() as taken:
        for module in ("wishlist.lists", "search.others"):
            taken.setattr(f"portal.{module}.visible_wishes", unguarded)
        taken.setattr("portal.wishlist.lists.ON_LIST", true())
        for address in lists:
            assert found([address]) >= {"submittedword", "askedword"}, address
        taken.setattr("portal.wishlist.queries.visible_wishes", unguarded)
        assert found(pages) >= {"submittedword", "askedword", "declinedword", "hiddenword"}
    with monkeypatch.context() as taken:
        taken.setattr("portal.wishlist.discussion.visible_comments", lambda actor: select(WishComment))
        assert found(pages) == {"waitingcommentword", "declinedcommentword", "hiddencommentword"}
    with monkeypatch.context() as taken:
        taken.setattr("portal.wishlist.versions.knows_wordings", lambda actor, wish: True)
        assert found(pages) == {"heldword", "originalword", "refusedword"}
    with monkeypatch.context() as taken:
        taken.setattr(
            "portal.wishlist.discussion._who", lambda actor, comment, colleague: comment.author.name
        )
        with pytest.raises(AssertionError):
            _tells_no_names(world, read(outsider, pages))
    assert found([*pages, *lists]) == set()


def test_visitors_know_no_comment_of_their_own(world, texts):
    from portal.accounts.actor import ANONYMOUS

    assert {each.state for each in db.session.scalars(visible_comments(ANONYMOUS))} == {"published"}
