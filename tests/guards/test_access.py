"""Every route, as every role, on one's own things and on another customer's: page and fragment alike.

The cells come from the URL map, and what each must answer from the permission table alone, so a new
route is either covered or fails here.
"""

import re
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from portal import create_app
from portal.accounts.permissions import EVERYONE, PERMISSIONS, PUBLIC, SIGNED_IN, Role
from tests.guards.belongings import Belongings, belongings
from tests.people import World
from tests.signing_in import CSRF, PortalClient

# Whom the thing in an address exists for: those who see the page that it belongs to.
SEES = {
    # The people of a session are known to the event's own and to whoever hosts it: here, the agent.
    "audience_id": {Role.ORGANISER, Role.CONTACT, Role.AGENT}, "member_id": {Role.ORGANISER, Role.CONTACT, Role.AGENT},
    "material_id": PERMISSIONS["booking:read"],
    "event_id": PERMISSIONS["event:read"], "contact_id": PERMISSIONS["event:read"],
    "removal_id": PERMISSIONS["event:read"], "mail_id": PERMISSIONS["mail:sort"], "ticket_id": PERMISSIONS["ticket:read"],
    "attachment_id": PERMISSIONS["ticket:read"], "reply_id": PERMISSIONS["reply:manage"], "order_id": PERMISSIONS["order:read"], "quote_id": PERMISSIONS["quote:read"], "notice_id": PERMISSIONS["event:read"], "payment_id": PERMISSIONS["order:read"], "document_id": PERMISSIONS["order:read"],
    "question_id": PERMISSIONS["question:read"], "answer_id": PERMISSIONS["help:manage"],
    "booking_id": PERMISSIONS["booking:read"], "availability_id": PERMISSIONS["availability:publish"],
    "waiting_id": PERMISSIONS["booking:read"],
    "category_id": PERMISSIONS["article:write"],
    **dict.fromkeys(("host_id", "hours_id", "day_id", "busy_calendar_id"), PERMISSIONS["availability:publish"]),
    "colleague_id": PERMISSIONS["duty:edit"], "exception_id": PERMISSIONS["duty:edit"], "absence_id": PERMISSIONS["duty:edit"],
    "entry_id": PERMISSIONS["availability:publish"], "window_id": PERMISSIONS["after_hours:read"], "taker_id": PERMISSIONS["after_hours:hold"],
    "draft_id": PERMISSIONS["policy:publish"], "comment_id": PERMISSIONS["wish:moderate"],
    "round_id": PERMISSIONS["wish:evaluate"],
    "person_id": PERMISSIONS["people:manage"], "grant_id": PERMISSIONS["people:manage"],
    "organisation_id": PERMISSIONS["organisation:manage"] | {Role.ORGANISER, Role.AGENT},
}  # fmt: skip
# A published wish exists for everybody who has signed in, an article for everyone.
SHARED = {"wish_id", "image_id", "article_id"}
# A person's own things: nobody else's exist for them.
OWN_ONLY = {
    "filter_id": ("agent", "manager"),
    "session_id": ("contact", "outside_contact"),
    "hold_id": ("contact", "outside_contact"),
    "import_id": ("organiser", "outsider"),
}
# Parameters that name nothing of anybody's.
PLAIN = {
    "number": 1,
    "name": "organisers",
    "token": "no-such-token",
    "filename": "portal.css",
    "slug": "an-old-title",
    "reference": "none",
    "part": "prices",
    "by": "events",
}

ACTORS = (
    "anonymous", "nobody", "organiser", "contact", "outsider", "outside_contact", "agent", "moderator", "manager", "admin",
)  # fmt: skip
OWN_ROLES = {"organiser": {Role.ORGANISER}, "contact": {Role.CONTACT}}
FOREIGN_ROLES = {"outsider": {Role.ORGANISER}, "outside_contact": {Role.CONTACT}}
STAFF_ROLES = {name: {Role(name)} for name in ("agent", "moderator", "manager", "admin")}

# What each browser last got to send its forms with.
TOKENS: WeakKeyDictionary[PortalClient, str] = WeakKeyDictionary()

ADMITTED, SIGN_IN, FORBIDDEN, NOT_FOUND = "admitted", "sign in", 403, 404

