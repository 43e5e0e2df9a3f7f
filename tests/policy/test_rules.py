"""POL-1: every rule has words, numbers from the edition, and a function that carries it out."""

from __future__ import annotations

import ast
import pickle
import re
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

import portal.policy
from portal.policy.decision import WAY_ON_LABELS, Decision, PolicyError, WayOn
from portal.policy.edition import FIRST_EDITION, ContactBand
from portal.policy.rules import RULES, SECTIONS, rule_text, rules_in

FOLDER = Path(portal.policy.__file__).parent
COUNTS = {"WHO": 6, "HOW": 5, "COV": 8, "OUT": 6, "AFT": 1, "USE": 3, "WISH": 4, "POL": 1}
IDS = [f"{family}-{number}" for family, count in COUNTS.items() for number in range(1, count + 1)]
# The words and shapes that rules are told in, not rules themselves.
WITHOUT_RULES = {"wording.py", "decision.py", "instants.py", "terms.py"}
SPAN = re.compile(r"\b([A-Z]+)-(\d+) to \1-(\d+)")


def public_functions() -> list[tuple[str, str, str]]:
    found = []
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                found.append((path.name, node.name, ast.get_docstring(node) or ""))
    return found


def named_rules(docstring: str) -> set[str]:
    named = set(re.findall(r"\b[A-Z]+-\d+", docstring))
    for family, first, last in SPAN.findall(docstring):
        named |= {f"{family}-{number}" for number in range(int(first), int(last) + 1)}
    return named


def test_every_rule_of_the_policy_has_its_words() -> None:
    assert list(RULES) == IDS
    assert all(RULES[rule_id].id == rule_id for rule_id in IDS)


@pytest.mark.parametrize("rule_id", IDS)
def test_every_rule_is_carried_out_by_a_function_that_names_it(rule_id: str) -> None:
    assert [name for _, name, docstring in public_functions() if rule_id in named_rules(docstring)]


def test_every_public_function_names_its_rules_and_only_real_ones() -> None:
    for module, name, docstring in public_functions():
        assert docstring, f"{module}: {name} says nothing"
        named = {rule for rule in named_rules(docstring) if rule.split("-")[0] in COUNTS}
        assert named <= set(IDS), f"{module}: {name}"
        if module not in WITHOUT_RULES and name not in ("key", "minutes", "label"):
            assert named, f"{module}: {name} names no rule"


def test_the_policy_imports_nothing_else_of_the_portal_and_reads_no_clock() -> None:
    for path in FOLDER.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0
                top = (node.module or "").split(".")
                assert top[0] != "portal" or top[:2] == ["portal", "policy"], path.name
                assert top[0] not in ("flask", "sqlalchemy"), path.name
            if isinstance(node, ast.Attribute):
                assert node.attr not in ("now", "today", "utcnow"), path.name


def test_sections_hold_every_rule_once_in_order() -> None:
    assert [rule.id for section in SECTIONS for rule in rules_in(section, FIRST_EDITION)] == IDS
    assert rules_in("Nowhere", FIRST_EDITION) == ()


@pytest.mark.parametrize("rule_id", IDS)
def test_the_words_are_whole_sentences_with_their_numbers_filled_in(rule_id: str) -> None:
    rule = RULES[rule_id]
    assert rule.title
    assert not re.search(r"[{}]|  ", rule.text)
    assert rule.text.endswith(".")
    assert rule.text == rule_text(rule_id, FIRST_EDITION)


@pytest.mark.parametrize(
    ("rule_id", "words"),
    [
        ("WHO-3", "601-1,000 attendees 3 / 4; 1,001-2,000 attendees 4 / 5; 2,001 attendees or more 5 / 6"),
        ("WHO-4", "costs US$500 and"),
        ("WHO-6", "2 business days"),
        ("HOW-2", "within 1 business day,"),
        ("HOW-3", "Monday to Friday, 08:00 to 17:00 US Eastern"),
        (
            "HOW-3",
            "New Year's Day, Memorial Day, Juneteenth, Independence Day, Labor Day, Thanksgiving Day and",
        ),
        ("COV-5", "at least 24 hours ahead"),
        ("USE-1", "first 30 days"),
        ("USE-2", "200% of the average"),
        ("USE-3", "14 days after the notice"),
    ],
)
def test_the_numbers_of_the_first_edition(rule_id: str, words: str) -> None:
    assert words in RULES[rule_id].text


def test_the_words_follow_the_edition() -> None:
    edition = replace(
        FIRST_EDITION,
        number=7,
        contacts=replace(FIRST_EDITION.contacts, bands=(ContactBand(50, 1, 2), ContactBand(None, 7, 9))),
        hours=replace(FIRST_EDITION.hours, closes=time(18, 30), weekdays=(1, 3), holidays=()),
        prices=replace(FIRST_EDITION.prices, extra_contact_cents=62_550, currency="EUR"),
        fair_use=replace(FIRST_EDITION.fair_use, free_days=1),
    )
    assert "1-50 attendees 1 / 2; 51 attendees or more 7 / 9" in rule_text("WHO-3", edition)
    assert "Tuesday and Thursday, 08:00 to 18:30" in rule_text("HOW-3", edition)
    assert "none at present" in rule_text("HOW-3", edition)
    assert "costs EUR 625.50 and" in rule_text("WHO-4", edition)
    assert "first 1 day after" in rule_text("USE-1", edition)
    assert "edition 7" in rule_text("POL-1", edition)


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(PolicyError):
        rule_text("WHO-7", FIRST_EDITION)


def test_every_way_on_has_words() -> None:
    assert set(WAY_ON_LABELS) == set(WayOn)


def test_a_decision_is_its_answer_and_an_error_carries_its_rule() -> None:
    assert Decision(True, "WHO-1", "Yes.")
    assert not Decision(False, "WHO-1", "No.")
    error = PolicyError("WHO-3", "No.")
    assert (error.rule, error.reason, str(error)) == ("WHO-3", "No.", "WHO-3: No.")


def test_an_error_survives_the_way_between_processes() -> None:
    copy = pickle.loads(pickle.dumps(PolicyError("WHO-3", "No.")))
    assert (copy.rule, copy.reason) == ("WHO-3", "No.")
