"""The pages of windows after hours, for the owner, the team and outsiders; what is typed wrongly is kept and told."""

import csv
import io
from datetime import time

from sqlalchemy import func, select

from portal.after_hours.models import ReadyHours, Window
from portal.db import db
from portal.orders.models import Order
from tests.after_hours.conftest import takes
from tests.policy.moments import et

NEW = {
    "channel": "phone", "starts_on": "2026-12-05", "starts_at": "18:00", "ends_on": "2026-12-05", "ends_at": "21:00",
    "zone": "America/New_York", "note": "Registration opens at 18:30.",
}  # fmt: skip


def asked(browser, world, **changes):
    return browser.get(f"/events/{world.congress.id}/after-hours/new", query_string=NEW | changes)


def test_the_price_is_shown_line_by_line_before_anything_is_ordered(team, client):
    page = asked(client.as_(team.organiser), team)
    assert page.status_code == 200
    assert "Support by phone, weekend: 3 hours at US$150 an hour" in page.text
    assert "Order for US$450.00" in page.text
    assert "Registration opens at 18:30." in page.text
    assert db.session.scalar(select(func.count()).select_from(Order)) == 0


def test_times_are_the_readers_with_eastern_beside_them(team, client):
    page = asked(
        client.as_(team.organiser),
        team,
        zone="Europe/Vienna",
        starts_on="2026-12-06",
        starts_at="00:00",
        ends_on="2026-12-06",
        ends_at="03:00",
    )
    assert "Sun 6 Dec 2026, 00:00 CET" in page.text
    assert "Sat 5 Dec 2026, 18:00 EST" in page.text
    assert "US$450.00" in page.text


TYPED_WRONGLY = [
    ({"ends_at": "18:00"}, "must end after it starts"),
    ({"ends_on": "2026-12-04"}, "must end after it starts"),
    ({"starts_on": "2026-12-01"}, "must start in the future"),
    ({"ends_on": "2026-12-09"}, "may last 3 days at most"),
    ({"ends_on": "9999-12-31"}, "Choose a day of the next months."),
    ({"starts_on": "2026-02-30"}, "Choose a day, such as"),
    ({"starts_on": "", "ends_on": ""}, "Choose a day, such as"),
    ({"starts_at": "18:00:30"}, "Enter a whole minute"),
    ({"starts_at": "25:00"}, "Enter a time of day"),
    ({"starts_at": "<script>"}, "Enter a time of day"),
    ({"zone": "Mars/Olympus"}, "This time zone is not known."),
    ({"zone": "../../etc/passwd"}, "This time zone is not known."),
    ({"channel": "pigeon"}, "Choose how support is given."),
    ({"channel": ""}, "Choose how support is given."),
    (
        {
            "zone": "America/New_York",
            "starts_on": "2027-03-14",
            "starts_at": "02:30",
            "ends_on": "2027-03-14",
            "ends_at": "06:00",
        },
        "There is no 02:30",
    ),
    (
        {
            "zone": "Europe/Vienna",
            "starts_on": "2027-03-28",
            "starts_at": "01:00",
            "ends_on": "2027-03-28",
            "ends_at": "02:30",
        },
        "There is no 02:30",
    ),
]


def test_what_is_typed_wrongly_is_kept_and_told_beside_its_field(team, client):
    browser = client.as_(team.organiser)
    for changes, words in TYPED_WRONGLY:
        page = asked(browser, team, **changes)
        assert page.status_code == 422, changes
        assert words in page.text, changes
        assert "Registration opens at 18:30." in page.text
        assert "Order for" not in page.text


def test_a_time_that_comes_twice_is_asked_back(team, client, wednesday):
    wednesday.move_to(et("2027-10-20 12:00"))
    browser = client.as_(team.organiser)
    twice = {"starts_on": "2027-11-07", "starts_at": "01:30", "ends_on": "2027-11-07", "ends_at": "03:30"}
    page = asked(browser, team, **twice)
    assert page.status_code == 422
    assert "comes twice" in page.text
    assert "Which of the two?" in page.text
    first = asked(browser, team, **twice, starts_turn="first").text
    second = asked(browser, team, **twice, starts_turn="second").text
    # From the first 01:30 to 03:30 are three real hours, from the second two.
    assert "Order for US$450.00" in first
    assert "Order for US$300.00" in second


def test_nobody_available_is_said_with_the_nearest_windows_that_could_be_held(world, client, outbox):
    takes(world.agent, span=(time(9), time(13)))
    page = asked(client.as_(world.organiser), world)
    assert page.status_code == 200
    assert "Nobody of support could hold this window" in page.text
    assert "Order for" not in page.text
    link = (
        page.text.partition("The nearest windows that could be held:")[2]
        .partition('href="')[2]
        .partition('"')[0]
    )
    again = client.as_(world.organiser).get(link.replace("&amp;", "&"))
    assert again.status_code == 200
    assert "Order for US$450.00" in again.text
    assert "Registration opens at 18:30." in again.text


