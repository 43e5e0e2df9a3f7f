"""The signed-in browser behind a request.

The cookie carries a random token; the session is a row on the server, so that signing out, losing a
role or changing a password takes effect on the very next request.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from portal.accounts.actor import ANONYMOUS, Actor
from portal.accounts.queries import signed_in
from portal.accounts.sessions import note_write
from portal.clock import now

IDLE_MARK = timedelta(minutes=1)

View = TypeVar("View", bound=Callable[..., Any])

login_manager = LoginManager()
login_manager.session_protection = None  # type: ignore[assignment]


class SignedInBrowser(UserMixin):
    """What Flask-Login keeps for a request: the actor, and the session they came through."""

    def __init__(self, actor: Actor, token: str, session_id: int) -> None:
        self.actor, self.token, self.session_id = actor, token, session_id

    def get_id(self) -> str:
        """The session token: what the cookie holds in place of a user's key."""
        return self.token


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_browser(token: str) -> SignedInBrowser | None:
    """The browser behind a token; None when the session ended, expired or was idle too long."""
    if _idle_too_long():
        return None
    found = signed_in(token)
    return SignedInBrowser(found[0], token, found[1].id) if found else None


def current_actor() -> Actor:
    """The person behind this request, or the anonymous visitor."""
    browser = _browser()
    return browser.actor if browser else ANONYMOUS


def current_session_id() -> int | None:
    """The key of the session behind this request."""
    browser = _browser()
    return browser.session_id if browser else None


def _browser() -> SignedInBrowser | None:
    found = current_user._get_current_object()
    return found if isinstance(found, SignedInBrowser) else None


def begin(actor: Actor, token: str, session_id: int) -> None:
    """Sign this browser in: everything kept before is dropped, so that a planted cookie gains nothing."""
    session.clear()
    session["seen"] = now().isoformat()
    login_user(SignedInBrowser(actor, token, session_id))


def forget() -> None:
    """Drop everything this browser's cookie holds."""
    logout_user()
    session.clear()


def _idle_too_long() -> bool:
    # Kept in the signed cookie, not in the database: reading a page must not write. An old cookie
    # that is played again holds an older moment, so it can only expire sooner.
    seen = datetime.fromisoformat(session.get("seen", "1970-01-01T00:00:00+00:00"))
    if now() - seen > timedelta(minutes=current_app.extensions["settings"].session_idle_minutes):
        return True
    if now() - seen > IDLE_MARK and not _is_polled():
        session["seen"] = now().isoformat()
    return False


def polled(view: View) -> View:
    """Mark a view that a page asks for by itself: it does not keep an idle browser signed in."""
    view.is_polled = True  # type: ignore[attr-defined]
    return view


def _is_polled() -> bool:
    return getattr(current_app.view_functions.get(request.endpoint or ""), "is_polled", False)


def _note_write(response: Response) -> Response:
    browser = _browser() if request.method == "POST" and response.status_code < 400 else None
    if browser:
        note_write(browser.session_id)
    return response


def init_app(app: Flask) -> None:
    """Plug sign-in into the application."""
    login_manager.init_app(app)
    app.after_request(_note_write)
