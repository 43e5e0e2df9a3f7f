"""Rosters as files: safe to open, complete, and for those who may see the page (WHO-5)."""

import csv
import io

import pytest

from portal.db import db
from portal.roster import overview
from portal.roster.queries import contacts_of
from tests.people import event


def table(answer):
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("who", "status"),
    [("organiser", 200), ("contact", 200), ("agent", 200), ("manager", 200), ("admin", 403), ("outsider", 404),
     ("outside_contact", 404), ("moderator", 404), ("nobody", 404)],
)  # fmt: skip
def test_who_may_save_a_roster(client, world, who, status):
    assert (
        client.as_(getattr(world, who)).get(f"/events/{world.congress.id}/contacts.csv").status_code == status
    )


def test_a_roster_as_a_file(client, world):
    first = contacts_of(world.congress.id)[0]
    first.phone, first.job_title = "+43 1 234567", "=cmd|' /C calc'!A0"
    world_event = db.session.get(type(world.congress), world.congress.id)
    world_event.name = 'Größe "7"/8'
    db.session.commit()
    answer = client.as_(world.organiser).get(f"/events/{world.congress.id}/contacts.csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="Contacts of Gr--e -7--8.csv"; '
        "filename*=UTF-8''Contacts%20of%20Gr%C3%B6%C3%9Fe%20-7--8.csv"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    rows = table(answer)
    assert rows[0][:5] == ["Seat", "Name", "E-mail", "Phone", "Job title"]
    assert rows[1][:5] == ["1", "Contact", "contact@people.example", "'+43 1 234567", "'=cmd|' /C calc'!A0"]
    assert len(rows) == 3


def test_all_rosters_as_a_file(client, world):
    rows = table(client.as_(world.manager).get("/rosters.csv"))
    assert rows[1][:2] == ["Society of Tests", "Congress"]
    assert rows[1][4:9] == ["Premium", "700", "2", "4", ""]
    assert rows[1][11] == "Contact <contact@people.example>; Other Contact <other.contact@people.example>"
    assert rows[2][8] == "No contacts"


def test_a_file_is_read_in_stretches_and_ends(client, world, monkeypatch):
    for number in range(9):
        event(world.society, f"Event {number}")
    db.session.commit()
    monkeypatch.setattr(overview, "EXPORTED_AT_ONCE", 4)
    whole = table(client.as_(world.organiser).get("/rosters.csv"))
    assert len({row[1] for row in whole[1:]}) == len(whole) - 1 == 11
    monkeypatch.setattr(overview, "MOST_EXPORTED", 8)
    assert len(table(client.as_(world.organiser).get("/rosters.csv"))) == 9