def test_an_organiser_orders_and_support_holds_it(team, client, outbox):
    organiser, agent, manager = (client.as_(getattr(team, who)) for who in ("organiser", "agent", "manager"))
    made = organiser.post(f"/events/{team.congress.id}/after-hours/new", data=NEW | {"method": "invoice"})
    assert made.status_code == 303
    order_page = organiser.get(made.location).text
    window_id, order_id = db.session.execute(select(Window.id, Window.order_id)).one()
    assert f"/after-hours/{window_id}" in order_page
    assert "Approve on invoice" in agent.get(made.location).text
    agent.post(f"/orders/{order_id}/grant", form_at=f"/orders/{order_id}")
    assert "Offered to you" in agent.get("/staff/after-hours").text
    refused = agent.post(
        f"/after-hours/{window_id}/holding", data={"reach": ""}, form_at=f"/after-hours/{window_id}"
    )
    assert refused.status_code == 422
    assert "Say at which number you are reached." in refused.text
    agent.post(
        f"/after-hours/{window_id}/holding",
        data={"reach": "+1 202 555 0199"},
        form_at=f"/after-hours/{window_id}",
    )
    late = manager.post(
        f"/after-hours/{window_id}/holding",
        data={"reach": "+1 202 555 0100"},
        form_at=f"/after-hours/{window_id}",
    )
    assert late.status_code == 409
    assert "is held by Agent" in late.text
    for who in ("organiser", "contact"):
        seen = client.as_(getattr(team, who)).get(f"/after-hours/{window_id}").text
        assert "Agent of support holds it" in seen
        assert "+1 202 555 0199" in seen
    ics = client.as_(team.contact).get(f"/after-hours/{window_id}/window.ics")
    assert ics.headers["Content-Type"].startswith("text/calendar")
    assert f"UID:after-hours-{window_id}@" in ics.text


def test_a_contact_sends_it_to_the_organisers_who_order_it(team, client, outbox):
    contact, organiser = client.as_(team.contact), client.as_(team.organiser)
    assert "Send it to the organisers" in asked(contact, team).text
    made = contact.post(f"/events/{team.congress.id}/after-hours/new", data=NEW)
    assert "It waits for an organiser" in contact.get(made.location).text
    assert contact.post(f"{made.location}/order", form_at="/account").status_code == 403
    assert "Order for US$450.00" in organiser.get(made.location).text
    assert (
        organiser.post(f"{made.location}/order", data={"method": "invoice", "reviewed": ""}).status_code
        == 303
    )


def test_what_cancelling_gives_back_is_shown_before_it_is_done(held, team, client):
    window = held()
    organiser = client.as_(team.organiser)
    page = organiser.get(f"/after-hours/{window.id}/cancellation")
    assert "US$450.00 of US$450.00 comes back" in page.text
    assert organiser.post(f"/after-hours/{window.id}/cancellation", data={"expected": "1"}).status_code == 409
    assert (
        organiser.post(f"/after-hours/{window.id}/cancellation", data={"expected": "45000"}).status_code
        == 303
    )
    assert organiser.get(f"/after-hours/{window.id}/cancellation").status_code == 409
    assert "US$450.00 of US$450.00 comes back" in organiser.get(f"/after-hours/{window.id}").text


def test_the_page_of_an_event_and_the_statement_show_its_hours(held, team, client):
    window = held()
    for who in ("organiser", "contact", "agent"):
        page = client.as_(getattr(team, who)).get(f"/events/{team.congress.id}/after-hours")
        assert window.reference in page.text
        assert "3 h" in page.text
        assert "support is open" in page.text
    manager = client.as_(team.manager)
    assert window.reference in manager.get("/after-hours").text
    rows = list(csv.DictReader(io.StringIO(manager.get("/after-hours.csv").text.lstrip("\ufeff"))))
    assert [(row["Window"], row["Minutes bought"], row["Price"]) for row in rows] == [
        (window.reference, "180", "450")
    ]
    assert window.reference not in client.as_(team.outsider).get("/after-hours").text
    assert client.as_(team.contact).get("/after-hours").status_code == 403
    assert manager.get("/after-hours?since=2026-12-31&until=2026-01-01").status_code == 422


def test_an_event_without_windows_says_how_to_get_one(team, client):
    page = client.as_(team.organiser).get(f"/events/{team.workshop.id}/after-hours")
    assert "No windows yet" in page.text


def test_others_do_not_know_of_it(held, team, client):
    window = held()
    there = f"/after-hours/{window.id}"
    for who in ("outsider", "outside_contact", "nobody"):
        browser = client.as_(getattr(team, who))
        for address in (there, f"{there}/window.ics", f"/events/{team.congress.id}/after-hours"):
            assert browser.get(address).status_code == 404


def test_staff_state_when_they_take_windows(world, client):
    agent = client.as_(world.agent)
    here = f"/staff/after-hours/{world.agent.id}"
    typed = {"opens_weekend": "08:00", "closes_weekend": "20:00", "channels_weekend": ["phone", "email"]}
    wrong = agent.post(here, data=typed | {"opens_holiday": "10:00", "channels_holiday": []})
    assert wrong.status_code == 422
    assert "Fill in both times, or neither." in wrong.text
    assert 'value="08:00"' in wrong.text
    assert agent.post(here, data=typed | {"channels_weekend": []}).status_code == 422
    assert agent.post(here, data=typed | {"closes_weekend": "07:00"}).status_code == 422
    assert agent.post(here, data=typed).status_code == 303
    stated = db.session.scalars(select(ReadyHours)).one()
    assert (stated.day_kind, stated.channels) == ("weekend", ["email", "phone"])
    assert agent.get(f"/staff/after-hours/{world.manager.id}").status_code == 404
    assert client.as_(world.manager).get(here).status_code == 200


def test_the_guide_and_the_event_lead_there(world, client):
    guide = client.as_(world.contact).get("/coverage?who=contact&topic=problem&when=outside").text
    assert "Order support outside business hours" in guide
    assert "After hours" in client.as_(world.contact).get(f"/events/{world.congress.id}").text
