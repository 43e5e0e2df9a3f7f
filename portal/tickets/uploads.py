"""Files on their way into a message: checked, kept at once, and sealed into the form until it is sent.

They are written before the transaction that attaches them, so that no message ever refers to a file
that is not there. What is not attached in the end is dropped by `clearing.forget_unsent`.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import timedelta
from typing import IO, Protocol

import structlog
from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import select

from portal.db import db
from portal.errors import Invalid, PortalError
from portal.tickets.day_quota import count_upload
from portal.tickets.file_kinds import UnfitFile, identify
from portal.tickets.file_names import safe_name
from portal.tickets.infected import refuse_infected
from portal.tickets.models import Attachment
from portal.tickets.storage import StoreAway, store

log = structlog.get_logger(__name__)

GONE = "A file of your earlier try is gone. Please choose it again."
SEAL_HOLDS = timedelta(hours=24)
KEPT_UNSENT = timedelta(hours=48)


class SentFile(Protocol):
    """A file as it comes out of a form."""

    filename: str | None
    stream: IO[bytes]


@dataclass(frozen=True)
class Limits:
    """How many files a message may carry, and the most bytes of each."""

    count: int
    size: int

    @property
    def in_words(self) -> str:
        """The most bytes of a file, as people say it: `10 MB`."""
        return _in_words(self.size)


@dataclass(frozen=True)
class Upload:
    """A file in the store that belongs to no message yet."""

    storage_name: str
    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Taken:
    """What a form brought: files kept from an earlier try, files of this one, and what was wrong."""

    kept: tuple[Upload, ...] = ()
    fresh: tuple[Upload, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def uploads(self) -> tuple[Upload, ...]:
        """Every file to attach."""
        return self.kept + self.fresh

    @contextmanager
    def dropped_when_refused(self) -> Iterator[None]:
        """Drop this try's files when the write is refused; not when the form comes back, which holds them.

        Any other failure may come after the commit: those files are left to the clean-up.
        """
        try:
            yield
        except Invalid:
            raise
        except PortalError:
            for upload in self.fresh:
                store().delete(upload.storage_name)
            raise


def limits() -> Limits:
    """The limits that the settings name."""
    settings = current_app.extensions["settings"]
    return Limits(settings.attachment_max_count, settings.attachment_max_bytes)


def take(files: Iterable[SentFile], seals: Sequence[str], person_id: int) -> Taken:
    """Check and keep the files of a form, beside those it kept from an earlier try of the same person.

    Called outside of a transaction: the store, the scanner and the day's quota are asked first.
    """
    kept, problems = _unsealed(seals, person_id)
    fresh: list[Upload] = []
    for file in (file for file in files if file.filename):
        name = safe_name(file.filename)
        try:
            if len(kept) + len(fresh) >= limits().count:
                raise UnfitFile(f"a message carries at most {limits().count} files; this one was left out.")
            fresh.append(keep(file, person_id, most=limits().size))
        except UnfitFile as unfit:
            problems.append(f"{name}: {unfit}")
    return Taken(tuple(kept), tuple(fresh), tuple(problems))


def sealed(upload: Upload, person_id: int) -> str:
    """An upload as a form carries it: only the same person's form can bring it back, for 24 hours."""
    return str(_serializer().dumps([person_id, *astuple(upload)]))


def unsent(uploads: Iterable[Upload]) -> list[Upload]:
    """Those of `uploads` that no message has carried yet."""
    found = {upload.storage_name: upload for upload in uploads}
    sent = select(Attachment.storage_name).where(Attachment.storage_name.in_(found))
    for name in db.session.scalars(sent) if found else ():
        del found[name]
    return list(found.values())


def keep(
    file: SentFile, person_id: int, *, most: int, kind: Callable[[str, bytes], str] = identify
) -> Upload:
    """Check one file and keep it in the store: at most `most` bytes, of a `kind` told by its content, without malware.

    Called outside of a transaction. Raises UnfitFile, which says why.
    """
    name, content = safe_name(file.filename), file.stream.read(most + 1)
    if len(content) > most:
        raise UnfitFile(f"larger than {_in_words(most)}, the most a file may have.")
    media_type = kind(name, content)
    a_day = current_app.extensions["settings"].upload_day_max_bytes
    if not count_upload(person_id, len(content), a_day):
        raise UnfitFile(
            f"that is more than the {_in_words(a_day)} an account may send in a day. Try again tomorrow."
        )
    digest = hashlib.sha256(content).hexdigest()
    refuse_infected(content, name, digest, person_id)
    try:
        return Upload(store().put(content), name, media_type, len(content), digest)
    except StoreAway as error:
        log.error("store_away", error=str(error))
        raise UnfitFile("it cannot be kept at the moment. Try again in a few minutes.") from None


def _unsealed(seals: Sequence[str], person_id: int) -> tuple[list[Upload], list[str]]:
    found: dict[str, Upload] = {}
    for seal in seals[: limits().count]:
        try:
            owner, *values = _serializer().loads(seal, max_age=int(SEAL_HOLDS.total_seconds()))
        except BadData:
            return list(found.values()), [GONE]
        if owner == person_id:
            found[values[0]] = Upload(*values)
    waiting = unsent(found.values())
    there = [upload for upload in waiting if _is_there(upload)]
    return there, [] if len(there) == len(waiting) else [GONE]


def _is_there(upload: Upload) -> bool:
    # A draft can outlive its form by weeks, and what nothing refers to is cleared away.
    try:
        return store().has(upload.storage_name)
    except StoreAway as error:
        log.error("store_away", error=str(error))
        return True


def _in_words(size: int) -> str:
    return f"{size // 2**20} MB" if size >= 2**20 else f"{size // 1000} kB"


def _serializer() -> URLSafeTimedSerializer:
    digest = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="ticket-upload", signer_kwargs=digest)
