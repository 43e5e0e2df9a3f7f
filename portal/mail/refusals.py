"""Which answers of a mail server mean that an address will never take our mail."""

import re
from smtplib import SMTPRecipientsRefused

# About us or about now, though they begin with a 5: sign in first, this mailbox is full.
NOT_FOR_GOOD = frozenset({530, 534, 535, 538, 552})
# Enhanced codes (RFC 3463): 5.7 is the server's policy towards us, such as a relay it does not allow;
# 5.2.2 a full mailbox; 5.3 and 5.4 its own trouble.
NOT_THE_ADDRESS = re.compile(rb"^5\.(7\.|2\.2|3\.|4\.)")


def is_permanent(error: Exception) -> bool:
    """Whether the server refused the addressee for good (5xx at RCPT), so that trying again is useless.

    Everything else is tried again: 4xx, a server that is away, and what a wrong setting of ours brings.
    """
    return isinstance(error, SMTPRecipientsRefused) and all(
        _for_good(code, text) for code, text in error.recipients.values()
    )


def _for_good(code: int, text: bytes) -> bool:
    return 500 <= code < 600 and code not in NOT_FOR_GOOD and not NOT_THE_ADDRESS.match(text)
