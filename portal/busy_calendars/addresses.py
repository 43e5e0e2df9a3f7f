"""Which addresses a calendar may be fetched from: public ones over https, and nothing inside a network.

`here` lets calendars of this very machine through, over http as well: for the demo and for tests.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

LONGEST = 1_500
PORTS = frozenset({443, 8443})
GLOBAL_V6 = ipaddress.ip_network("2000::/3")
RELAYS = (
    ipaddress.ip_network("192.88.99.0/24"),
    ipaddress.ip_network("2001::/32"),
    ipaddress.ip_network("2002::/16"),
)
LOOPBACK = ("127.0.0.1", "::1", "localhost")

INSIDE = "That address leads into a private network. A calendar must be public on the internet, at a secret address."


class NotFetched(Exception):
    """Why a calendar could not be fetched, in words for its host; never more of the address than they typed."""


@dataclass(frozen=True)
class Target:
    """An address taken apart: how it is spoken to, the host's name, its port and what is asked of it."""

    is_https: bool
    host: str
    port: int
    path: str
    is_here: bool


def tidied(address: str) -> str:
    """An address as calendars give it, in the form that is kept: `webcal` is https, and a fragment is left out."""
    parts = urlsplit(address.strip())
    scheme = "https" if parts.scheme.lower() in ("webcal", "webcals") else parts.scheme.lower()
    return urlunsplit((scheme, parts.netloc, parts.path or "/", parts.query, ""))


def target(address: str, *, here: bool) -> Target:
    """Take an address apart. Raises NotFetched for one that no calendar may be fetched from."""
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").encode("idna").decode().lower(), parts.port
    except (ValueError, UnicodeError):
        raise NotFetched("That is not an address.") from None
    is_here = here and host in LOOPBACK
    if len(address) > LONGEST or not address.isascii() or not address.isprintable() or " " in address:
        raise NotFetched(f"An address has no blanks, and at most {LONGEST:,} characters.")
    if parts.scheme != "https" and not (is_here and parts.scheme == "http"):
        raise NotFetched("A calendar's address begins with https://.")
    if not host or "@" in parts.netloc:
        raise NotFetched("That is not an address of a calendar; it must not hold a name or a password.")
    is_https = parts.scheme == "https"
    number = port or (443 if is_https else 80)
    if number not in PORTS and not is_here:
        raise NotFetched("A calendar is fetched from the usual port only.")
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    return Target(is_https, host, number, path, is_here)


def resolved(wanted: Target) -> str:
    """The IP address to connect to, looked up once. Raises NotFetched where any of its addresses is not public."""
    try:
        found = socket.getaddrinfo(wanted.host, wanted.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotFetched("There is no server at that address.") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not (wanted.is_here or all(map(is_public, addresses))):
        raise NotFetched(INSIDE)
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet at large: not private, local, shared, reserved or a relay into those."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if found not in GLOBAL_V6:
            return False
    if any(found.version == relay.version and found in relay for relay in RELAYS):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved
