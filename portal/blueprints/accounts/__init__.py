"""Signing in and out, getting in by a link, and a person's own account."""

from flask import Blueprint

from portal.accounts import queries
from portal.web.access import resolves

blueprint = Blueprint("accounts", __name__)
resolves("session_id", queries.own_session_scope)

from portal.blueprints.accounts import account, links, sessions, sign_in  # noqa: E402

__all__ = ["account", "links", "sessions", "sign_in"]
