"""A stand-in for Stripe, on loopback: not Stripe itself, and not its code.

It speaks the parts of the API that the portal uses, as the public reference describes them: Checkout
sessions (create, retrieve, expire), PaymentIntents (retrieve), refunds (create, list), idempotency keys, errors,
a pay page, and events signed in Stripe's scheme. The portal's adapter talks to it through Stripe's own SDK.
"""

import hashlib
import hmac
import itertools
import json
import re
import threading
import time
from typing import Any
from urllib.request import Request as Outgoing
from urllib.request import urlopen

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

SECRET_KEY = "sk_test_only_for_tests"
ACCOUNT = "acct_only_for_tests"
WEBHOOK_SECRET = "whsec_new_only_for_tests"
OLD_WEBHOOK_SECRET = "whsec_old_only_for_tests"


class Quiet(WSGIRequestHandler):
    """Serves without a line for each request."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


class StripeStandIn:
    """A server in a thread. `address` is its API; `pay`, `decline_later`, `refund_at_desk` act as customer and desk."""

    def __init__(self) -> None:
        self.things: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, tuple[int, dict[str, Any]]] = {}
        self.requests: list[str] = []
        self.webhook = ""
        self.is_down = False
        self.refunds_are = "succeeded"
        self._numbers = itertools.count(1)
        self._lock = threading.RLock()
        self.server = make_server("127.0.0.1", 0, self._serve, threaded=True, request_handler=Quiet)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self) -> "StripeStandIn":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    # What customers and Stripe's own desk do.

    def pay(self, session_id: str) -> dict[str, Any]:
        """The customer pays: also a session that the portal expired a moment too late."""
        with self._lock:
            session = self.things[session_id]
            intent = self._intent(session, "succeeded", session["amount_total"])
            session.update(status="complete", payment_status="paid", payment_intent=intent["id"])
            return session

    def decline_later(self, session_id: str) -> dict[str, Any]:
        """A bank debit that is refused after the customer has left."""
        with self._lock:
            session = self.things[session_id]
            intent = self._intent(session, "requires_payment_method", 0)
            intent["last_payment_error"] = {"message": "The bank refused the debit."}
            session.update(status="complete", payment_status="unpaid", payment_intent=intent["id"])
            return session

    def refund_at_desk(self, session_id: str, cents: int) -> dict[str, Any]:
        """Paid back in Stripe's dashboard, without the portal."""
        with self._lock:
            return self._refunded(self.things[session_id]["payment_intent"], cents, {})

    def event(
        self,
        kind: str,
        thing: dict[str, Any],
        *,
        secret: str = WEBHOOK_SECRET,
        at: int | None = None,
        **more: Any,
    ) -> tuple[bytes, str]:
        """An event about `thing`, and its signature header."""
        event = {
            "id": f"evt_{next(self._numbers)}", "object": "event", "type": kind, "livemode": False,
            "created": int(time.time()), "data": {"object": thing}, **more,
        }  # fmt: skip
        payload = json.dumps(event).encode()
        return payload, sign(payload, secret, at)

    # The API.

    def _serve(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        self.requests.append(f"{request.method} {request.path}")
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.path.startswith("/pay/"):
            return self._pay_page(request)
        if self.is_down:
            return _json(500, {"error": {"type": "api_error", "message": "down"}})
        if request.headers.get("Authorization") != f"Bearer {SECRET_KEY}":
            return _json(401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key"}})
        with self._lock:
            key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
            if key is None or key not in self.answers:
                answer = self._act(request)
                if key is None or answer[0] >= 500:
                    return _json(*answer)
                self.answers[key] = json.loads(json.dumps(answer))
            return _json(*self.answers[key])

    def _act(self, request: Request) -> tuple[int, dict[str, Any]]:
        path, form = request.path, request.form
        if (request.method, path) == ("GET", "/v1/account"):
            return 200, {"object": "account", "id": ACCOUNT}
        if (request.method, path) == ("POST", "/v1/checkout/sessions"):
            return 200, self._open(nested(form.items(multi=True)))
        if found := re.fullmatch(r"/v1/checkout/sessions/(\w+)/expire", path):
            return self._expire(found[1])
        if (request.method, path) == ("POST", "/v1/refunds"):
            return self._refund(nested(form.items(multi=True)))
        if (request.method, path) == ("GET", "/v1/refunds"):
            mine = [t for t in self.things.values() if t["object"] == "refund"]
            wanted = request.args["payment_intent"]
            listed = [refund for refund in mine if refund["payment_intent"] == wanted]
            return 200, {"object": "list", "data": listed, "has_more": False, "url": path}
        found = re.fullmatch(r"/v1/(?:checkout/sessions|payment_intents)/(\w+)", path)
        if found and found[1] in self.things:
            return 200, self.things[found[1]]
        return 404, _error(f"No such thing: {path}")

    def _open(self, asked: dict[str, Any]) -> dict[str, Any]:
        number, price = next(self._numbers), asked["line_items"]["0"]["price_data"]
        session = {
            "id": f"cs_test_{number}", "object": "checkout.session", "status": "open", "payment_status": "unpaid",
            "amount_total": int(price["unit_amount"]) * int(asked["line_items"]["0"]["quantity"]),
            "currency": price["currency"], "client_reference_id": asked["client_reference_id"],
            "metadata": asked["metadata"], "payment_intent": None, "livemode": False,
            "success_url": asked["success_url"], "cancel_url": asked["cancel_url"],
            "url": f"{self.address}/pay/cs_test_{number}", "expires_at": int(time.time()) + 24 * 3600,
        }  # fmt: skip
        return self._kept(session)

    def _expire(self, session_id: str) -> tuple[int, dict[str, Any]]:
        session = self.things[session_id]
        if session["status"] != "open":
            return 400, _error("Only Checkout Sessions with a status of open can be expired.")
        session["status"] = "expired"
        return 200, session

    def _refund(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        intent, cents = self.things[asked["payment_intent"]], int(asked["amount"])
        mine = [t for t in self.things.values() if t["object"] == "refund" and t["status"] != "failed"]
        given = sum(each["amount"] for each in mine if each["payment_intent"] == intent["id"])
        if given + cents > intent["amount_received"]:
            return 400, _error("Refund amount is greater than unrefunded amount on charge.")
        return 200, self._refunded(intent["id"], cents, asked.get("metadata", {}))

    def _refunded(self, intent_id: str, cents: int, marks: dict[str, Any]) -> dict[str, Any]:
        refund = {
            "id": f"re_{next(self._numbers)}", "object": "refund", "amount": cents, "status": self.refunds_are,
            "payment_intent": intent_id, "metadata": marks,
        }  # fmt: skip
        return self._kept(refund)

    def _intent(self, session: dict[str, Any], status: str, received: int) -> dict[str, Any]:
        intent = {
            "id": f"pi_{next(self._numbers)}", "object": "payment_intent", "status": status,
            "amount": session["amount_total"], "amount_received": received, "currency": session["currency"],
            "last_payment_error": None, "metadata": session["metadata"],
        }  # fmt: skip
        return self._kept(intent)

    def _kept(self, thing: dict[str, Any]) -> dict[str, Any]:
        self.things[thing["id"]] = thing
        return thing

    # The pay page, for a browser.

    def _pay_page(self, request: Request) -> Response:
        session = self.things[request.path.removeprefix("/pay/")]
        if request.method == "GET":
            page = f"""<!doctype html><html lang="en"><title>Stand-in for Stripe</title><h1>Pay {session["amount_total"]}</h1>
            <form method="post"><button>Pay</button></form> <a href="{session["cancel_url"]}">Back</a>"""
            return Response(page, mimetype="text/html")
        self.pay(session["id"])
        if self.webhook:
            self.tell("checkout.session.completed", session)
        return Response(status=303, headers={"Location": session["success_url"]})

    def tell(self, kind: str, thing: dict[str, Any]) -> int:
        """Send an event to the portal's webhook; the answer's status."""
        payload, signature = self.event(kind, thing)
        headers = {"Stripe-Signature": signature, "Content-Type": "application/json"}
        with urlopen(Outgoing(self.webhook, payload, headers), timeout=10) as answer:
            return int(answer.status)


def sign(payload: bytes, secret: str, at: int | None = None) -> str:
    """The signature header of Stripe's scheme: HMAC-SHA256 over the moment and the body."""
    moment = int(time.time()) if at is None else at
    mark = hmac.new(secret.encode(), f"{moment}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={moment},v1={mark}"


def nested(pairs: Any) -> dict[str, Any]:
    """`a[b][0]=c` as dictionaries in dictionaries."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        *path, last = re.findall(r"[^\[\]]+", name)
        inner = found
        for step in path:
            inner = inner.setdefault(step, {})
        inner[last] = value
    return found


def _error(message: str) -> dict[str, Any]:
    return {"error": {"type": "invalid_request_error", "message": message}}


def _json(status: int, answer: dict[str, Any]) -> Response:
    return Response(json.dumps(answer), status, mimetype="application/json")
