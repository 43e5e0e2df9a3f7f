"""What a file that somebody sent is called, made harmless for pages, headers, mail and disks."""

import re
import unicodedata

LONGEST = 120
NOT_IN_NAMES = re.compile(r'[<>:"|?*]')
# What Windows takes for a device, whatever ending follows.
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.I)


def safe_name(raw: str | None) -> str:
    """A file's name without folders, control and direction characters; never empty, at most 120 characters."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", raw or ""))[-1]
    shown = "".join(c for c in name if unicodedata.category(c)[0] != "C")
    tidied = NOT_IN_NAMES.sub("_", " ".join(shown.split())).strip(". ")
    stem, dot, ending = (f"_{tidied}" if DEVICES.match(tidied) else tidied).rpartition(".")
    if not dot:
        stem, ending = ending, ""
    return f"{stem.rstrip('. ')[: LONGEST - len(ending[:10]) - 1] or 'file'}{dot}{ending[:10]}"


def endings(name: str) -> list[str]:
    """Every ending of a name, in lower case: `["tar", "gz"]`."""
    return [part.strip().lower() for part in name.split(".")[1:]]
