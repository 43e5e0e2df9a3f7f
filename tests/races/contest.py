"""Several at the same moment, each in a thread and a transaction of its own."""

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy.exc import DBAPIError

from portal.db import db
from portal.errors import PortalError


def at_once(app: Flask, works: list[Callable[[], Any]]) -> list[Any]:
    """Do all of `works` at the same moment, each in its own thread; what each gave or raised."""
    start, answers = threading.Barrier(len(works)), [None] * len(works)
    # Let go of what the works name, which several threads must not load at once.
    db.session.close()

    def run(number: int, work: Callable[[], Any]) -> None:
        with app.app_context():
            start.wait(timeout=20)
            try:
                answers[number] = work()
            except (PortalError, DBAPIError, threading.BrokenBarrierError) as error:
                answers[number] = error

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    return answers


def kinds(answers: list[Any]) -> dict[str, int]:
    found = [type(answer).__name__ for answer in answers]
    return {name: found.count(name) for name in sorted(set(found))}