# Cells that the permission table cannot know, each with its reason.
EXCUSED = {
    # The front door and signing out lead to the sign-in page by design.
    ("home.index", ADMITTED, SIGN_IN),
    ("accounts.sign_out", ADMITTED, SIGN_IN),
    ("accounts.end_all_sessions", ADMITTED, SIGN_IN),
    # Its stored file is not there in this world; the permission was given.
    ("tickets.attachment", ADMITTED, NOT_FOUND),
    # A text file, of which there is no picture; and a suggestion that was not named.
    ("files.preview", ADMITTED, NOT_FOUND),
    ("known.answered", ADMITTED, NOT_FOUND),
    # The link in the address is signed for nobody.
    ("satisfaction.new", ADMITTED, NOT_FOUND),
    ("satisfaction.create", ADMITTED, NOT_FOUND),
    # Asked without saying which line of the checklist, or which entry of time.
    ("after_event.settle", ADMITTED, NOT_FOUND),
    ("ticket_work.new_correction", ADMITTED, NOT_FOUND),
    ("ticket_work.correct_time", ADMITTED, NOT_FOUND),
    # Asked without saying which session and when.
    ("bookings.new", ADMITTED, NOT_FOUND),
    ("bookings.create", ADMITTED, NOT_FOUND),
    ("holds.create", ADMITTED, NOT_FOUND),
    ("waiting.create", ADMITTED, NOT_FOUND),
    # A contact's role ends by an approved removal alone (WHO-6).
    ("people.end_role", ADMITTED, FORBIDDEN),
    # Its stored bytes are not there in this world; the permission was given.
    ("inbound.original", ADMITTED, NOT_FOUND),
    # The link was made for nobody.
    ("unsubscribing.show", ADMITTED, NOT_FOUND),
    ("unsubscribing.create", ADMITTED, NOT_FOUND),
    # The address opens nobody's calendar.
    ("calendar_feed.read", ADMITTED, NOT_FOUND),
    # A wish is edited by whoever wrote it, which the permission table cannot know.
    ("wish_edits.edit", ADMITTED, FORBIDDEN),
    ("wish_edits.update", ADMITTED, FORBIDDEN),
    # Their stored files are not there in this world; no film is set.
    ("wishes.picture", ADMITTED, NOT_FOUND),
    ("wish_guide.film", ADMITTED, NOT_FOUND),
    ("wish_guide.captions", ADMITTED, NOT_FOUND),
    # Neither provider is offered in this world.
    ("payments.trial", ADMITTED, NOT_FOUND),
    ("payments.act_on_trial", ADMITTED, NOT_FOUND),
    ("payments.stripe_webhook", ADMITTED, NOT_FOUND),
}


def routes(app: Flask) -> list[tuple[str, Rule]]:
    return [
        (method, rule)
        for rule in sorted(app.url_map.iter_rules(), key=str)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if rule.endpoint != "static"
    ]


def _all_routes() -> list[Any]:
    from portal.config import load_settings

    settings = load_settings({}, database_url="postgresql://nobody@127.0.0.1:1/none", secret_key="x" * 32)
    return [
        pytest.param(method, rule.rule, id=f"{method} {rule.rule}")
        for method, rule in routes(create_app(settings))
    ]


def permission_of(app: Flask, rule: Rule) -> str | None:
    return getattr(app.view_functions[rule.endpoint], "permission", None)


def expected(permission: str, parameters: set[str], actor: str, owner: str) -> str | int:
    """What the permission table says of one cell."""
    if permission == PUBLIC:
        return ADMITTED
    if actor == "anonymous":
        return SIGN_IN
    anywhere = STAFF_ROLES.get(actor, set()) | OWN_ROLES.get(actor, set()) | FOREIGN_ROLES.get(actor, set())
    there = STAFF_ROLES.get(actor, set()) | (OWN_ROLES if owner == "own" else FOREIGN_ROLES).get(actor, set())
    for parameter in parameters & OWN_ONLY.keys():
        own, foreign = OWN_ONLY[parameter]
        holder = own if owner == "own" else foreign
        return ADMITTED if actor == holder else NOT_FOUND
    if any(not there & SEES[parameter] for parameter in parameters & SEES.keys()):
        return NOT_FOUND
    if permission == SIGNED_IN:
        return ADMITTED
    held = there if parameters & SEES.keys() else anywhere
    return ADMITTED if held & PERMISSIONS[permission] else FORBIDDEN


def answered(response: TestResponse) -> str | int:
    """What one cell answered, in the words of `expected`."""
    leads_to_sign_in = "/sign-in" in (
        response.headers.get("Location", "") + response.headers.get("HX-Redirect", "")
    )
    if leads_to_sign_in and response.status_code in (302, 303, 401):
        return SIGN_IN
    if response.status_code in (403, 404):
        return response.status_code
    assert response.status_code < 500, response.text[:500]
    return ADMITTED


def address(rule: str, things: Belongings) -> str:
    return re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", lambda found: str((PLAIN | things.values)[found[1]]), rule)


@pytest.fixture
def customers(world: World) -> dict[str, Belongings]:
    """One of everything of our customer, and of another."""
    return {
        "own": belongings(world, world.congress, world.organiser, world.contact, day=10),
        "foreign": belongings(world, world.fair, world.outsider, world.outside_contact, day=12),
    }


def cells() -> Iterator[tuple[str, str]]:
    yield from ((actor, owner) for actor in ACTORS for owner in ("own", "foreign"))


def test_every_route_declares_a_permission(app: Flask) -> None:
    assert [rule.rule for _, rule in routes(app) if permission_of(app, rule) is None] == []


def test_every_parameter_is_known_to_this_table(app: Flask) -> None:
    known = SEES.keys() | SHARED | OWN_ONLY.keys() | PLAIN.keys()
    assert {parameter for _, rule in routes(app) for parameter in rule.arguments} - known == set()


def test_every_permission_is_used_or_known() -> None:
    assert all(roles <= EVERYONE for roles in PERMISSIONS.values())


@pytest.mark.usefixtures("outbox")
@pytest.mark.parametrize(("method", "rule"), _all_routes())
def test_who_gets_in(
    app: Flask, world: World, customers: dict[str, Belongings], client: PortalClient, method: str, rule: str
) -> None:
    route = next(found for verb, found in routes(app) if (verb, found.rule) == (method, rule))
    permission = permission_of(app, route)
    assert permission is not None
    browsers = {name: client if name == "anonymous" else client.as_(getattr(world, name)) for name in ACTORS}
    wrong, done = [], set()
    # Those who must not get in are asked first, while nothing has changed yet.
    order = sorted(cells(), key=lambda cell: expected(permission, route.arguments, *cell) == ADMITTED)
    for actor, owner in order:
        for headers in ({}, {"HX-Request": "true"}):
            target = address(rule, customers[owner])
            got = answered(_ask(browsers[actor], method, target, headers))
            must = expected(permission, route.arguments, actor, owner)
            gone = got == NOT_FOUND and target in done
            done |= {target} if got == ADMITTED and method == "POST" else set()
            if got != must and not gone and (route.endpoint, must, got) not in EXCUSED:
                wrong.append(
                    f"{actor} at {owner} {target}{' (fragment)' if headers else ''}: {got}, not {must}"
                )
    assert not wrong, "\n".join(wrong)


def _ask(browser: PortalClient, method: str, target: str, headers: dict[str, str]) -> TestResponse:
    if method == "GET":
        return browser.get(target, headers=headers)
    TOKENS[browser] = TOKENS.get(browser) or _token(browser)
    answer = _send(browser, target, TOKENS[browser], headers)
    if answer.status_code != 400:
        return answer
    # Its session ended with an earlier answer, and the token with it.
    TOKENS[browser] = _token(browser)
    return _send(browser, target, TOKENS[browser], headers)


def _send(browser: PortalClient, target: str, token: str, headers: dict[str, str]) -> TestResponse:
    return browser._counted("post", target, data={"csrf_token": token}, headers=headers)


def _token(browser: PortalClient) -> str:
    # The leanest page that has one: it stands in the header of every page.
    page = browser.get("/no-such-page").text
    found = CSRF.search(page) or CSRF.search(browser.get("/sign-in").text)
    assert found is not None
    return found[1]
