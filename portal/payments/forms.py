"""Forms around paying."""

from wtforms import StringField
from wtforms.validators import DataRequired, Length

from portal.forms import PortalForm


class CheckoutForm(PortalForm):
    """Names the provider to pay through."""

    method = StringField("How you pay", [DataRequired("Choose one of the ways to pay."), Length(max=20)])


class TrialForm(PortalForm):
    """What the trial provider's pay page is to do."""

    act = StringField("What happens", [DataRequired(), Length(max=20)])
