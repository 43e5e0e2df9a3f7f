"""Sixteen browsers that all click at the same moment, and what came of it."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.browser import Browser

BARRIER_SECONDS = 30
NO_ANSWER = 599

Click = Callable[[], int]


@dataclass
class Client:
    """A signed-in browser, and the token that its forms carry."""

    browser: Browser
    token: str

    @classmethod
    def signed_in(cls, port: int, email: str, password: str) -> "Client":
        """Sign in through the form."""
        browser = Browser(port)
        browser.sign_in(email, password)
        return cls(browser, browser.form("/events")["csrf_token"])

    def twin(self) -> "Client":
        """Another window of the same browser: the same session on a connection of its own."""
        return Client(Browser(self.browser.port, dict(self.browser.cookies)), self.token)

    def click(self, address: str, **typed: str) -> Click:
        """What sends a form to `address` and gives the status of the answer."""
        return lambda: self.browser.ask("POST", address, {"csrf_token": self.token, **typed})[0]

    def post(self, address: str, body: bytes, headers: dict[str, str]) -> Click:
        """What sends a body as it stands, without a session, and gives the status of the answer."""

        def send() -> int:
            self.browser.connection.request("POST", address, body, headers)
            answer = self.browser.connection.getresponse()
            answer.read()
            return answer.status

        return send


@dataclass
class Tally:
    """What came of the trials of one contest on one server.

    `broken` had any problem at all, `shown` the one that the control is there to show.
    """

    trials: int = 0
    broken: int = 0
    shown: int = 0
    seconds: float = 0.0
    problems: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def server_errors(self) -> int:
        """Answers from 500 on, and requests without an answer."""
        return sum(number for status, number in self.statuses.items() if status >= 500)

    def add(self, statuses: list[int], problems: list[str], shows: str) -> None:
        """Count one trial."""
        self.trials += 1
        self.broken += bool(problems)
        self.shown += shows in problems
        self.problems.update(problems)
        self.statuses.update(statuses)


def at_once(clicks: list[tuple[Client, Click]]) -> list[int]:
    """Let all clients click at the same moment, each on a new connection; the statuses in their order."""
    together, statuses = threading.Barrier(len(clicks)), [NO_ANSWER] * len(clicks)

    def send(number: int) -> None:
        client, click = clicks[number]
        client.browser.reconnect()
        together.wait(BARRIER_SECONDS)
        try:
            statuses[number] = click()
        except OSError as error:
            print(f"no answer: {error!r}", flush=True)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(len(clicks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses
