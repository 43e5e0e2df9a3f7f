"""The jobs. Each calls one service, and may run twice without harm."""

from datetime import datetime

from portal.jobs.app import task


@task("send_mail", queue="mail")
def send_mail(mail_id: int) -> None:
    """Send one written message, unless it is sent or its addressee may no longer have it."""
    from portal.mail.service import deliver

    deliver(mail_id)


@task("send_reset", queue="mail")
def send_reset(email: str, asked_at: str) -> None:
    """Mail a link to choose a new password with, if somebody has that address."""
    from portal.accounts.actor import SYSTEM
    from portal.accounts.recovery import send_reset as send

    send(SYSTEM, email, datetime.fromisoformat(asked_at))


@task("recover_stalled", cron="* * * * *")
def recover_stalled() -> None:
    """Put jobs of workers that died back in the queue."""
    from portal.jobs.recovery import recover

    recover()


@task("forget_expired", cron="17 * * * *")
def forget_expired() -> None:
    """Delete what only mattered for a while: rate counters, ended sessions, used and expired links."""
    from portal.accounts.service import forget_expired as forget

    forget()


@task("forget_unsent_uploads", cron="41 * * * *")
def forget_unsent_uploads() -> None:
    """Delete files that were chosen for a message two days ago and never sent."""
    from portal.tickets.service import forget_unsent_uploads as forget

    forget()


@task("forget_expired_imports", cron="29 * * * *")
def forget_expired_imports() -> None:
    """Delete lists of contacts whose 24 hours are over."""
    from portal.roster.imports.service import forget_expired_imports as forget

    forget()
