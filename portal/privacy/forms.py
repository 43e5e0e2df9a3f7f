"""Forms of privacy."""

from wtforms import StringField
from wtforms.validators import DataRequired

from portal.forms import PortalForm


class ErasureForm(PortalForm):
    """Erases a person; their address is typed so that nobody is erased by a slip."""

    email = StringField("Their e-mail address", [DataRequired("Type the address of whom you erase.")])
