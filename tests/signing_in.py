"""A browser for tests: signed in without the cost of a password, and counting queries on every page."""

import contextvars
import re
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from portal.accounts.models import Person, Session
from portal.accounts.tokens import digest, new_token
from portal.clock import now
from portal.db import db

QUERY_BUDGET = 8
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|TRUNCATE|COPY|MERGE)\b", re.I)
CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
FORM_KEY = re.compile(r'name="form_key"[^>]*value="([^"]+)"')


class PortalClient:
    """One browser. `get` fails a page that writes, or asks the database more than QUERY_BUDGET times."""

    def __init__(self, app: Flask, person: Person | None = None) -> None:
        self.app = app
        self.browser: FlaskClient = app.test_client()
        self.queries: list[str] = []
        if person is not None:
            self._sign_in(person)

    def as_(self, person: Person) -> "PortalClient":
        """Another browser, in which `person` is signed in."""
        return PortalClient(self.app, person)

    def get(self, address: str, **options: Any) -> TestResponse:
        """Read a page within the query budget, and see that reading it writes nothing."""
        response = self._counted("get", address, **options)
        assert not [query for query in self.queries if WRITES.match(query)], f"reading {address} writes"
        assert len(self.queries) <= QUERY_BUDGET, f"{address} asks {len(self.queries)} times:\n" + "\n".join(
            self.queries
        )
        return response

    def post(
        self, address: str, data: dict[str, Any] | None = None, *, form_at: str | None = None, **options: Any
    ) -> TestResponse:
        """Send a form as a browser would: the CSRF token, and the form key if any, come from the page `form_at`."""
        page = self._alone("get", form_at or address).get_data(as_text=True)
        token, key = CSRF.search(page), FORM_KEY.search(page)
        if token is None:
            token = CSRF.search(self._alone("get", "/account").get_data(as_text=True))
        hidden = {"csrf_token": token[1] if token else "", **({"form_key": key[1]} if key else {})}
        return self._counted("post", address, data=hidden | (data or {}), **options)

    def fragment(self, method: str, address: str, **options: Any) -> TestResponse:
        """Ask as htmx does."""
        headers = {"HX-Request": "true", **options.pop("headers", {})}
        return getattr(self, method)(address, headers=headers, **options)

    def _counted(self, method: str, address: str, **options: Any) -> TestResponse:
        db.session.rollback()
        db.session.remove()
        self.queries = []

        def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            self.queries.append(statement)

        event.listen(db.engine, "before_cursor_execute", count)
        try:
            return self._alone(method, address, **options)
        finally:
            event.remove(db.engine, "before_cursor_execute", count)

    def _alone(self, method: str, address: str, **options: Any) -> TestResponse:
        # Outside the test's own application context, which Flask would otherwise share with the request.
        # Buffered, so that a download is read to its end and its file closed, as a server does.
        options.setdefault("buffered", True)
        return contextvars.Context().run(lambda: getattr(self.browser, method)(address, **options))

    def _sign_in(self, person: Person) -> None:
        token = new_token()
        db.session.add(
            Session(token_hash=digest(token), person_id=person.id, expires_at=now() + timedelta(days=1))
        )
        db.session.commit()
        with self.browser.session_transaction() as cookie:
            cookie.update({"_user_id": token, "_fresh": True, "seen": now().isoformat()})
