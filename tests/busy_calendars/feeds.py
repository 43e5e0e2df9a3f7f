"""Calendars as programs give them out, and a server on this machine that serves what it is told to."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]


def calendar(*entries: str) -> bytes:
    """A calendar with entries, each given by its lines."""
    told = [
        f"BEGIN:VEVENT\nUID:{number}@x.example\n{entry}\nEND:VEVENT" for number, entry in enumerate(entries)
    ]
    lines = "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *told, "END:VCALENDAR", ""])
    return lines.replace("\n", "\r\n").encode()


MEETING = "DTSTART:20261125T100000Z\nDTEND:20261125T110000Z\nSUMMARY:Secret plans\nLOCATION:Room 7"


@contextmanager
def served(answer: Answer) -> Iterator[str]:
    """The address of a server on this machine that answers every request so."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/secret-0123456789.ics"
    finally:
        server.shutdown()
        server.server_close()


def giving(body: bytes, status: int = 200, **headers: str) -> Answer:
    """Answer with a body, whatever it is said to be."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer
