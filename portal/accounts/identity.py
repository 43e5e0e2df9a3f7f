"""One way of writing an address and a name, so that a person is found again however they are typed."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from portal.errors import Invalid

LONGEST_NAME = 120
LONGEST_PHONE = 40
NOT_IN_NAMES = ("<", ">", "[", "]", "{", "}", "|", "\\", "`", "://")


def normalise_email(text: str) -> str:
    """The one spelling of an e-mail address: lower case, a domain in its ASCII form, nothing around it.

    Raises Invalid (field `email`) for what mail could not be sent to.
    """
    try:
        checked = validate_email(_visible(text), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise Invalid(email="Enter an e-mail address such as name@organisation.example.") from None
    return str(checked.ascii_email).lower()


def normalise_name(text: str) -> str:
    """A person's name with single blanks. Raises Invalid (field `name`) when empty or unlike a name.

    Signs that Markdown and HTML read are refused: names stand in mail, where they must not become links.
    """
    name = _one_line(text)
    if not name:
        raise Invalid(name="Enter a name.")
    if len(name) > LONGEST_NAME:
        raise Invalid(name=f"Enter a name of at most {LONGEST_NAME} characters.")
    if any(sign in name for sign in NOT_IN_NAMES):
        raise Invalid(name="Enter the name without brackets or addresses in it.")
    return name


def normalise_phone(text: str) -> str:
    """A telephone number as typed, with single blanks; may be empty. Raises Invalid (field `phone`)."""
    phone = _one_line(text)
    if len(phone) > LONGEST_PHONE or set(phone) - set("0123456789+()-./ extEXT#,"):
        raise Invalid(phone="Enter a telephone number such as +1 202 555 0143, or leave it empty.")
    return phone


def _visible(text: str) -> str:
    # Addresses pasted from mail and web pages carry zero-width and wide characters.
    plain = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in plain if unicodedata.category(sign) != "Cf").strip()


def _one_line(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    kept = (" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign for sign in composed)
    return " ".join("".join(kept).split())
