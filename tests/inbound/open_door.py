"""The door for mail servers, open on this machine while a test runs."""

import asyncio
import socket
import threading

from flask import Flask

from portal.inbound.door import serve


class OpenDoor:
    """A door on a free port of this machine, in a thread of its own."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        self.serving = self.loop.create_task(serve(self.app, "127.0.0.1", self.port))
        try:
            self.loop.run_until_complete(self.serving)
        except asyncio.CancelledError:
            self.loop.close()

    def __enter__(self) -> int:
        self.thread.start()
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self.port
            except ConnectionRefusedError:
                continue

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.serving.cancel)
        self.thread.join()
