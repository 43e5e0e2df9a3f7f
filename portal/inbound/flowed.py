"""Lines that a mail program broke to fit the width, joined again (RFC 3676)."""


def joined(text: str, *, delete_blanks: bool) -> str:
    """Text of `format=flowed` as it was typed. `delete_blanks`: the blank at a break is no part of the text."""
    paragraphs: list[tuple[int, str]] = []
    open_depth = -1
    for raw in text.split("\n"):
        depth, line = _unquoted(raw)
        soft = line.endswith(" ") and line != "-- "
        piece = line[:-1] if soft and delete_blanks else line
        if depth == open_depth and line != "-- ":
            paragraphs[-1] = (depth, paragraphs[-1][1] + piece)
        else:
            paragraphs.append((depth, piece))
        open_depth = depth if soft else -1
    return "\n".join(
        f"{'> ' * depth}{line}".rstrip() if line != "-- " else line for depth, line in paragraphs
    )


def _unquoted(raw: str) -> tuple[int, str]:
    depth = len(raw) - len(raw.lstrip(">"))
    line = raw[depth:]
    # A line that begins with a blank, "From " or ">" was given one blank more.
    return depth, line.removeprefix(" ")
