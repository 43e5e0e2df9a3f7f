"""A browser as far as a bench needs one: it keeps cookies, signs in, reads forms and sends them."""

import http.client
from dataclasses import dataclass, field
from urllib.parse import urlencode

from bench.stage import HOST
from portal.cli.demo_server.visits import Form

PATIENCE_SECONDS = 30
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Browser:
    """One person's browser at the portal on `port`."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE_SECONDS)

    @property
    def cookie(self) -> str:
        """The Cookie header."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def reconnect(self) -> None:
        """Start a new connection, which another process of the server may take."""
        self.connection.close()
        self.connection.connect()

    def ask(self, method: str, address: str, typed: dict[str, str] | None = None) -> tuple[int, str]:
        """Send a request; the status and the text of the answer. Raises OSError, HTTPException."""
        body = urlencode(typed) if typed is not None else None
        headers = ({"Cookie": self.cookie} if self.cookies else {}) | (FORM if body is not None else {})
        self.connection.request(method, address, body, headers)
        answer = self.connection.getresponse()
        for header in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.read().decode()

    def form(self, address: str) -> dict[str, str]:
        """What the forms of a page hold already: tokens, keys, defaults."""
        status, page = self.ask("GET", address)
        if status != 200:
            raise SystemExit(f"{address} answered {status}")
        return Form(page).values

    def sign_in(self, email: str, password: str) -> None:
        """Sign in through the form."""
        filled = self.form("/sign-in") | {"email": email, "password": password}
        status, _ = self.ask("POST", "/sign-in", filled)
        if status != 303:
            raise SystemExit(f"{email} could not sign in: {status}")
