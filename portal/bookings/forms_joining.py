"""The form in which staff enter where a session is held."""

from wtforms import StringField
from wtforms.validators import Length

from portal.forms import PortalForm


class JoinLinkForm(PortalForm):
    """The address of the meeting; empty takes it back."""

    join_url = StringField(
        "Link to join", validators=[Length(max=500, message="An address has at most 500 characters.")]
    )
