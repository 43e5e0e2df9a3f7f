"""Stand-ins, on loopback, for two servers of others: a ClamAV daemon and an S3-compatible store.

Neither is the real thing. The first knows one signature, the harmless test file that scanners agree on;
the second keeps objects in memory and refuses what is not signed as AWS Signature Version 4 asks for.
"""

import hashlib
import hmac
import re
import socketserver
import struct
import threading
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

# Written in two parts, so that this file is not taken for the test file itself.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd(socketserver.ThreadingTCPServer):
    """Speaks INSTREAM. `answer` set to bytes is what it says instead of a verdict."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Scan)
        self.scanned: list[bytes] = []
        self.answer: bytes | None = None
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.server_address[1]}"

    def __exit__(self, *_: Any) -> None:
        self.shutdown()
        self.server_close()


class _Scan(socketserver.StreamRequestHandler):
    server: Clamd

    def handle(self) -> None:
        if self.rfile.read(10) != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        content = b""
        while size := struct.unpack(">I", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
        self.server.scanned.append(content)
        verdict = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
        self.wfile.write(verdict if self.server.answer is None else self.server.answer)


class Bucket(ThreadingHTTPServer):
    """Keeps the objects of one bucket. `fails` answers every request with that status."""

    daemon_threads = True
    access_key, secret_key, region, name = "portal-key", "portal-secret", "eu-test-1", "attachments-test"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.objects: dict[str, tuple[bytes, datetime]] = {}
        self.refused: list[str] = []
        self.fails: int | None = None
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def endpoint(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __exit__(self, *_: Any) -> None:
        self.shutdown()
        self.server_close()


class _Request(BaseHTTPRequestHandler):
    server: Bucket
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path, query = self._admitted(b"")
        if path is None:
            return
        if path == "":
            self._list(query)
        elif path in self.server.objects:
            content, at = self.server.objects[path]
            self._answer(200, content, at)
        else:
            self._error(404, "NoSuchKey")

    do_HEAD = do_GET

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path, _ = self._admitted(body)
        if path is not None:
            self.server.objects[path] = (body, datetime.now(UTC))
            self._answer(200, b"")

    def do_DELETE(self) -> None:
        path, _ = self._admitted(b"")
        if path is not None:
            self.server.objects.pop(path, None)
            self._answer(204, b"")

    def _admitted(self, body: bytes) -> tuple[str | None, str]:
        address = urlsplit(self.path)
        if self.server.fails:
            self._error(self.server.fails, "InternalError")
        elif not self._is_signed(body):
            self.server.refused.append(self.path)
            self._error(403, "SignatureDoesNotMatch")
        else:
            return unquote(address.path).removeprefix(f"/{self.server.name}").removeprefix("/"), address.query
        return None, ""

    def _is_signed(self, body: bytes) -> bool:
        given = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request,\s*SignedHeaders=([^,]+),\s*"
            r"Signature=([0-9a-f]{64})",
            self.headers.get("Authorization", ""),
        )
        if given is None or self.headers["x-amz-content-sha256"] != hashlib.sha256(body).hexdigest():
            return False
        key, day, region, names, signature = given.groups()
        known = key == self.server.access_key and region == self.server.region
        covered = {"host", "x-amz-date", "x-amz-content-sha256"} <= set(names.split(";"))
        return known and covered and hmac.compare_digest(signature, self._signature(day, names))

    def _signature(self, day: str, names: str) -> str:
        address = urlsplit(self.path)
        query = "&".join(
            f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
            for name, value in sorted(parse_qsl(address.query, keep_blank_values=True))
        )
        headers = "".join(f"{name}:{' '.join(self.headers[name].split())}\n" for name in names.split(";"))
        asked = "\n".join(
            [self.command, address.path, query, headers, names, self.headers["x-amz-content-sha256"]]
        )
        scope = f"{day}/{self.server.region}/s3/aws4_request"
        digest = hashlib.sha256(asked.encode()).hexdigest()
        signed = "\n".join(["AWS4-HMAC-SHA256", self.headers["x-amz-date"], scope, digest])
        key = f"AWS4{self.server.secret_key}".encode()
        for part in (*scope.split("/"), signed):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return key.hex()

    def _list(self, query: str) -> None:
        prefix = dict(parse_qsl(query)).get("prefix", "")
        rows = "".join(
            f"<Contents><Key>{escape(name)}</Key><LastModified>{at:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
            f'<ETag>"x"</ETag><Size>{len(content)}</Size></Contents>'
            for name, (content, at) in sorted(self.server.objects.items())
            if name.startswith(prefix)
        )
        page = f"<ListBucketResult><Name>{self.server.name}</Name><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>"
        self._answer(200, page.encode(), kind="application/xml")

    def _error(self, status: int, code: str) -> None:
        page = f"<Error><Code>{code}</Code><Message>{code}</Message></Error>"
        self._answer(status, page.encode(), kind="application/xml")

    def _answer(
        self, status: int, body: bytes, at: datetime | None = None, kind: str = "application/octet-stream"
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", kind)
        self.send_header("Last-Modified", format_datetime(at or datetime.now(UTC), usegmt=True))
        self.send_header("ETag", '"x"')
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
