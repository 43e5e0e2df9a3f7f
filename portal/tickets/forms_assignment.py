"""The form by which a ticket changes hands."""

from wtforms import HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import InputRequired, Length

from portal.accounts.actor import Actor
from portal.forms import PortalForm
from portal.policy.distribution import Colleague
from portal.policy.wording import counted
from portal.tickets.team import Team

REASON_MOST = 300
BACK = "team"


class AssignmentForm(PortalForm):
    """Who is to have a ticket. `seen` is the key of who had it on the page, empty for nobody."""

    to = RadioField(
        "Who is to have it?", validators=[InputRequired("Choose who is to have it.")], validate_choice=False
    )
    reason = StringField(
        "Reason", [Length(max=REASON_MOST, message=f"Keep the reason within {REASON_MOST} characters.")]
    )
    seen = HiddenField()

    def offer_all_of(self, team: Team, actor: Actor) -> None:
        """Offer everybody of the team who is not away, the one who asks, and the team as a whole."""
        able = [one for one in team.colleagues if one.id not in team.absent]
        ranked = sorted(able, key=lambda one: (not one.on_duty, not one.has_skill, one.load, one.name))
        choices = [SelectChoice(str(one.id), _in_words(one, actor)) for one in ranked]
        if actor.id not in {one.id for one in able}:
            choices.insert(0, SelectChoice(str(actor.id), f"{actor.name} (you)"))
        self.to.choices = [*choices, SelectChoice(BACK, "Nobody: put it back to the team")]

    @property
    def to_id(self) -> int | None:
        """The key of who was chosen; None for the team. The form must have been validated."""
        return None if self.to.data == BACK else _key(self.to.data)

    @property
    def seen_id(self) -> int | None:
        """The key of who had the ticket on the page."""
        return _key(self.seen.data) if self.seen.data else None


def _key(text: str) -> int:
    """A key of a form; 0, which nobody has, for a forged one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _in_words(colleague: Colleague, actor: Actor) -> str:
    you = " (you)" if colleague.id == actor.person_id else ""
    duty = "on duty" if colleague.on_duty else "off duty"
    skill = "takes this topic" if colleague.has_skill else "does not take this topic"
    return f"{colleague.name}{you}: {duty}, {skill}, {counted(colleague.open_tickets, 'open ticket')}"
