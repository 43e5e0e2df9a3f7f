"""Every rule of the policy by its id, in words, with the numbers of an edition (POL-1)."""

from __future__ import annotations

from dataclasses import dataclass

from portal.policy.contacts import size_bands
from portal.policy.decision import PolicyError
from portal.policy.edition_shape import FIRST_EDITION, Edition
from portal.policy.rule_texts import SECTIONS, WORDINGS
from portal.policy.terms import Audience
from portal.policy.training import kind_for, session_times
from portal.policy.wording import clock, counted, length, listed, money, weekday_span

__all__ = ["RULES", "SECTIONS", "Rule", "rule_text", "rules_in"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its id, a short title, its text with the first edition's numbers, its section."""

    id: str
    title: str
    text: str
    section: str


def rule_text(rule_id: str, edition: Edition) -> str:
    """POL-1: a rule's words with the numbers of an edition. Raises PolicyError for an unknown id."""
    if rule_id not in WORDINGS:
        raise PolicyError("POL-1", f"The support policy has no rule {rule_id}.")
    return WORDINGS[rule_id].text.format_map(_numbers(edition))


def rules_in(section: str, edition: Edition) -> tuple[Rule, ...]:
    """POL-1: the rules of a section in order, with the numbers of an edition; none for an unknown one."""
    return tuple(
        Rule(rule_id, words.title, rule_text(rule_id, edition), words.section)
        for rule_id, words in WORDINGS.items()
        if words.section == section
    )


def _numbers(edition: Edition) -> dict[str, str]:
    return {
        **_contact_numbers(edition),
        **_hours_numbers(edition),
        **_training_numbers(edition),
        **_fair_use_numbers(edition),
        **_price_numbers(edition),
        **_after_hours_numbers(edition),
        **_wish_numbers(edition),
        "edition": str(edition.number),
    }


def _contact_numbers(edition: Edition) -> dict[str, str]:
    rows = zip(size_bands(edition), edition.contacts.bands, strict=True)
    return {
        "contact_table": "; ".join(f"{label} {band.basic} / {band.premium}" for label, band in rows),
        "removal_days": counted(edition.contacts.removal_business_days, "business day"),
    }


def _hours_numbers(edition: Edition) -> dict[str, str]:
    hours = edition.hours
    return {
        "reply_days": counted(hours.reply_business_days, "business day"),
        "resolution_days": counted(edition.tickets.resolution_business_days, "business day"),
        "reopen_days": counted(edition.tickets.reopen_days, "day"),
        "weekdays": weekday_span(hours.weekdays),
        "opens": clock(hours.opens),
        "closes": clock(hours.closes),
        "holidays": listed(hours.holidays) or "none at present",
    }


def _training_numbers(edition: Edition) -> dict[str, str]:
    rules = edition.training
    numbers = {
        "hold_length": length(rules.hold_minutes),
        "offer_length": length(rules.offer_minutes),
    }
    for audience in Audience:
        times = session_times(kind_for(audience), edition)
        numbers[f"{audience}_length"] = length(times.length_minutes)
        numbers[f"{audience}_cut_off"] = length(times.cut_off_minutes)
    return numbers


def _fair_use_numbers(edition: Edition) -> dict[str, str]:
    rules = edition.fair_use
    return {
        "free_days": counted(rules.free_days, "day"),
        "window_days": counted(rules.window_days, "day"),
        "percent_of_average": f"{rules.percent_of_average}%",
        "percentile": f"{rules.percentile}%",
        "least_peers": counted(rules.least_peers, "other customer"),
        "patience_days": counted(rules.patience_days, "day"),
        "reduced_days": counted(rules.reduced_reply_business_days, "business day"),
    }


def _price_numbers(edition: Edition) -> dict[str, str]:
    prices = edition.prices
    return {
        "extra_contact_price": money(prices.extra_contact_cents, prices.currency),
        "minimum": length(prices.minimum_minutes),
        "short_notice": length(prices.short_notice_minutes),
        "short_notice_percent": f"{prices.short_notice_percent}%",
    }


def _after_hours_numbers(edition: Edition) -> dict[str, str]:
    rules = edition.after_hours
    return {
        "hold_by": length(rules.hold_by_minutes),
        "window_reply": length(rules.reply_minutes),
        "full_refund": length(rules.full_refund_minutes),
        "late_refund": f"{rules.late_refund_percent}%",
    }


def _wish_numbers(edition: Edition) -> dict[str, str]:
    rules = edition.wishes
    return {
        "review_days": counted(rules.review_business_days, "business day"),
        "wishes_a_day": f"{rules.wishes_a_day:,}",
        "comments_a_day": f"{rules.comments_a_day:,}",
    }


RULES: dict[str, Rule] = {rule.id: rule for section in SECTIONS for rule in rules_in(section, FIRST_EDITION)}
