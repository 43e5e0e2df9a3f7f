"""`portal demo-server`: what bin/demo runs once its environment stands. Everything in one, until Ctrl-C."""

import os
import signal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from portal.cli import connected
from portal.cli.demo_server.children import Children
from portal.cli.demo_server.surroundings import Ports, choose_ports, instance, settle
from portal.cli.steps import Steps

if TYPE_CHECKING:
    from flask import Flask

DONE_BY_BIN_DEMO = 2
ALL_STEPS = 7


class Stop(BaseException):
    """Ctrl-C or SIGTERM."""


@click.command("demo-server")
@click.option("--check", is_flag=True, help="Start, look at a page as each role, stop.")
def command(check: bool) -> None:
    """Run the portal with demo data, its worker and a mail catcher on this machine, until Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    wanted = Path(os.environ.get("PORTAL_INSTANCE_DIR") or "instance").resolve()
    try:
        with instance(wanted, spare=check) as folder:
            _run(folder, choose_ports(os.environ.get("PORT"), usual=not check), check)
    except Stop:
        click.echo("\nStopped.")
        raise SystemExit(130 if check else 0) from None


def _stop(*_: Any) -> None:
    raise Stop


def _run(folder: Path, ports: Ports, check: bool) -> None:
    from portal import embedded

    settle(folder, ports)
    steps = Steps(ALL_STEPS, first=DONE_BY_BIN_DEMO + 1)
    try:
        _prepare_data(steps)
        with Children(folder / "logs") as children:
            _start(children, steps, folder, ports)
            if check:
                _visit(ports)
            else:
                _welcome(ports)
                children.watch()
    finally:
        embedded.stop(folder)


def _prepare_data(steps: Steps) -> None:
    with steps.step("Database"):
        os.environ["DATABASE_URL"] = connected.settings().sqlalchemy_url
    with steps.step("Tables"):
        from portal.cli.migrate import upgrade

        app = connected.app(log_level="WARNING")
        upgrade(app)
    with steps.step("Demo data") as note:
        _load_once(app, note)


def _load_once(app: "Flask", note: Any) -> None:
    from portal.demo import load

    # The children fork after this: no connection may be open that they would share.
    with connected.inside(app):
        load(progress=lambda done, total: note(f"{done} of {total} events"))


def _start(children: Children, steps: Steps, folder: Path, ports: Ports) -> None:
    from portal.cli import mail_in, serve, worker
    from portal.cli.demo_server import mail_catcher

    with steps.step("Mail catcher, mail door, job worker, web server"):
        catch = partial(mail_catcher.run, folder / "mail", ports.smtp, ports.viewer, ports.door)
        children.start("mail catcher", catch)
        children.start("mail door", mail_in.run)
        children.start("job worker", worker.run)
        children.start("web server", serve.run)
    with steps.step("First page"):
        children.wait_for(f"{ports.portal_url}/readyz")
        children.wait_for(ports.viewer_url)


def _visit(ports: Ports) -> None:
    from portal.cli.demo_server.visits import visit_all

    if not visit_all(ports.portal_url):
        raise click.ClickException("Not every role could do its work: see above.")
    click.echo("All is well.")


def _welcome(ports: Ports) -> None:
    from portal.demo import ACCOUNTS, PASSWORD

    click.echo(f"\n  The portal   {ports.portal_url}")
    click.echo(f"  Caught mail  {ports.viewer_url} (answer it there, as by a mail program)")
    names = ", ".join(account.email.partition("@")[0] for account in ACCOUNTS)
    click.echo(f"  Sign in as   {names} (each @demo.example), password {PASSWORD}")
    click.echo("\nCtrl-C stops all of it.")
