"""A mail as it goes over the wire."""

from email.encoders import encode_base64
from email.mime.text import MIMEText

from flask_mail import Message


class Letter(Message):
    """A mail whose calendar part arrives byte for byte, with the line ends that calendars need (RFC 6047)."""

    def _mimetext(self, text: str | None, subtype: str = "plain") -> MIMEText:
        part = super()._mimetext(text, subtype)
        if subtype.startswith("calendar"):
            part.set_payload((text or "").encode())
            del part["Content-Transfer-Encoding"]
            encode_base64(part)
        return part
