"""Forms of rosters."""

from wtforms import EmailField, StringField, TelField, TextAreaField
from wtforms.validators import DataRequired, Length

from portal.forms import CreatingForm, PortalForm
from portal.roster.removals import LONGEST_REASON
from portal.roster.service import LONGEST_JOB_TITLE


class ContactForm(CreatingForm):
    """Whom to register as Technical Contact (WHO-5)."""

    name = StringField("Name", [DataRequired("Enter the person's name.")])
    email = EmailField("E-mail address", [DataRequired("Enter the person's e-mail address.")])
    phone = TelField("Phone")
    job_title = StringField("Job title", [Length(max=LONGEST_JOB_TITLE)])


class RemovalForm(PortalForm):
    """Why a contact should go (WHO-6)."""

    reason = TextAreaField("Reason", [Length(max=LONGEST_REASON)])


class DecisionForm(PortalForm):
    """Why a request for removal is declined; also told when it is approved (WHO-6)."""

    reason = TextAreaField("Reason", [Length(max=LONGEST_REASON)])
