"""Keep-alive clients that ask for one page again and again, and how long each answer took.

Written on bare sockets: a request costs the client a few hundredths of a millisecond, so what is measured
is the server. `/livez` shows the ceiling.
"""

import socket
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle

from bench.stage import HOST

PATIENCE_SECONDS = 30
PIECE_BYTES = 256 * 1024


@dataclass(frozen=True)
class Figures:
    """Answers a second, the median and 99th percentile in milliseconds, and all answers, the warm-up's too."""

    rate: float
    median: float
    p99: float
    asked: int

    def __str__(self) -> str:
        return f"{self.rate:6.0f}/s {self.median:7.1f} {self.p99:7.1f}"


@dataclass(frozen=True)
class Page:
    """What a client asks for: an address, with the cookie of whoever reads it."""

    address: str
    cookie: str = ""

    @property
    def request(self) -> bytes:
        """The request as it goes over the wire."""
        cookie = f"Cookie: {self.cookie}\r\n" if self.cookie else ""
        return f"GET {self.address} HTTP/1.1\r\nHost: {HOST}\r\nAccept: text/html\r\n{cookie}\r\n".encode()


def measure(port: int, pages: Iterable[Page], clients: int, seconds: float, warm_up: float = 1) -> Figures:
    """Let `clients` read `pages` in turn for so long; what comes in the seconds of `warm_up` before is not counted.

    Raises RuntimeError where an answer is not 200.
    """
    wanted = list(pages)
    start = time.perf_counter() + warm_up
    end = start + seconds
    with ThreadPoolExecutor(clients) as readers:
        started = [
            readers.submit(_read, port, wanted[number % len(wanted) :] + wanted[: number % len(wanted)], end)
            for number in range(clients)
        ]
    read = [answer for reader in started for answer in reader.result()]
    return _figures([taken for begun, taken in read if begun >= start], seconds, len(read))


def _figures(taken: list[float], seconds: float, asked: int) -> Figures:
    ordered = sorted(taken)
    median, p99 = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
    return Figures(len(ordered) / seconds, median * 1000, p99 * 1000, asked)


def _read(port: int, pages: list[Page], end: float) -> list[tuple[float, float]]:
    """When each request was begun, and the seconds until its whole answer was there."""
    requests, read = cycle([page.request for page in pages]), []
    with socket.create_connection((HOST, port), timeout=PATIENCE_SECONDS) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while (begun := time.perf_counter()) < end:
            connection.sendall(next(requests))
            _take_answer(connection)
            read.append((begun, time.perf_counter() - begun))
    return read


def _take_answer(connection: socket.socket) -> None:
    answer = connection.recv(PIECE_BYTES)
    while (head := answer.find(b"\r\n\r\n")) < 0:
        answer += _more(connection)
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(answer[:head].decode(errors="replace").splitlines()[0])
    headers = answer[:head].lower()
    length = int(headers.partition(b"content-length:")[2].partition(b"\r\n")[0])
    left = length - (len(answer) - head - 4)
    while left > 0:
        left -= len(_more(connection))


def _more(connection: socket.socket) -> bytes:
    if not (piece := connection.recv(PIECE_BYTES)):
        raise ConnectionError("the server closed the connection")
    return piece
