"""The address of a recording or a material elsewhere: an https page, and nothing that a browser would run."""

from urllib.parse import urlsplit

from portal.errors import Invalid

LONGEST = 1_000
NOT_IN_LINKS = frozenset(' "<>\\^`{|}')


def checked_link(text: str) -> str:
    """An address as it is kept. Raises Invalid (`link`) for what is no whole https address, or holds a sign-in."""
    link = text.strip()
    if not _is_address(link):
        raise Invalid(link="Enter the whole address of the page, beginning with https://.")
    if len(link) > LONGEST:
        raise Invalid(link=f"An address has at most {LONGEST:,} characters.")
    return link


def _is_address(link: str) -> bool:
    if not link.isascii() or not link.isprintable() or NOT_IN_LINKS & set(link):
        return False
    try:
        parts = urlsplit(link)
        port = parts.port
    except ValueError:
        return False
    named = bool(parts.hostname) and "." in (parts.hostname or "") and "@" not in parts.netloc
    return link.startswith("https://") and named and port != 0
