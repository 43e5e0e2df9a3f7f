"""What an event's public help page says, and whether questions can be asked there (WHO-2)."""

from dataclasses import dataclass

from sqlalchemy import func, select

from portal.accounts.actor import Actor
from portal.accounts.identity import normalise_name
from portal.audit.record import record
from portal.db import db, use_case
from portal.errors import Invalid, NotFound
from portal.events.models import Event
from portal.events.queries import locked_event
from portal.questions.models import HelpPage
from portal.roster.models import Contact

INTRO_MOST = 600


@dataclass(frozen=True)
class Help:
    """An event's help page as it stands. `contacts` is how many people a question would reach."""

    event: Event
    is_open: bool
    team_name: str
    intro: str
    contacts: int

    @property
    def takes_questions(self) -> bool:
        """Whether a question can be asked now."""
        return self.is_open and self.contacts > 0


def help_at(slug: str) -> Help:
    """The help page at an address. Raises NotFound for an event that is none. One query."""
    return _read(Event.slug == slug)


def help_of(event_id: int) -> Help:
    """The help page of an event. One query."""
    return _read(Event.id == event_id)


def team_of(event: Event, page: HelpPage | None) -> str:
    """The name under which an event's contacts answer, unless they choose another."""
    return (page.team_name if page else "") or f"{event.name} team"


@use_case
def change_help_page(actor: Actor, event_id: int, *, is_open: bool, team_name: str, intro: str) -> HelpPage:
    """Switch an event's help page on or off and say what it says; questions asked before stay as they are.

    Raises Invalid (`team_name`, `intro`), NotFound, Forbidden.
    """
    event = locked_event(actor, event_id)
    actor.require("help:manage", event.scope)
    page = db.session.scalar(select(HelpPage).where(HelpPage.event_id == event_id))
    before = _values(page) if page else None
    if page is None:
        page = HelpPage(event_id=event_id)
        db.session.add(page)
    page.is_open, page.team_name, page.intro = is_open, shown_name(team_name, "team_name"), intro.strip()
    if len(page.intro) > INTRO_MOST:
        raise Invalid(intro=f"Keep it within {INTRO_MOST} characters.")
    db.session.flush()
    record(actor, "help_page.changed", page, before=before, after=_values(page), scope=event.scope)
    return page


def shown_name(text: str, field: str) -> str:
    """A name that attendees see, or none. Raises Invalid at `field` for what is no name."""
    if not text.strip():
        return ""
    try:
        return normalise_name(text)
    except Invalid as problem:
        raise Invalid(**{field: problem.fields["name"]}) from None


def _read(which: object) -> Help:
    registered = select(func.count()).where(Contact.event_id == Event.id, Contact.ended_at.is_(None))
    found = db.session.execute(
        select(Event, HelpPage, registered.scalar_subquery())
        .outerjoin(HelpPage, HelpPage.event_id == Event.id)
        .where(which)  # type: ignore[arg-type]
    ).first()
    if found is None:
        raise NotFound
    event, page, contacts = found
    return Help(
        event, page.is_open if page else True, team_of(event, page), page.intro if page else "", contacts
    )


def _values(page: HelpPage) -> dict[str, object]:
    return {"is_open": page.is_open, "team_name": page.team_name, "intro": page.intro}
