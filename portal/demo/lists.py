"""Writing the list of contacts that waits for the organiser to confirm it (WHO-5)."""

from datetime import timedelta

from portal.demo.customers import Stage
from portal.demo.frame import Frame
from portal.roster.imports.models import KEPT_FOR, ContactImport
from portal.roster.imports.reading import checked_sheet, read_list
from portal.roster.imports.sheet import as_json

EVENT = "oresund-school"
LIST = """Name;E-mail;Phone;Job title;Department
Signe Dalgaard;signe.dalgaard@oresund-pharmacology.example;+45 32 12 34 56;Course secretary;Teaching
Mikkel Sandbæk;CONTACT@demo.example;;IT coordinator;Office
Jonas Lindqvist;jonas.lindqvist@oresund-pharmacology;;Volunteer lead;Teaching
Karin Ek;karin.ek@oresund-pharmacology.example;+46 40 12 34 56;Programme officer;Teaching
Signe Dalgaard;signe.dalgaard@oresund-pharmacology.example;;;Teaching
"""


def write_list(frame: Frame, stage: Stage) -> None:
    """Write the list, with somebody of every kind: new, registered, mistaken, without a seat, and twice."""
    if stage.plan.key != EVENT:
        return
    sheet = checked_sheet(read_list(LIST.encode("cp1252")), stage.plan.zone)
    frame.rows.add(
        ContactImport, event_id=stage.id, owner_id=stage.customer.organisers[0].id, source="course-team.csv",
        sheet=as_json(sheet), created_at=frame.now - timedelta(minutes=20), expires_at=frame.now + KEPT_FOR,
    )  # fmt: skip
