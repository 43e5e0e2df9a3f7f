"""Where attachments are kept: three verbs, so that an object store can stand in for the folder."""

import os
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from flask import current_app


class Store(Protocol):
    """Keeps files under names that it makes up itself. What a person called a file never reaches it."""

    def put(self, content: bytes) -> str:
        """Keep `content` so that it outlives a crash; its name in the store."""

    def open(self, name: str) -> BinaryIO:
        """What is kept under `name`, to be read and closed. Raises FileNotFoundError."""

    def delete(self, name: str) -> None:
        """Drop what is kept under `name`, if anything is."""

    def names_before(self, moment: datetime) -> Iterator[str]:
        """The names of what was put before an instant."""


class FolderStore:
    """A store in a folder outside anything served. Only the portal's own user can read it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> str:
        """Keep `content`: written and flushed to disk under a random name before this returns."""
        name = secrets.token_hex(20)
        path = self._path(name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _flush_folder(path.parent)
        return name

    def open(self, name: str) -> BinaryIO:
        """What is kept under `name`. Raises FileNotFoundError."""
        return open(self._path(name), "rb")

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
        if len(name) != 40 or not set(name) <= set("0123456789abcdef"):
            raise FileNotFoundError(name)
        return self.folder / name[:2] / name[2:4] / name


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def store() -> Store:
    """The store that the settings name."""
    return FolderStore(current_app.extensions["settings"].attachments_dir)
