"""The process that fetches one calendar: an address comes in, the calendar's bytes go out, and it ends.

Started by `portal.busy_calendars.confined`, which stops it when it takes too long. It connects to the very IP
address that it has checked, so that a name which answers differently a second time leads nowhere else.
"""

import json
import sys
import zlib
from urllib.parse import urljoin

import urllib3

from portal.busy_calendars.addresses import NotFetched, Target, resolved, target
from portal.busy_calendars.confined import confine

LARGEST = 4 * 2**20
CHUNK = 2**16
REDIRECTS = 3
TIMES = urllib3.Timeout(connect=5, read=5)
MOVED = frozenset({301, 302, 303, 307, 308})
TOO_LARGE = f"The calendar is larger than {LARGEST // 2**20} MiB."


def main() -> None:
    """Fetch what standard input names; write `+` and the calendar, or `-` and why not."""
    told = json.loads(sys.stdin.buffer.read())
    confine(told["memory"], told["seconds"])
    try:
        answer = b"+" + fetch(told["address"], here=told["here"])
    except NotFetched as problem:
        answer = b"-" + str(problem).encode()
    sys.stdout.buffer.write(answer)


def fetch(address: str, *, here: bool) -> bytes:
    """The bytes at an address. Raises NotFetched with why they could not be had."""
    for _ in range(REDIRECTS + 1):
        wanted = target(address, here=here)
        with _pool(wanted, resolved(wanted)) as pool:
            response = _asked(pool, wanted)
            if response.status not in MOVED:
                return _body(response)
            address = urljoin(address, response.headers.get("Location", ""))
    raise NotFetched("The address leads from one to the next without end.")


def _pool(wanted: Target, address: str) -> urllib3.HTTPConnectionPool:
    if not wanted.is_https:
        return urllib3.HTTPConnectionPool(address, wanted.port, timeout=TIMES, retries=False, maxsize=1)
    return urllib3.HTTPSConnectionPool(
        address, wanted.port, timeout=TIMES, retries=False, maxsize=1,
        cert_reqs="CERT_REQUIRED", server_hostname=wanted.host, assert_hostname=wanted.host,
    )  # fmt: skip


def _asked(pool: urllib3.HTTPConnectionPool, wanted: Target) -> urllib3.BaseHTTPResponse:
    usual = 443 if wanted.is_https else 80
    host = wanted.host if wanted.port == usual else f"{wanted.host}:{wanted.port}"
    headers = {
        "Host": host,
        "Accept": "text/calendar",
        "Accept-Encoding": "identity",
        "User-Agent": "support-portal",
    }
    try:
        return pool.request(
            "GET", wanted.path, headers=headers, redirect=False, preload_content=False, decode_content=False
        )
    except urllib3.exceptions.SSLError:
        raise NotFetched("The server's certificate is not valid for that address.") from None
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        is_late = isinstance(error, urllib3.exceptions.TimeoutError)
        if is_late and not isinstance(error, urllib3.exceptions.NewConnectionError):
            raise NotFetched("The server does not answer in time.") from None
        raise NotFetched("The server cannot be reached, or does not speak as a web server does.") from None


def _body(response: urllib3.BaseHTTPResponse) -> bytes:
    if response.status != 200:
        raise NotFetched(f"The server answers with status {response.status}. Is the address still valid?")
    try:
        return _opened(_raw(response), response.headers.get("Content-Encoding", "identity").strip().lower())
    except (urllib3.exceptions.HTTPError, OSError):
        raise NotFetched("The calendar broke off while it was fetched.") from None


def _raw(response: urllib3.BaseHTTPResponse) -> bytes:
    body = bytearray()
    for chunk in response.stream(CHUNK, decode_content=False):
        body += chunk
        if len(body) > LARGEST:
            raise NotFetched(TOO_LARGE)
    return bytes(body)


def _opened(raw: bytes, encoding: str) -> bytes:
    """The body as it is meant. It is unpacked no further than a calendar may be large, whatever it claims to hold."""
    if encoding in ("", "identity"):
        return raw
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise NotFetched("The server packs the calendar in a way that was not asked for.")
    try:
        body = zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(raw, LARGEST + 1)
    except zlib.error:
        raise NotFetched("The calendar is packed, and broken.") from None
    if len(body) > LARGEST:
        raise NotFetched(TOO_LARGE)
    return body


if __name__ == "__main__":
    main()
