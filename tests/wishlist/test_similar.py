"""Wishes that say the same are found by other words, slips and merged titles, and never beyond what may be seen (WISH-1)."""

import pytest
from sqlalchemy import select, text, update

from portal.clock import now
from portal.db import db
from portal.wishlist.asked_for import asked_for
from portal.wishlist.models import Wish
from portal.wishlist.models_words import WishWord, WishWords
from portal.wishlist.near_words import mended
from portal.wishlist.similar import similar_wishes
from tests.wishlist.wishes import add, published

pytestmark = pytest.mark.usefixtures("outbox")

OTHERS = (
    "Swap two talks with one action", "Pay by instalments", "Seating plan for the dinner",
    "Undo the last scan", "Copy an event with all its settings",
)  # fmt: skip


@pytest.fixture
def wish(world):
    """A wish among others."""
    db.session.add_all(
        Wish(title=title, problem="So it is.", state="published", published_at=now()) for title in OTHERS
    )
    db.session.commit()
    return published(world, "Print name badges in two languages")


def found(world, title, description="", who="outsider", **options):
    return [each.title for each in similar_wishes(world.actor(who), title, description, **options)]


def test_other_words_another_order_and_slips_find_it(world, wish):
    for title in (
        "Print name badges in two languages", "languages two in badges name print", "Bilingual name tags",
        "Translated nametags", "bagdes in two langauges", "Prnit name badges", "PRINTING a badge in my language",
        "badges, languages",
    ):  # fmt: skip
        assert found(world, title)[:1] == [wish.title], title


def test_what_is_about_something_else_or_says_nothing_finds_none(world, wish):
    for title in (
        "Bus shuttle to the airport", "the and of", "", "   ", "' & | ! :* <-> ( \\ --", "\x00", "%", "é" * 300,
        "x" * 5000, "()!&|", "'''", "☃ 🎪", "a:b:c'd''", "1 2 3",
    ):  # fmt: skip
        assert found(world, title, title) == [], title


def test_words_of_the_description_count_too(world, wish):
    assert found(world, "What our guests hold in their hands", "The name tags are in one language only.") == [
        wish.title
    ]


def test_the_closest_comes_first_and_five_at_most(world):
    for number in range(7):
        published(world, f"Export the list of exhibitors, part {number}")
    close = published(world, "Export the list of exhibitors by hall")
    shown = found(world, "exhibitors exported by hall")
    assert shown[0] == close.title
    assert len(shown) <= 5


def test_a_wish_is_not_alike_itself(world, wish):
    assert found(world, wish.title, but=wish.id) == []


def test_a_merged_title_leads_to_the_wish_it_was_merged_into_until_that_is_undone(world, wish):
    merged = published(world, "Arabic script for visitors from Cairo")
    _merge(merged, wish.id)
    assert found(world, "Arabic script") == [wish.title]
    _merge(merged, merged.id)
    assert found(world, "Arabic script") == [merged.title]


def test_a_changed_title_is_found_by_its_new_words_alone(world, wish):
    db.session.execute(update(Wish).where(Wish.id == wish.id).values(title="Wristbands for families"))
    db.session.commit()
    assert found(world, "Wristbands") == ["Wristbands for families"]
    assert found(world, "Bilingual name tags") == []


def test_what_is_not_on_the_list_is_never_found(world):
    waiting = add(world.actor("organiser"), "Wristbands for families")
    for who in ("organiser", "contact", "outsider", "agent", "moderator", "manager"):
        assert found(world, waiting.title, who=who) == []


def test_what_is_not_on_the_list_changes_nothing_of_what_is_found(world, wish):
    """Neither by its words, nor by how often they stand, nor by titles merged before anybody read them."""
    waiting = add(world.actor("organiser"), "Quetzal feathers on name badges")
    _merge(add(world.actor("organiser"), "Axolotl printing"), wish.id)
    kept = set(db.session.scalars(select(WishWords.wish_id)))
    assert wish.id in kept
    assert waiting.id not in kept
    assert not {"quetzal", "axolotl"} & set(db.session.scalars(select(WishWord.word)))
    assert found(world, "Axolotl") == found(world, "Quetzal") == []
    told = asked_for("Quetzal badges", "").of_title, asked_for("Unheard badges", "").of_title
    assert told[0] == told[1]


@pytest.mark.parametrize("state", ["hidden", "declined"])
def test_what_leaves_the_list_is_found_no_more_until_it_is_back(world, wish, state):
    def put(state):
        db.session.execute(update(Wish).where(Wish.id == wish.id).values(state=state))
        db.session.commit()

    put(state)
    assert found(world, "Bilingual name tags", who="moderator") == []
    put("published")
    assert found(world, "Bilingual name tags") == [wish.title]


def test_what_was_decided_is_found_too(world, wish):
    for decision in ("planned", "done", "declined"):
        db.session.execute(update(Wish).where(Wish.id == wish.id).values(decision=decision))
        db.session.commit()
        assert found(world, "Bilingual name tags") == [wish.title]


def test_a_slip_is_mended_by_the_nearest_known_word(world, wish):
    published(world, "Show the battery of wristbands")
    for typed, right in (
        ("batery", "battery"), ("abdge", "badge"), ("langauges", "languages"), ("wristbnads", "wristbands"),
        ("zzzzzz", None), ("bat", None), ("x" * 60, None),
    ):  # fmt: skip
        assert mended([typed]) == ({typed: right} if right else {})


def test_words_are_kept_once_and_only_words(world, wish):
    published(world, "Print name badges 2x mail@people.example https://a.example/very/long")
    kept = set(db.session.scalars(select(WishWord.word)))
    assert {"print", "badges"} <= kept
    assert all(word.isalpha() for word in kept)


def test_it_uses_the_index_of_words(world, wish):
    """At any length of the list: the plan begins with the words, not with the wishes."""
    db.session.execute(text("SET LOCAL enable_seqscan = off"))
    plan = "\n".join(
        db.session.scalars(text("EXPLAIN SELECT FROM wish_words WHERE words @@ 'badg'::tsquery"))
    )
    db.session.rollback()
    assert "ix_wish_words_words" in plan


def _merge(wish, root_id):
    state = "merged" if root_id != wish.id else "published" if wish.published_at else "submitted"
    db.session.execute(update(Wish).where(Wish.id == wish.id).values(state=state, root_id=root_id))
    db.session.commit()
