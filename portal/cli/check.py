"""`portal check`: says for each part whether it is well, and if not, how to mend it."""

import os
from typing import TYPE_CHECKING

import click

from portal.cli.errors import told

if TYPE_CHECKING:
    from portal.cli.examinations import Examination
    from portal.config import Settings


@click.command("check")
def command() -> None:
    """Check the configuration, database, mail server, storage and clock. Status 1 where something is wrong."""
    from portal.config import ConfigError, load_settings

    try:
        settings = load_settings(os.environ)
    except ConfigError as error:
        for problem in error.problems:
            _say("wrong", "Configuration", problem)
        raise SystemExit(1) from None
    _say("ok", "Configuration", "every setting can be used")
    from portal.cli import examinations

    # Every part is examined, also after one was found wrong.
    verdicts = [_run(settings, name, examine) for name, examine in examinations.ALL]
    raise SystemExit(0 if all(verdicts) else 1)


def _run(settings: "Settings", name: str, examine: "Examination") -> bool:
    from portal.cli.examinations import Wrong

    try:
        _say("ok", name, examine(settings))
    except Exception as error:
        line = str(error) if isinstance(error, Wrong) else told(error)
        if line is None:
            raise
        _say("wrong", name, line)
        return False
    return True


def _say(verdict: str, name: str, line: str) -> None:
    click.echo(f"{click.style(f'{verdict:5}', fg='green' if verdict == 'ok' else 'red')}  {name}: {line}")
