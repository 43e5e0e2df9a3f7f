"""COV-1 to COV-8, OUT-1 to OUT-6: what support covers, and where a refusal leads."""

from __future__ import annotations

import pytest

from portal.policy.coverage import TOPIC_LABELS, Topic, coverage, topic_choices
from portal.policy.decision import WayOn

COVERED = {
    Topic.CONTACT_TRAINING: "COV-1",
    Topic.USING_THE_SYSTEM: "COV-2",
    Topic.HOW_TO: "COV-3",
    Topic.PROBLEM: "COV-4",
    Topic.PRESENTER_TRAINING: "COV-5",
    Topic.EXHIBITOR_TRAINING: "COV-6",
    Topic.OPERATOR_TRAINING: "COV-7",
    Topic.AFTER_THE_EVENT: "COV-8",
}
NOT_COVERED = {
    Topic.DO_IT_FOR_US: "OUT-1",
    Topic.THIRD_PARTY: "OUT-2",
    Topic.AUDIO_VIDEO: "OUT-3",
    Topic.CHANGE_OR_FEATURE: "OUT-4",
    Topic.OTHER_PEOPLE: "OUT-5",
    Topic.ON_SITE: "OUT-6",
}


def test_each_topic_is_decided_by_its_own_rule() -> None:
    assert {topic: coverage(topic).rule for topic in Topic} == COVERED | NOT_COVERED
    assert {topic for topic in Topic if coverage(topic).covered} == set(COVERED)


@pytest.mark.parametrize("topic", NOT_COVERED)
def test_every_refusal_leads_on(topic: Topic) -> None:
    assert coverage(topic).ways_on
    assert coverage(topic).explanation.endswith(".")


def test_everything_but_products_of_others_can_be_quoted_for() -> None:
    quoted = {topic for topic in NOT_COVERED if WayOn.REQUEST_QUOTE in coverage(topic).ways_on}
    assert quoted == set(NOT_COVERED) - {Topic.THIRD_PARTY}
    assert coverage(Topic.THIRD_PARTY).ways_on == (WayOn.ASK_PROVIDER,)


def test_ideas_go_to_the_wish_list_and_other_people_can_be_registered() -> None:
    assert WayOn.WISH_LIST in coverage(Topic.CHANGE_OR_FEATURE).ways_on
    assert WayOn.REGISTER_CONTACT in coverage(Topic.OTHER_PEOPLE).ways_on


@pytest.mark.parametrize(
    "topic",
    [Topic.CONTACT_TRAINING, Topic.PRESENTER_TRAINING, Topic.EXHIBITOR_TRAINING, Topic.OPERATOR_TRAINING],
)
def test_training_is_booked(topic: Topic) -> None:
    assert coverage(topic).ways_on[0] is WayOn.BOOK_SESSION
    assert (WayOn.ASK_FOR_RECORDING in coverage(topic).ways_on) is (topic is not Topic.CONTACT_TRAINING)


def test_the_list_to_choose_from_has_each_topic_once_with_its_own_label() -> None:
    assert [value for value, _ in topic_choices()] == [topic.value for topic in Topic]
    assert len({label for _, label in topic_choices()}) == len(Topic) == len(TOPIC_LABELS)


def test_a_text_from_a_form_is_accepted_only_when_it_is_a_topic() -> None:
    assert coverage("on_site").rule == "OUT-6"  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="everything"):
        coverage("everything")  # type: ignore[arg-type]
