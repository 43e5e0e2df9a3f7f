"""Files of recordings and materials on their way into the store: told by their content, measured, scanned.

They are written before the transaction that refers to them. What nothing refers to in the end is cleared away with
the unsent files of tickets.
"""

from collections.abc import Callable
from dataclasses import dataclass

import filetype
from flask import current_app

from portal.errors import Invalid
from portal.tickets.file_kinds import RUNS, SERVED_AS, UnfitFile, identify
from portal.tickets.file_names import endings
from portal.tickets.uploads import SentFile, Upload, keep

HEAD = 8192
# By the ending, what its content must be told as, and what it is served as: never anything that a page shows.
FILMS = {
    "mp4": ({"mp4", "m4v", "mov"}, "video/mp4"), "m4v": ({"mp4", "m4v"}, "video/mp4"), "webm": ({"webm", "mkv"}, "video/webm"),
    "mp3": ({"mp3"}, "audio/mpeg"), "m4a": ({"m4a"}, "audio/mp4"),
}  # fmt: skip
FILMS_LISTED = "MP4, M4V or WebM, or sound alone as MP3 or M4A"
SERVED = SERVED_AS | {served_as for _, served_as in FILMS.values()}
FILMS_ACCEPTED = ",".join(f".{ending}" for ending in FILMS)


@dataclass(frozen=True)
class Kept:
    """What a recording or a material is: a file in the store, or a link."""

    link: str | None = None
    upload: Upload | None = None

    @property
    def columns(self) -> dict[str, object]:
        """What its row holds of it."""
        file = self.upload
        return {
            "link": self.link, "storage_name": file and file.storage_name, "name": file and file.name,
            "media_type": file and file.media_type, "size": file and file.size, "sha256": file and file.sha256,
        }  # fmt: skip


def film(name: str, content: bytes) -> str:
    """The media type of a recording, by its content. Raises UnfitFile for anything else."""
    found = endings(name)
    if RUNS & set(found) or not found or found[-1] not in FILMS:
        raise UnfitFile(f"this is no recording that is taken. Send {FILMS_LISTED}.")
    told, served_as = FILMS[found[-1]]
    guess = filetype.guess(content[:HEAD])  # type: ignore[no-untyped-call]
    if guess is None or guess.extension not in told:
        raise UnfitFile(f"what is in the file is not what its ending .{found[-1]} says.")
    return served_as


def film_kept(file: SentFile, person_id: int) -> Upload:
    """Check and keep the file of a recording, before any transaction. Raises Invalid (`file`)."""
    return _kept(file, person_id, current_app.extensions["settings"].recording_max_bytes, film)


def material_kept(file: SentFile, person_id: int) -> Upload:
    """Check and keep a file that is put beside a session, of the kinds and size of attachments. Raises Invalid (`file`)."""
    return _kept(file, person_id, current_app.extensions["settings"].attachment_max_bytes, identify)


def _kept(file: SentFile, person_id: int, most: int, kind: Callable[[str, bytes], str]) -> Upload:
    try:
        return keep(file, person_id, most=most, kind=kind)
    except UnfitFile as unfit:
        raise Invalid(file=f"This file was not taken: {unfit}") from None
