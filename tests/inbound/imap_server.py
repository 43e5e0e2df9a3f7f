"""A mailbox on this machine that speaks as much IMAP as fetching mail needs.

It stands in for a real server in the tests that run everywhere; `bench/mail_conversation.py` uses Dovecot.
"""

import re
import socketserver
import threading

LITERAL = b"* %d FETCH (UID %d BODY[] {%d}\r\n%s)\r\n"


class Mailbox(socketserver.ThreadingTCPServer):
    """Mails by UID, with the flags that were set on them. `dropped` makes it hang up at a command."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.port: int = self.server_address[1]
        self.mails: dict[int, bytes] = {}
        self.read: set[int] = set()
        self.moved: dict[int, str] = {}
        self.dropped: bytes = b""

    def put(self, raw: bytes) -> int:
        """Lay a mail into the mailbox; its UID."""
        uid = len(self.mails) + 1
        self.mails[uid] = raw
        return uid

    def __enter__(self) -> "Mailbox":
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class Talk(socketserver.StreamRequestHandler):
    """One connection."""

    server: Mailbox

    def handle(self) -> None:
        """Answer commands until the client leaves."""
        self.wfile.write(b"* OK [CAPABILITY IMAP4rev1 MOVE] ready\r\n")
        for line in self.rfile:
            tag, _, command = line.strip().partition(b" ")
            if self.server.dropped and command.startswith(self.server.dropped):
                return
            for answer in self._answers(command):
                self.wfile.write(answer)
            self.wfile.write(tag + b" OK done\r\n")
            if command.upper() == b"LOGOUT":
                return

    def _answers(self, command: bytes) -> list[bytes]:
        box, words = self.server, command.upper()
        if words == b"CAPABILITY":
            return [b"* CAPABILITY IMAP4rev1 MOVE\r\n"]
        if words == b"LOGOUT":
            return [b"* BYE\r\n"]
        if words.startswith(b"SELECT"):
            return [b"* %d EXISTS\r\n" % len(box.mails)]
        if words.startswith(b"STATUS"):
            return [b'* STATUS "INBOX" (UIDVALIDITY 7)\r\n']
        if words.startswith(b"UID SEARCH"):
            new = [uid for uid in box.mails if uid not in box.read and uid not in box.moved]
            return [b"* SEARCH" + b"".join(b" %d" % uid for uid in new) + b"\r\n"]
        uid = int((re.search(rb"UID \w+ (\d+)", command) or [b"", b"0"])[1])
        return self._about(uid, words)

    def _about(self, uid: int, words: bytes) -> list[bytes]:
        box = self.server
        raw = box.mails.get(uid, b"")
        if b"RFC822.SIZE" in words:
            return [b"* %d FETCH (UID %d RFC822.SIZE %d)\r\n" % (uid, uid, len(raw))]
        if b"BODY.PEEK[HEADER]" in words:
            head = raw.partition(b"\n\n")[0] + b"\n\n"
            return [LITERAL % (uid, uid, len(head), head)]
        if b"BODY.PEEK[]" in words:
            return [LITERAL % (uid, uid, len(raw), raw)]
        if b"STORE" in words:
            box.read.add(uid)
        if words.startswith(b"UID MOVE"):
            box.moved[uid] = words.split()[-1].decode().strip('"')
        return []
