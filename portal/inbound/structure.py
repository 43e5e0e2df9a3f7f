"""The parts of a raw mail as a tree that cannot grow beyond its limits."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesFeedParser
from email.policy import Compat32, Policy
from functools import partial

from portal.inbound.limits import Limits

CHUNK = 65_536
# Some programs write a remark or a parameter behind the encoding, which hides it.
END_OF_ENCODING = re.compile(r'[;\s("]')
HEADER_CHARS, CONTENT_HEADER_CHARS, MOST_PARAMETERS = 8_000, 2_000, 40


class _TooManyParts(Exception):
    """The parts counted so far are all that is read."""


@dataclass
class Reading:
    """What reading one mail has come to: its limits, and what it left out for them."""

    limits: Limits
    parts: int = 0
    root: "Part | None" = None
    left_out: dict[str, str] = field(default_factory=dict)


class Part(Message):
    """A part of a mail. Below the deepest level that is read, containers are opaque."""

    def __init__(self, policy: Policy, reading: Reading) -> None:
        super().__init__(policy)
        self.reading = reading
        self.level = 0
        self.header_count = 0

    def attach(self, payload: object) -> None:
        """Take a part in. Raises when the mail has as many as are read."""
        reading = self.reading
        reading.root = reading.root or self
        reading.parts += 1
        if reading.parts > reading.limits.parts:
            reading.left_out["parts"] = (
                f"The mail has more than {reading.limits.parts} parts; the rest is only in the original."
            )
            raise _TooManyParts
        assert isinstance(payload, Part)
        payload.level = self.level + 1
        super().attach(payload)

    def get_content_type(self) -> str:
        """The media type, in lower case."""
        told = super().get_content_type()
        if self.level < self.reading.limits.depth or not told.startswith(("multipart/", "message/")):
            return told
        self.reading.left_out["depth"] = (
            "The mail is nested too deeply; what is further inside is only in the original."
        )
        return "application/octet-stream"

    def set_raw(self, name: str, value: str) -> None:
        """Add a header, unless there are more than any mail needs."""
        self.header_count += 1
        if self.header_count <= self.reading.limits.headers:
            super().set_raw(name, value)
        else:
            self.reading.left_out["headers"] = (
                "The mail has too many headers; the rest is only in the original."
            )

    @property
    def children(self) -> list["Part"]:
        """The parts inside, none for a leaf."""
        # Asked of a leaf, the payload would be decoded by whatever charset it claims.
        payload = self.get_payload() if self.is_multipart() else []
        return [child for child in payload if isinstance(child, Part)]

    def walk_parts(self) -> Iterator["Part"]:
        """This part and all inside, from the top."""
        yield self
        for child in self.children:
            yield from child.walk_parts()


class Raw(Compat32):
    """Headers as they stand, cut to a length that is quick to read."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """The name of a header and what it says."""
        name, value = super().header_source_parse(sourcelines)
        if name.lower() == "content-transfer-encoding":
            return name, END_OF_ENCODING.split(value.strip(' "\t'), maxsplit=1)[0]
        if name.lower().startswith("content-"):
            return name, ";".join(value[:CONTENT_HEADER_CHARS].split(";", MOST_PARAMETERS)[:MOST_PARAMETERS])
        return name, value[:HEADER_CHARS]

    def header_fetch_parse(self, name: str, value: str) -> str:
        """What the header says, bytes beyond ASCII still to be read."""
        return value


RAW = Raw()


def read_tree(raw: bytes, limits: Limits) -> tuple[Part, list[str]]:
    """The mail's parts, and a sentence for each thing that was left out."""
    reading = Reading(limits)
    parser = BytesFeedParser(partial(Part, policy=RAW, reading=reading), policy=RAW)
    beginning = _beginning(raw, reading)
    try:
        for start in range(0, len(beginning), CHUNK):
            parser.feed(beginning[start : start + CHUNK])
        root: object = parser.close()
    except _TooManyParts:
        root = reading.root
    assert isinstance(root, Part)
    return root, list(reading.left_out.values())


def _beginning(raw: bytes, reading: Reading) -> bytes:
    limits = reading.limits
    kept = raw[: limits.raw_bytes].removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if _breaks(kept, len(kept)) > limits.lines:
        kept = kept[: bisect_right(range(len(kept)), limits.lines, key=lambda end: _breaks(kept, end))]
        reading.left_out["size"] = "The mail has too many lines; the rest is only in the original."
    if len(raw) > limits.raw_bytes:
        reading.left_out["size"] = (
            f"The mail is larger than {limits.raw_bytes // 2**20} MB; the rest is only in the original."
        )
    return kept


def _breaks(raw: bytes, end: int) -> int:
    return raw.count(b"\n", 0, end) + raw.count(b"\r", 0, end) - raw.count(b"\r\n", 0, end)
