"""Takes a request in whole before work on it begins.

The server reads a body in the thread that answers the request. Without this, a handful of people on a bad
line, or one of ill will, would hold every thread, each with a database connection, while they send.
"""

from collections.abc import Iterable
from tempfile import SpooledTemporaryFile
from threading import BoundedSemaphore
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

IN_MEMORY_BYTES = 1024 * 1024
PIECE_BYTES = 64 * 1024


class Received:
    """A WSGI application that works on `at_once` requests at a time, each only when its body is there.

    A body longer than `longest` bytes is not taken in; the application refuses it by its length.
    """

    def __init__(self, app: "WSGIApplication", *, at_once: int, longest: int) -> None:
        self.app, self.longest = app, longest
        self.places = BoundedSemaphore(at_once)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        with SpooledTemporaryFile(IN_MEMORY_BYTES) as body:
            if self._has_body(environ):
                self._take_in(environ, body)
            with self.places:
                return self.app(environ, start_response)

    def _has_body(self, environ: "WSGIEnvironment") -> bool:
        announced = environ.get("CONTENT_LENGTH") or "0"
        chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        return chunked or (announced.isdecimal() and 0 < int(announced) <= self.longest)

    def _take_in(self, environ: "WSGIEnvironment", body: IO[bytes]) -> None:
        source: Any = environ["wsgi.input"]
        # One byte too many is enough to be refused.
        left = int(environ.get("CONTENT_LENGTH") or self.longest + 1)
        while left > 0 and (piece := source.read(min(PIECE_BYTES, left))):
            left -= len(piece)
            body.write(piece)
        if not environ.get("CONTENT_LENGTH"):
            environ["CONTENT_LENGTH"] = str(body.tell())
            environ.pop("HTTP_TRANSFER_ENCODING", None)
        body.seek(0)
        environ["wsgi.input"] = body
