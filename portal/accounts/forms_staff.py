"""Forms in which staff look after people and organisations."""

from wtforms import EmailField, SelectField, StringField, TelField, TextAreaField
from wtforms.validators import InputRequired, Length

from portal.accounts.forms import LONGEST_EMAIL
from portal.accounts.identity import LONGEST_NAME, LONGEST_PHONE
from portal.accounts.organisations import LONGEST_ADDRESS
from portal.accounts.organisations import LONGEST_NAME as LONGEST_ORGANISATION_NAME
from portal.accounts.permissions import STAFF, Role
from portal.accounts.roles import ROLE_NAMES
from portal.events.queries import organisations
from portal.forms import PortalForm


class OrganiserForm(PortalForm):
    """Somebody by name and address, known or not."""

    name = StringField("Name", [InputRequired("Enter a name."), Length(max=LONGEST_NAME)])
    email = EmailField(
        "E-mail address", [InputRequired("Enter an e-mail address."), Length(max=LONGEST_EMAIL)]
    )


class PersonForm(OrganiserForm):
    """A new person."""

    phone = TelField("Telephone", [Length(max=LONGEST_PHONE)])


class RoleForm(PortalForm):
    """A role to give, and where."""

    role = SelectField("Role")
    organisation = SelectField("Organisation", coerce=int, description="For an organiser only.")

    def __init__(self) -> None:
        super().__init__()
        given = [Role.ORGANISER, *(role for role in Role if role in STAFF)]
        self.role.choices = [(role.value, ROLE_NAMES[role]) for role in given]
        self.organisation.choices = [(0, "None"), *((found.id, found.name) for found in organisations())]


class BillingForm(PortalForm):
    """Where invoices go."""

    billing_address = TextAreaField("Billing address", [Length(max=LONGEST_ADDRESS)])
    billing_email = EmailField("E-mail address for invoices", [Length(max=LONGEST_EMAIL)])


class OrganisationForm(BillingForm):
    """A new customer."""

    name = StringField(
        "Name", [InputRequired("Enter the organisation's name."), Length(max=LONGEST_ORGANISATION_NAME)]
    )
