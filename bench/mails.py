"""How many mails a worker sends in a second, by `PORTAL_WORKER_CONCURRENCY`.

    .venv/bin/python bench/mails.py [--concurrency 1,4,8] [--mails 600] [--delay-ms 0] [--rounds 3]

The mails are written as the portal writes them, a transaction for each ten. A mail server on this machine
takes each after `--delay-ms`, as one far away would. Counted is from the worker's first mail to the last,
and the best round is told, as the one that was least disturbed.
"""

import argparse
import asyncio
import time
from functools import partial
from typing import Any

import psycopg
from aiosmtpd.smtp import SMTP

from bench.processor import busy_elsewhere
from bench.stage import HOST, Stage, free_port, stage
from portal import create_app
from portal.clock import now
from portal.config import load_settings
from portal.db import db

PATIENCE_SECONDS = 300
LOOK_EVERY_SECONDS = 0.02


def main() -> None:
    """Measure every concurrency in turn and print a table."""
    arguments = _arguments()
    numbers = [int(number) for number in arguments.concurrency.split(",")]
    found: dict[int, list[float]] = {number: [] for number in numbers}
    port = free_port()
    settings = {"PORTAL_MAIL_HOST": HOST, "PORTAL_MAIL_PORT": port, "PORTAL_LOG_LEVEL": "WARNING"}
    with stage(**settings) as at, at.working(partial(_take_mail, port, arguments.delay_ms), "mail server"):
        for turn in range(arguments.rounds):
            for number in numbers:
                found[number].append(_rate(at, number, arguments.mails, f"{turn}-{number}"))
    print(f"| concurrency | mails a second, the server taking {arguments.delay_ms} ms for each |\n|---|---|")
    for number, rates in found.items():
        print(f"| {number} | {max(rates):.0f} |")
    print(busy_elsewhere())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Mails a second.")
    parser.add_argument("--concurrency", default="1,4,8")
    parser.add_argument("--mails", type=int, default=600)
    parser.add_argument("--delay-ms", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def _rate(at: Stage, concurrency: int, mails: int, turn: str) -> float:
    _write(at, mails, turn)
    with (
        psycopg.connect(at.database_url, autocommit=True) as connection,
        at.with_settings(PORTAL_WORKER_CONCURRENCY=concurrency).working(_work, f"worker {turn}"),
    ):
        first = _wait(connection, lambda sent: sent > 0)
        last = _wait(connection, lambda sent: sent >= mails)
        connection.execute("DELETE FROM outbound_mail")
    return (last[1] - first[1]) / (last[0] - first[0])


def _write(at: Stage, mails: int, turn: str) -> None:
    from portal.mail.post import post
    from tests.people import person

    app = create_app(load_settings(at.environment))
    with app.app_context():
        to = person(f"Reader {turn}")
        db.session.commit()
        for number in range(mails):
            post(to, "password_changed", cause=f"bench:{turn}:{number}", at=now())
            if number % 10 == 9:
                db.session.commit()
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def _wait(connection: psycopg.Connection[Any], enough: Any) -> tuple[float, int]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        row = connection.execute("SELECT count(*) FROM outbound_mail WHERE state = 'sent'").fetchone()
        sent = int(row[0]) if row else 0
        if enough(sent):
            return time.monotonic(), sent
        time.sleep(LOOK_EVERY_SECONDS)
    raise SystemExit(f"The worker did not send its mails in {PATIENCE_SECONDS} s.")


def _work() -> None:
    from portal.cli import worker

    worker.run()


def _take_mail(port: int, delay_ms: int) -> None:
    asyncio.run(_serve_mail(port, delay_ms))


async def _serve_mail(port: int, delay_ms: int) -> None:
    class Taker:
        """Takes every mail and keeps none."""

        async def handle_DATA(self, *_: object) -> str:
            await asyncio.sleep(delay_ms / 1000)
            return "250 Taken"

    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Taker(), enable_SMTPUTF8=True), HOST, port)
    await server.serve_forever()


if __name__ == "__main__":
    main()
