"""The kept list of words that mean the same, and how it is read (WISH-1)."""

import pytest

from portal.wishlist.synonyms import kept_words, notions_of, root_of, words_of


def test_the_kept_list_is_sound():
    assert len(kept_words()) > 300
    assert all(word == word.lower() for word in kept_words())


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("Name Tags", "badge"), ("delegates", "attendee"), ("log-in", "sign in"), ("vouchers", "discount code"),
        ("e-mailed", "email"), ("hotkeys", "keyboard shortcut"), ("booth holders", "exhibitor"),
    ],
)  # fmt: skip
def test_a_phrase_stands_for_all_that_mean_the_same(typed, same):
    (notion,) = notions_of(words_of(typed))
    assert notion.is_kept
    assert same in notion.written


def test_a_word_that_is_not_kept_stands_for_itself():
    assert [notion.written for notion in notions_of(["quetzal"])] == [("quetzal",)]


@pytest.mark.parametrize(
    ("word", "root"), [("scanning", "scan"), ("allergies", "allergy"), ("pass", "pass"), ("bus", "bus")]
)
def test_endings_come_off(word, root):
    assert root_of(word) == root
