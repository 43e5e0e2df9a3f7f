"""The demo's mail server: takes every mail, sends none on, and shows them in a browser. Never in production."""

import asyncio
import time
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from threading import Thread
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

HOST = "127.0.0.1"
KEPT = 1000


class Catch:
    """Keeps each mail as a file, whose name sorts by the time it came."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        """Keep the mail that came, whole or not at all."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        unfinished = self.folder / f"{time.time_ns():020}.part"
        unfinished.write_bytes(content)
        unfinished.rename(unfinished.with_suffix(".eml"))
        for old in caught(self.folder)[KEPT:]:
            old.unlink()
        return "250 Caught"


def caught(folder: Path) -> list[Path]:
    """The files of the caught mails, newest first."""
    return sorted(folder.glob("*.eml"), reverse=True)


def read(path: Path) -> EmailMessage:
    """The mail in a file."""
    return BytesParser(policy=policy.default).parsebytes(path.read_bytes())


def run(folder: Path, smtp_port: int, viewer_port: int, door_port: int) -> None:
    """Catch mail on `smtp_port` and show it on `viewer_port`, answers going to `door_port`, until ended."""
    from werkzeug.serving import make_server

    from portal.cli.demo_server.mail_viewer import viewer

    folder.mkdir(parents=True, exist_ok=True)
    shown = make_server(HOST, viewer_port, viewer(folder, door_port), threaded=True)
    Thread(target=shown.serve_forever, daemon=True).start()
    asyncio.run(_catch(folder, smtp_port))


async def _catch(folder: Path, port: int) -> None:
    def session() -> SMTP:
        return SMTP(Catch(folder), enable_SMTPUTF8=True)

    server = await asyncio.get_running_loop().create_server(session, HOST, port)
    await server.serve_forever()
