"""Forms of sign-in and of a person's own account."""

from typing import Any

from wtforms import (
    EmailField,
    HiddenField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from portal.accounts.identity import LONGEST_NAME, LONGEST_PHONE
from portal.accounts.passwords import LONGEST, RULES
from portal.accounts.time_zones import is_time_zone, time_zones
from portal.forms import PortalForm

LONGEST_EMAIL = 254


def _email(label: str = "E-mail address") -> EmailField:
    return EmailField(label, [InputRequired("Enter your e-mail address."), Length(max=LONGEST_EMAIL)])


def _new_password(label: str = "New password") -> PasswordField:
    return PasswordField(label, [InputRequired("Choose a password.")], description=RULES)


class SignInForm(PortalForm):
    """E-mail address and password."""

    email = _email()
    password = PasswordField(
        "Password",
        [InputRequired("Enter your password."), Length(max=LONGEST, message="No password is that long.")],
    )
    next = HiddenField()


class ResetRequestForm(PortalForm):
    """Whose password is to be chosen anew."""

    email = _email()


class ResetForm(PortalForm):
    """The new password."""

    password = _new_password()


class TimeZoneForm(PortalForm):
    """What a name and a time zone are entered with; a zone the list lacks, once stored, stays on offer."""

    name = StringField("Name", [InputRequired("Enter your name."), Length(max=LONGEST_NAME)])
    time_zone = SelectField("Time zone", description="Times are shown to you in this zone.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones, present = time_zones(), getattr(kwargs.get("obj"), "time_zone", None)
        kept = {"As it is": [(present, present)]} if present and not is_time_zone(present) else {}
        self.time_zone.choices = {**kept, **zones}


class InvitationForm(TimeZoneForm):
    """What an invited person enters to start."""

    password = _new_password("Password")


class AccountForm(TimeZoneForm):
    """A person's own details."""

    phone = TelField("Telephone", [Length(max=LONGEST_PHONE)])


class MailForm(PortalForm):
    """Which optional mail somebody wants."""

    wanted = SelectMultipleField(
        "Send me mail about", validate_choice=False,
        widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(),
    )  # fmt: skip

    def offer(self, kinds: dict[str, str]) -> None:
        """Let somebody choose among `kinds`, each with its words."""
        self.wanted.choices = [SelectChoice(*kind) for kind in kinds.items()]


class PasswordChangeForm(PortalForm):
    """The present password and a new one."""

    current_password = PasswordField("Present password", [InputRequired("Enter your present password.")])
    password = _new_password()
