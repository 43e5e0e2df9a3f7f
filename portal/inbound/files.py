"""Files of a mail, by the same rules as files of a form: by content, few, not too large."""

from collections.abc import Iterator

from portal.inbound.contents import content_of, file_name
from portal.inbound.header_text import identifiers, value
from portal.inbound.limits import Limits
from portal.inbound.parsed import MailFile
from portal.inbound.structure import Part
from portal.tickets.file_kinds import UnfitFile, identify
from portal.tickets.file_names import safe_name

MOST_NOTES = 20
NAMELESS = {
    "image/png": "picture.png",
    "image/jpeg": "picture.jpg",
    "image/gif": "picture.gif",
    "image/webp": "picture.webp",
    "application/pdf": "document.pdf",
}


def files(parts: list[Part], limits: Limits) -> tuple[tuple[MailFile, ...], list[str]]:
    """The files that are taken, attached ones before pictures in the text, and why each other one is not."""
    taken: list[MailFile] = []
    notes: list[str] = []
    for part in sorted(parts, key=_is_inline):
        name = safe_name(file_name(part) or NAMELESS.get(part.get_content_type()))
        try:
            if len(taken) >= limits.file_count:
                raise UnfitFile(
                    f"a message carries at most {limits.file_count} files; this one was left out."
                )
            taken.append(_taken(part, name, limits))
        except UnfitFile as unfit:
            notes.append(f"{name}: {unfit}")
    return tuple(taken), list(_fewer(notes))


def _taken(part: Part, name: str, limits: Limits) -> MailFile:
    content = content_of(part)
    # What was decoded is not needed in its long form again: a mail is in memory once.
    part.set_payload("")
    if len(content) > limits.file_bytes:
        raise UnfitFile(f"larger than {limits.file_bytes // 2**20} MB, the most a file may have.")
    media_type = identify(name, content)
    return MailFile(name, media_type, content, _content_id(part), _is_inline(part))


def _is_inline(part: Part) -> bool:
    attached = value(part, "content-disposition").lower().startswith("attachment")
    return bool(_content_id(part)) and not attached and part.get_content_maintype() == "image"


def _content_id(part: Part) -> str:
    found = identifiers([value(part, "content-id")])
    return found[0].strip("<>") if found else ""


def _fewer(notes: list[str]) -> Iterator[str]:
    yield from notes[:MOST_NOTES]
    if len(notes) > MOST_NOTES:
        yield f"{len(notes) - MOST_NOTES} more files were not taken."
