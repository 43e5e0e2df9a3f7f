"""Slow senders hold no place: work on a request begins when its body is there."""

import io
from collections.abc import Iterable
from threading import Event, Thread
from typing import Any

import pytest
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app

from portal.cli.receiving import Received


def echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answers with what it was sent."""
    start_response("200 OK", [])
    return [environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))]


class SlowSender(io.RawIOBase):
    """A body of which the second half comes when it is let."""

    def __init__(self) -> None:
        self.half_sent, self.go_on = Event(), Event()
        self.pieces = [b"first ", b"second"]

    def read(self, size: int = -1) -> bytes:
        if len(self.pieces) == 1:
            self.half_sent.set()
            assert self.go_on.wait(30)
        return self.pieces.pop(0) if self.pieces else b""


def test_a_slow_sender_does_not_keep_others_waiting() -> None:
    app, slow, answers = Received(echo, at_once=1, longest=100), SlowSender(), []
    sent = EnvironBuilder(method="POST").get_environ() | {"wsgi.input": slow, "CONTENT_LENGTH": "12"}
    sender = Thread(target=lambda: answers.append(b"".join(run_wsgi_app(app, sent)[0])))
    sender.start()
    assert slow.half_sent.wait(30)
    assert Client(app).post("/", data=b"quick").data == b"quick"
    assert answers == []
    slow.go_on.set()
    sender.join(30)
    assert answers == [b"first second"]


def test_work_holds_a_place_until_it_is_done() -> None:
    free: list[bool] = []

    def work(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        free.append(app.places.acquire(blocking=False))
        return echo(environ, start_response)

    app = Received(work, at_once=1, longest=100)
    Client(app).get("/")
    assert free == [False]
    assert app.places.acquire(blocking=False)


def test_a_body_of_unknown_length_is_measured() -> None:
    sent = EnvironBuilder(method="POST", input_stream=io.BytesIO(b"in pieces")).get_environ()
    sent["HTTP_TRANSFER_ENCODING"] = "chunked"
    sent.pop("CONTENT_LENGTH", None)
    assert b"".join(run_wsgi_app(Received(echo, at_once=1, longest=100), sent)[0]) == b"in pieces"


@pytest.mark.parametrize("announced", [True, False])
def test_of_a_body_that_is_too_long_only_so_much_is_taken_that_it_is_refused(announced: bool) -> None:
    source, lengths = io.BytesIO(b"x" * 1000), []

    def note_length(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        lengths.append(int(environ["CONTENT_LENGTH"]))
        start_response("413 Content Too Large", [])
        return []

    sent = EnvironBuilder(method="POST", input_stream=source).get_environ()
    sent |= (
        {"CONTENT_LENGTH": "1000"}
        if announced
        else {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    )
    run_wsgi_app(Received(note_length, at_once=1, longest=100), sent)
    assert lengths == [1000 if announced else 101]
    assert source.tell() == (0 if announced else 101)
