"""Fair use: counted exactly, told by a person, decided by a manager (USE-1 to USE-3)."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text

from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, Refused
from portal.policy.fair_use import Usage
from portal.tickets.models_work import TicketLink
from portal.tickets.promises import promise_now
from portal.usage import service
from portal.usage.models import UsageDecision
from portal.usage.queries import all_usage, decisions_of, usage_of, weeks_of
from tests.usage.conftest import used

RECOUNT = """
    SELECT e.id,
        coalesce((SELECT sum(m.minutes) FROM time_entry m JOIN ticket t ON t.id = m.ticket_id
            WHERE t.event_id = e.id AND m.noted_at >= :since), 0) AS minutes,
        (SELECT count(*) FROM ticket t WHERE t.event_id = e.id AND t.opened_at >= :since AND t.merged_into_id IS NULL
            AND t.id NOT IN (SELECT other_id FROM ticket_link WHERE relation = 'split')) AS tickets,
        (SELECT count(*) FROM booking b WHERE b.event_id = e.id AND b.state <> 'cancelled'
            AND b.starts_at >= :since AND b.starts_at < :at) AS sessions
    FROM event e
"""


def notice(world, event, **changes):
    values = {"words": "Could a training help?", "form_key": str(uuid.uuid4())} | changes
    return service.send_notice(world.actor("agent"), event.id, **values)


def decide(world, event, measures=("reduced_level",), **changes):
    values = {"measures": list(measures), "reason": "It went on.", "form_key": str(uuid.uuid4())} | changes
    return service.decide_measures(world.actor("manager"), event.id, **values)


def test_the_figures_are_those_of_a_recount_by_plain_sql(world, heavy):
    db.session.add(TicketLink(ticket_id=1, other_id=2, relation="split"))
    db.session.commit()
    at = now()
    counted = db.session.execute(text(RECOUNT), {"since": at - timedelta(days=30), "at": at}).all()
    assert {row.id: Usage(int(row.minutes), row.tickets, row.sessions) for row in counted} == {
        each.event_id: each.usage for each in all_usage(at)
    }
    assert usage_of(heavy.id).usage == Usage(360, 9, 0)


def test_use_2_is_both_twice_the_average_and_beyond_the_percentile(world, heavy):
    found = usage_of(heavy.id)
    assert (found.assessment.comparable, found.assessment.excessive, found.assessment.peers) == (
        True,
        True,
        12,
    )
    assert [(each.measure, each.own, float(each.average), each.is_over) for each in found.assessment.figures] == [
        ("minutes", 360, 30.0, True), ("tickets", 9, 2.0, True), ("sessions", 0, 0.0, False),
    ]  # fmt: skip
    assert found.distance > 1
    assert found.spread["minutes"] == (30, 30, 30)


def test_events_of_ones_own_organisation_are_not_compared_with(world, others):
    from tests.people import event

    own = event(world.society, "Second congress", attendees=700)
    db.session.commit()
    used(own, world.contact.id, world.agent.id, tickets=50, minutes=60)
    assert usage_of(world.congress.id).assessment.peers == 12


def test_with_too_few_others_nothing_is_said(world, others):
    found = usage_of(world.fair.id)
    assert (found.assessment.comparable, found.assessment.excessive) == (False, False)


def test_a_ticket_cut_in_pieces_or_merged_counts_once(world, others):
    tickets = used(world.congress, world.contact.id, world.agent.id, tickets=4, minutes=10)
    db.session.add(TicketLink(ticket_id=tickets[0].id, other_id=tickets[1].id, relation="split"))
    tickets[2].merged_into_id = tickets[3].id
    db.session.commit()
    assert usage_of(world.congress.id).usage == Usage(40, 2, 0)


def test_what_is_older_than_the_window_does_not_count(world, others):
    used(world.congress, world.contact.id, world.agent.id, tickets=3, minutes=10, days_ago=31)
    assert usage_of(world.congress.id).usage == Usage(0, 0, 0)
    assert sum(week.tickets for week in weeks_of(world.congress.id)) == 3


def test_weeks_are_those_of_eastern_time(world, others):
    with time_machine.travel("2026-03-09T03:00:00Z", tick=False):
        used(world.congress, world.contact.id, world.agent.id, tickets=1, minutes=5, days_ago=0)
    with time_machine.travel("2026-03-12T15:00:00Z", tick=False):
        weeks = {week.begins.isoformat(): week.tickets for week in weeks_of(world.congress.id)}
    assert (weeks["2026-03-02"], weeks["2026-03-09"]) == (1, 0)


def test_use_1_no_notice_in_the_first_thirty_days(world, heavy):
    heavy.account_opened_on = now().date() - timedelta(days=10)
    db.session.merge(heavy)
    db.session.commit()
    with pytest.raises(Refused) as refused:
        notice(world, heavy)
    assert refused.value.rule == "USE-1"


def test_use_2_no_notice_to_who_is_not_above(world, others):
    with pytest.raises(Refused) as refused:
        notice(world, world.congress)
    assert refused.value.rule == "USE-2"


def test_a_notice_goes_to_the_organisers_with_the_figures_once(world, heavy, outbox):
    key = str(uuid.uuid4())
    assert notice(world, heavy, form_key=key).id == notice(world, heavy, form_key=key).id
    mails = outbox.all()
    assert [mail.address for mail in mails] == ["organiser@people.example"]
    assert "minutes: 360, where others have 30.0 on average" in mails[0].body_text
    assert "Could a training help?" in mails[0].body_text


def test_the_customer_answers_once(world, heavy, outbox):
    sent = notice(world, heavy)
    with pytest.raises(Forbidden):
        service.answer_notice(world.actor("contact"), sent.id, answer="Hm.")
    service.answer_notice(world.actor("organiser"), sent.id, answer="We had a move.")
    with pytest.raises(Conflict):
        service.answer_notice(world.actor("organiser"), sent.id, answer="Again.")
    assert any(
        "We had a move." in mail.body_text and mail.address == "manager@people.example"
        for mail in outbox.all()
    )


def test_use_3_measures_follow_a_notice_and_patience_and_only_while_it_goes_on(world, heavy):
    with pytest.raises(Refused, match="notified first"):
        decide(world, heavy)
    notice(world, heavy)
    with pytest.raises(Refused, match="14 days"):
        decide(world, heavy)
    with time_machine.travel(now() + timedelta(days=15), tick=False):
        with pytest.raises(Invalid):
            decide(world, heavy, measures=())
        with pytest.raises(Invalid):
            decide(world, heavy, measures=("fire",))
        with pytest.raises(Forbidden):
            service.decide_measures(
                world.actor("agent"),
                heavy.id,
                measures=["no_renewal"],
                reason="x",
                form_key=str(uuid.uuid4()),
            )
        decided = decide(world, heavy)
        with pytest.raises(Conflict):
            decide(world, heavy)
        assert [each.measures for each in decisions_of(heavy.id)] == [["reduced_level"]]
        service.end_measures(world.actor("manager"), heavy.id)
        with pytest.raises(Conflict):
            service.end_measures(world.actor("manager"), heavy.id)
    with (
        time_machine.travel(now() + timedelta(days=40), tick=False),
        pytest.raises(Refused, match="no longer above"),
    ):
        decide(world, heavy)
    assert db.session.get_one(UsageDecision, decided.id).figures["minutes"]["own"] == 360
    actions = db.session.scalars(
        db.select(AuditEntry.action).where(AuditEntry.action.startswith("usage."))
    ).all()
    assert sorted(actions) == ["usage.decided", "usage.ended", "usage.notified"]


def test_a_reduced_level_makes_the_promise_longer_and_only_for_that_event(world, heavy, outbox):
    notice(world, heavy)
    with time_machine.travel("2027-03-01T15:00:00Z", tick=False):
        used(heavy, world.contact.id, world.agent.id, tickets=9, minutes=40)
        usual = promise_now(heavy.id)[0].due_at
        decide(world, heavy)
        assert (promise_now(heavy.id)[0].due_at - usual).days == 2
        assert promise_now(world.workshop.id)[0].due_at == usual
        service.end_measures(world.actor("manager"), heavy.id)
        assert promise_now(heavy.id)[0].due_at == usual
    assert any("longer goal for replies" in mail.body_text for mail in outbox.all())


@pytest.mark.parametrize(
    ("who", "page", "staff"),
    [("organiser", 200, 403), ("contact", 200, 403), ("outsider", 404, 403), ("nobody", 404, 403), ("moderator", 404, 403), ("agent", 200, 200), ("manager", 200, 200)],
)  # fmt: skip
def test_who_sees_the_figures(client, world, heavy, who, page, staff):
    browser = client.as_(getattr(world, who))
    assert browser.get(f"/events/{heavy.id}/usage").status_code == page
    assert browser.get("/staff/usage").status_code == staff


def test_both_sides_see_the_same_and_no_other_customer_is_named(client, world, heavy):
    pages = [client.as_(who).get(f"/events/{heavy.id}/usage").text for who in (world.organiser, world.agent)]
    for page in pages:
        for shown in ("360", "30.0", "Significant above", "Rule USE-2"):
            assert shown in page
        assert "Customer 3" not in page
        assert "Meeting 3" not in page
    assert "Congress" in client.as_(world.agent).get("/staff/usage?view=above").text


def test_a_notice_walked_on_the_pages(client, world, heavy):
    here = f"/events/{heavy.id}/usage"
    agent = client.as_(world.agent)
    assert agent.post(f"{here}/notices", data={"words": " "}).status_code == 422
    assert agent.post(f"{here}/notices", data={"words": "Please book a training."}).status_code == 303
    organiser = client.as_(world.organiser)
    assert "Please book a training." in organiser.get(here).text
    sent = db.session.execute(text("SELECT id FROM usage_notice")).scalar_one()
    assert organiser.post(f"/usage-notices/{sent}/answer", data={"answer": ""}).status_code == 422
    assert organiser.post(f"/usage-notices/{sent}/answer", data={"answer": "We will."}).status_code == 303
    assert "We will." in client.as_(world.manager).get(here).text
