"""Lines that a mail program broke to fit the width, joined again (RFC 3676)."""

SIGNATURE = "-- "


def joined(text: str, *, delete_blanks: bool) -> str:
    """Text of `format=flowed` as it was typed. `delete_blanks`: the blank at a break is no part of the text."""
    paragraphs: list[tuple[int, list[str]]] = []
    open_depth = -1
    for raw in text.split("\n"):
        depth, line = _unquoted(raw)
        soft = line.endswith(" ") and line != SIGNATURE
        piece = line[:-1] if soft and delete_blanks else line
        if depth == open_depth and line != SIGNATURE:
            paragraphs[-1][1].append(piece)
        else:
            paragraphs.append((depth, [piece]))
        open_depth = depth if soft else -1
    return "\n".join(_line(depth, "".join(pieces)) for depth, pieces in paragraphs)


def _unquoted(raw: str) -> tuple[int, str]:
    depth = len(raw) - len(raw.lstrip(">"))
    # A line that begins with a blank, "From " or ">" was given one blank more.
    return depth, raw[depth:].removeprefix(" ")


def _line(depth: int, words: str) -> str:
    return words if words == SIGNATURE else f"{'> ' * depth}{words}".rstrip()
