"""Secret tokens: 256 random bits in the cookie or link, only a hash in the database."""

import hashlib
import secrets


def new_token() -> str:
    """A fresh token of 256 bits, safe in an address."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored in place of `token`. A plain hash is enough: the token is random, not a password."""
    return hashlib.sha256(token.encode()).hexdigest()
