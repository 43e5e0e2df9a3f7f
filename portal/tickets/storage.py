"""Where attachments are kept: a folder, or a bucket of an object store where the settings name one."""

import os
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from flask import current_app

from portal.config import Settings


class StoreAway(Exception):
    """The store cannot be reached, or does not take or give what it should."""


class Store(Protocol):
    """Keeps files under names that it makes up itself. What a person called a file never reaches it.

    Each verb raises StoreAway when the store cannot be reached.
    """

    def put(self, content: bytes) -> str:
        """Keep `content` so that it outlives a crash; its name in the store."""

    def open(self, name: str) -> BinaryIO:
        """What is kept under `name`, to be read and closed. Raises FileNotFoundError."""

    def has(self, name: str) -> bool:
        """Whether something is kept under `name`."""

    def delete(self, name: str) -> None:
        """Drop what is kept under `name`, if anything is."""

    def names_before(self, moment: datetime) -> Iterator[str]:
        """The names of what was put before an instant."""


class FolderStore:
    """A store in a folder outside anything served. Only the portal's own user can read it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> str:
        """Keep `content`: written and flushed to disk under a random name before this returns. Raises StoreAway."""
        name = secrets.token_hex(20)
        try:
            _write(self._path(name), content)
        except OSError as error:
            raise StoreAway(str(error)) from error
        return name

    def open(self, name: str) -> BinaryIO:
        """What is kept under `name`. Raises FileNotFoundError."""
        return open(self._path(name), "rb")

    def has(self, name: str) -> bool:
        """Whether something is kept under `name`."""
        return self._path(name).is_file()

    def delete(self, name: str) -> None:
        """Drop what is kept under `name`, if anything is."""
        self._path(name).unlink(missing_ok=True)

    def names_before(self, moment: datetime) -> Iterator[str]:
        """The names of what was put before an instant."""
        for path in self.folder.glob("??/??/*"):
            if path.stat().st_mtime < moment.timestamp():
                yield path.name

    def _path(self, name: str) -> Path:
        # A name that this class did not make is no name: nothing leads out of the folder.
        if not is_name(name):
            raise FileNotFoundError(name)
        return self.folder / name[:2] / name[2:4] / name


def is_name(name: str) -> bool:
    """Whether a store can have made this name."""
    return len(name) == 40 and set(name) <= set("0123456789abcdef")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def store() -> Store:
    """The store that the settings name: the bucket where one is set, else the folder."""
    settings = current_app.extensions["settings"]
    return bucket_of(settings) if settings.s3_bucket else FolderStore(settings.attachments_dir)


def bucket_of(settings: Settings) -> Store:
    """The store in the bucket that the settings name; they were found to be complete when they were read."""
    from portal.tickets.object_store import bucket_store

    return bucket_store(
        settings.s3_endpoint or "",
        settings.s3_bucket or "",
        settings.s3_access_key or "",
        settings.s3_secret_key.get_secret_value() if settings.s3_secret_key else "",
        settings.s3_region,
    )
