"""Help after the event: the checklist of its three kinds (COV-8)."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from portal.policy.after_event import AfterHelp, may_ask_after_event
from portal.tickets.after_event import ask_after_event, checklist, settle_help
from portal.tickets.models import Ticket
from portal.tickets.models_work import AfterEventHelp
from tests.people import World
from tests.signing_in import PortalClient

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture
def over(world: World) -> World:
    """The congress was last week."""
    world.congress.starts_on, world.congress.ends_on = (
        now().date() - timedelta(days=7),
        now().date() - timedelta(days=5),
    )
    db.session.commit()
    return world


def asked_for(world: World, kind: str = "certificates", who: str = "contact", **changes: Any) -> Ticket:
    values = {"kind": kind, "body": "For all 700.", "form_key": str(uuid4())} | changes
    return ask_after_event(world.actor(who), world.congress.id, **values)


@pytest.mark.parametrize(
    ("day", "may"), [(date(2026, 6, 9), False), (date(2026, 6, 10), True), (date(2027, 1, 1), True)]
)
def test_it_can_be_asked_for_from_the_events_last_day_on(day: date, may: bool) -> None:
    decision = may_ask_after_event(day, date(2026, 6, 10))
    assert (decision.allowed, decision.rule) == (may, "COV-8")


def test_asking_makes_a_ticket_and_a_line_and_ticking_off_says_by_whom(over: World) -> None:
    ticket = asked_for(over)
    assert (ticket.topic, ticket.state) == ("after_the_event", "open")
    line = checklist(over.actor("organiser"), over.congress)[AfterHelp.CERTIFICATES][0]
    assert (line.ticket_id, line.asked_by_id, line.done_at) == (ticket.id, over.contact.id, None)
    settle_help(over.actor("agent"), over.congress.id, line.id, done=True)
    with pytest.raises(Conflict):
        settle_help(over.actor("manager"), over.congress.id, line.id, done=True)
    stored = db.session.scalars(select(AfterEventHelp).execution_options(populate_existing=True)).one()
    assert stored.done_by_id == over.agent.id
    settle_help(over.actor("manager"), over.congress.id, line.id, done=False)
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject_type == "after_event_help")
    )
    assert [action.partition(".")[2] for action in actions] == ["asked", "done", "reopened"]


def test_the_same_help_is_not_under_way_twice(over: World) -> None:
    key = str(uuid4())
    first = asked_for(over, form_key=key)
    assert asked_for(over, form_key=key).id == first.id
    with pytest.raises(Conflict):
        asked_for(over, who="other_contact")
    asked_for(over, "export")
    line = db.session.scalars(select(AfterEventHelp.id).where(AfterEventHelp.kind == "certificates")).one()
    settle_help(over.actor("agent"), over.congress.id, line, done=True)
    assert asked_for(over).id != first.id


def test_before_its_last_day_the_rule_is_told(world: World) -> None:
    with pytest.raises(Refused) as refused:
        asked_for(world)
    assert refused.value.rule == "COV-8"
    assert [link.endpoint for link in refused.value.links] == ["tickets.new"]


@pytest.mark.parametrize(
    ("who", "error"),
    [("organiser", Forbidden), ("agent", Forbidden), ("outsider", NotFound), ("moderator", NotFound)],
)
def test_only_contacts_ask(over: World, who: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        asked_for(over, who=who)


def test_an_unknown_kind_names_its_field(over: World) -> None:
    with pytest.raises(Invalid) as problem:
        asked_for(over, "catering")
    assert set(problem.value.fields) == {"kind"}


def test_only_support_ticks_off_and_only_lines_of_the_event(over: World) -> None:
    asked_for(over)
    line = db.session.scalars(select(AfterEventHelp.id)).one()
    with pytest.raises(Forbidden):
        settle_help(over.actor("contact"), over.congress.id, line, done=True)
    for event, key in ((over.fair.id, line), (over.congress.id, 0)):
        with pytest.raises(NotFound):
            settle_help(over.actor("agent"), event, key, done=True)


def test_the_pages(client: PortalClient, over: World) -> None:
    contact, agent, organiser = (client.as_(p) for p in (over.contact, over.agent, over.organiser))
    event, outsider = f"/events/{over.congress.id}", client.as_(over.outsider)
    address = f"{event}/after"
    assert f'href="{address}"' in contact.get(event).text
    form = f"{address}/new?kind=export"
    assert form in contact.get(address).text
    assert form not in organiser.get(address).text
    assert "Expect a reply by" in contact.get(form).text
    for bad in ({"kind": "export", "body": " "}, {"kind": "x", "body": "y"}, {"body": "y"}):
        assert contact.post(f"{address}/new", bad, form_at=form).status_code == 422
    sent = contact.post(f"{address}/new", {"kind": "export", "body": "Everything."}, form_at=form)
    assert sent.location.startswith("/tickets/")
    page = agent.get(address).text
    assert f'href="{sent.location}"' in page
    assert "Under way" in page
    line = db.session.scalars(select(AfterEventHelp.id)).one()
    assert contact.post(f"{address}/settlement", {"help": line}).status_code == 403
    assert agent.post(f"{address}/settlement", {"help": line}, form_at=address).location == address
    assert "Done by Agent" in contact.get(address).text
    assert organiser.get(f"{address}/new").status_code == 403
    assert outsider.get(address).status_code == 404


def test_before_the_event_there_is_no_tab(client: PortalClient, world: World) -> None:
    browser, event = client.as_(world.contact), f"/events/{world.congress.id}"
    assert f'{event}/after"' not in browser.get(event).text
    assert "This help is for after the event" in browser.get(f"{event}/after").text
    assert "This help is for after the event" in browser.get(f"{event}/after/new").text
