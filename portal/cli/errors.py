"""What a person can mend is told in a line: wrong settings, a database that does not answer."""

from typing import Any

import click


class ClearErrors(click.Group):
    """A group whose commands end with a line and status 1 where the cause is outside the portal's code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; turn a known cause into a ClickException."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            if (line := told(error)) is None:
                raise
            raise click.ClickException(line) from error


def told(error: BaseException) -> str | None:
    """What to tell of `error`, or nothing where it is a fault of the portal itself."""
    from sqlalchemy.exc import OperationalError

    from portal.config import ConfigError
    from portal.embedded import EmbeddedError
    from portal.errors import PortalError

    if isinstance(error, OperationalError):
        return f"The database does not answer: {first_line(error.orig)} Check DATABASE_URL."
    if isinstance(error, ConfigError | EmbeddedError | PortalError):
        return str(error)
    return None


def first_line(error: object) -> str:
    """The first line of a message, ended as a sentence."""
    return str(error).strip().splitlines()[0].rstrip(".") + "."
