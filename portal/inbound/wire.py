"""A parsed mail on its way between two processes: one line of JSON, then the files' bytes. Nothing is executed."""

import json

from portal.inbound.parsed import ParsedMail


def packed(mail: ParsedMail) -> bytes:
    """The mail as bytes."""
    contents = [file.content for file in mail.attachments]
    head = {"mail": mail.to_json(), "sizes": [len(content) for content in contents]}
    return b"".join([json.dumps(head).encode(), b"\n", *contents])


def unpacked(sent: bytes) -> ParsedMail:
    """The mail that was packed. Raises ValueError, KeyError or TypeError for anything else."""
    line, _, rest = sent.partition(b"\n")
    head = json.loads(line)
    contents, at = [], 0
    for size in head["sizes"]:
        contents.append(rest[at : at + size])
        at += size
    if at != len(rest):
        raise ValueError("the files have another size than was told")
    return ParsedMail.from_json(head["mail"], contents)
