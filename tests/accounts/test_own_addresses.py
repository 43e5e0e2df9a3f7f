"""`next` leads to a page of the portal or nowhere."""

import pytest
from flask import Flask

from portal.web.own_addresses import own_address
from tests.accounts.secrets import PASSWORD
from tests.people import World
from tests.signing_in import PortalClient

ELSEWHERE = [
    "", None, "https://evil.example", "http:evil.example", "//evil.example", "///evil.example", "////evil.example/",
    "/\\evil.example", "\\\\evil.example", "\\/evil.example", "/\t/evil.example", "/\n/evil.example", "\t//evil.example",
    " /events", "/events /x", "/events\r\nSet-Cookie: a=b", "/%0d%0aSet-Cookie:a", "javascript:alert(1)", "data:text/html,x",
    "/.evil.example", "/@evil.example", "evil.example", "events", "?next=/events", "#x", "/events//evil", "//events",
    "/no-such-page", "/events/x", "/sign-out", "/events/7/contacts/none", "/\u2044evil.example", "/events\u0000", "/\u0000/evil.example",
    "/sign-in", "/sign-in?next=/sign-in", "http://localhost/events", "//localhost/events", "/./events", "/../events", "/%2f%2fevil.example",
]  # fmt: skip
OURS = [
    ("/events", "/events"),
    ("/account", "/account"),
    ("/events?q=a%20b&cursor=x", "/events?q=a%20b&cursor=x"),
    ("/events#fragment", "/events"),
    ("/", "/"),
]


@pytest.mark.parametrize("typed", ELSEWHERE)
def test_elsewhere_is_refused(app: Flask, context: None, typed: str | None) -> None:
    with app.test_request_context("/sign-in"):
        assert own_address(typed) is None


@pytest.mark.parametrize(("typed", "leads_to"), OURS)
def test_pages_of_ours_are_taken(app: Flask, context: None, typed: str, leads_to: str) -> None:
    with app.test_request_context("/sign-in"):
        assert own_address(typed) == leads_to


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_sign_in_never_leads_elsewhere(client: PortalClient, contact_signs_in: World, onward: str) -> None:
    typed = {"email": contact_signs_in.contact.email, "password": PASSWORD, "next": onward}
    assert client.post("/sign-in", typed).headers["Location"] == "/"
    assert client.get("/sign-in", query_string={"next": onward}).headers["Location"] == "/"


def test_sign_in_leads_to_where_one_was_going(client: PortalClient, contact_signs_in: World) -> None:
    sent_away = client.get("/events?q=con")
    assert sent_away.headers["Location"] == "/sign-in?next=/events?q%3Dcon"
    page = client.get(sent_away.headers["Location"])
    assert 'name="next" type="hidden" value="/events?q=con"' in page.text
    typed = {"email": contact_signs_in.contact.email, "password": PASSWORD, "next": "/events?q=con"}
    assert client.post("/sign-in", typed).headers["Location"] == "/events?q=con"
