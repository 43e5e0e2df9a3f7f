"""Asking a malware scanner about a file, by ClamAV's INSTREAM command."""

import socket
import struct

CHUNK = 64 * 1024
LONGEST_ANSWER = 4096


class ScannerAway(Exception):
    """The scanner did not answer, or not with a verdict."""


def infection_in(content: bytes, address: str, patience_seconds: float) -> str | None:
    """The name of the malware that the scanner at `address` finds in a file; None for a clean one.

    `address` is `host:port`, or `unix:` and the path of its socket. Raises ScannerAway when there is no
    verdict: no connection, no answer in `patience_seconds`, or an error of the scanner's.
    """
    try:
        with _connected(address, patience_seconds) as scanner:
            answer = _asked(scanner, content)
    except (OSError, ValueError) as error:
        raise ScannerAway(str(error)) from error
    verdict = answer.rstrip(b"\x00\n").decode("utf-8", "replace").removeprefix("stream: ")
    if verdict == "OK":
        return None
    if verdict.endswith(" FOUND"):
        return verdict.removesuffix(" FOUND")
    raise ScannerAway(verdict or "no answer")


def _connected(address: str, patience_seconds: float) -> socket.socket:
    if address.startswith("unix:"):
        scanner = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        scanner.settimeout(patience_seconds)
        try:
            scanner.connect(address.removeprefix("unix:"))
        except OSError:
            scanner.close()
            raise
        return scanner
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), patience_seconds)


def _asked(scanner: socket.socket, content: bytes) -> bytes:
    # Each stretch with its length before it; a length of zero ends the file.
    scanner.sendall(b"zINSTREAM\x00")
    for at in range(0, len(content), CHUNK):
        stretch = content[at : at + CHUNK]
        scanner.sendall(struct.pack(">I", len(stretch)) + stretch)
    scanner.sendall(struct.pack(">I", 0))
    answer = b""
    while not answer.endswith((b"\x00", b"\n")) and len(answer) < LONGEST_ANSWER:
        received = scanner.recv(LONGEST_ANSWER)
        if not received:
            break
        answer += received
    return answer
