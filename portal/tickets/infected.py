"""Files that a malware scanner finds infected are refused, and put on record."""

import structlog
from flask import current_app

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.accounts.queries import actor_for
from portal.audit.record import record
from portal.db import db, use_case
from portal.tickets.file_kinds import UnfitFile
from portal.tickets.scanning import ScannerAway, infection_in

log = structlog.get_logger(__name__)


def refuse_infected(content: bytes, name: str, sha256: str, person_id: int) -> None:
    """Raise UnfitFile for an infected file, and, where the settings say so, for one that nothing can scan now.

    Does nothing where no scanner is set. Called outside of a transaction.
    """
    settings = current_app.extensions["settings"]
    if not settings.clamav_address:
        return
    try:
        malware = infection_in(content, settings.clamav_address, settings.clamav_timeout_seconds)
    except ScannerAway as away:
        log.error("scanner_away", error=str(away), taken=settings.clamav_away_takes)
        if settings.clamav_away_takes:
            return
        raise UnfitFile(
            "it cannot be scanned for malware at the moment. Try again in a few minutes."
        ) from None
    if malware is not None:
        sender = actor_for(person_id)
        if sender is not None:
            _note_infected(sender, name=name, malware=malware, sha256=sha256)
        raise UnfitFile(
            f"our scanner found malware in it ({malware}). It was not kept; check the device that it comes from."
        )


@use_case
def _note_infected(actor: Actor, *, name: str, malware: str, sha256: str) -> None:
    person = db.session.get_one(Person, actor.id)
    record(actor, "upload.infected", person, after={"name": name, "malware": malware, "sha256": sha256})
