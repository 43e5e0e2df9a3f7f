"""What a mail may be made of before the rest of it is left to the stored original."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """How much of one mail is read. What is beyond is told in its notes; the raw mail is kept whole.

    `file_bytes` and `file_count` are those of a ticket's attachments. `text_chars` holds for the new text and
    for what it quotes, each.
    """

    file_count: int = 5
    file_bytes: int = 10 * 2**20
    raw_bytes: int = 26 * 2**20
    lines: int = 600_000
    parts: int = 1_000
    depth: int = 30
    headers: int = 500
    text_bytes: int = 2**20
    text_chars: int = 200_000
