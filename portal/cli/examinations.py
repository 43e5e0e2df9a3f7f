"""What `portal check` examines. Each says what is well, or raises Wrong with what to do about it."""

import shutil
import smtplib
import tempfile
from collections.abc import Callable, Collection
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from portal.config import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

Examination = Callable[[Settings], str]

OLDEST_POSTGRESQL = 16
LEAST_FREE_BYTES = 500 * 1024 * 1024
GUESSES_LOG10 = 30
ZXCVBN_LONGEST = 72
CLOCKS_APART_SECONDS = 5
NEW_KEY = 'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'


class Wrong(Exception):
    """Something is not well; the message says what, and how to mend it."""


def _engine(settings: Settings) -> "Engine":
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    from portal import embedded

    address = embedded.database_url(settings).replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(address, poolclass=NullPool, connect_args={"connect_timeout": 5})


def signing_key(settings: Settings) -> str:
    """Whether the key that signs cookies can be guessed, and where it is."""
    from zxcvbn import zxcvbn

    if settings.secret_key is None:
        return f"none set: one is kept in {settings.instance_dir}; several machines need one SECRET_KEY"
    key = settings.secret_key.get_secret_value()
    strength = zxcvbn(key[:ZXCVBN_LONGEST])
    if strength["guesses_log10"] < GUESSES_LOG10:
        raise Wrong(f"SECRET_KEY is easy to guess: set it to what this prints: {NEW_KEY}")
    return "SECRET_KEY is long and random"


def database(settings: Settings) -> str:
    """Whether the database answers and is new enough."""
    from sqlalchemy import text

    with closing(_engine(settings).connect()) as connection:
        version = connection.execute(text("SHOW server_version")).scalar_one()
    if int(version.split(".")[0]) < OLDEST_POSTGRESQL:
        raise Wrong(f"PostgreSQL {version} is too old: use {OLDEST_POSTGRESQL} or newer")
    return f"PostgreSQL {version} answers" + ("" if settings.database_url else " (embedded)")


def tables(settings: Settings) -> str:
    """Whether every migration has been run."""
    from alembic.migration import MigrationContext

    from portal.blueprints import ROOT
    from portal.web.readiness import expected_heads

    newest = expected_heads(str(ROOT / "migrations"))
    with closing(_engine(settings).connect()) as connection:
        present = set(MigrationContext.configure(connection).get_current_heads())
    if present != newest:
        raise Wrong(
            f"the tables are {_named(present)}, this version needs {_named(newest)}: run portal migrate"
        )
    return f"up to date ({_named(newest)})"


def mail_server(settings: Settings) -> str:
    """Whether the mail server takes a connection, and the name and password where they are set."""
    where = f"{settings.mail_host} port {settings.mail_port}"
    try:
        with smtplib.SMTP(
            settings.mail_host, settings.mail_port, timeout=settings.mail_timeout_seconds
        ) as server:
            if settings.mail_starttls:
                server.starttls()
            if settings.mail_username and settings.mail_password:
                server.login(settings.mail_username, settings.mail_password.get_secret_value())
    except smtplib.SMTPAuthenticationError as error:
        raise Wrong(f"{where} refuses PORTAL_MAIL_USERNAME and PORTAL_MAIL_PASSWORD") from error
    except (OSError, smtplib.SMTPException) as error:
        raise Wrong(
            f"{where} does not answer ({error}): check PORTAL_MAIL_HOST and PORTAL_MAIL_PORT"
        ) from error
    return f"{where} answers"


def storage(settings: Settings) -> str:
    """Whether attachments can be written, and room is left."""
    if settings.s3_bucket:
        return _bucket(settings)
    folder = settings.attachments_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"portal")
    except OSError as error:
        raise Wrong(
            f"{folder} cannot be written ({error.strerror}): set PORTAL_STORAGE_DIR to one that can"
        ) from error
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise Wrong(f"{folder} has {free // 1024**2} MiB left: make room, or move PORTAL_STORAGE_DIR")
    return f"{folder} can be written, {free // 1024**3} GiB left"


def _bucket(settings: Settings) -> str:
    from portal.tickets.storage import StoreAway, bucket_of

    bucket = bucket_of(settings)
    try:
        bucket.delete(bucket.put(b"portal"))
    except (StoreAway, FileNotFoundError) as error:
        raise Wrong(
            f"bucket {settings.s3_bucket} at {settings.s3_endpoint} does not take a file ({error}): check PORTAL_S3_ENDPOINT,"
            " PORTAL_S3_BUCKET, PORTAL_S3_REGION and the keys"
        ) from error
    return f"bucket {settings.s3_bucket} answers"


def malware_scanner(settings: Settings) -> str:
    """Whether ClamAV answers, where one is set."""
    from portal.tickets.scanning import ScannerAway, infection_in

    if settings.clamav_address is None:
        return "none set: attachments are not scanned"
    try:
        infection_in(b"portal", settings.clamav_address, settings.clamav_timeout_seconds)
    except ScannerAway as error:
        raise Wrong(f"ClamAV does not answer ({error}): check PORTAL_CLAMAV_ADDRESS") from error
    return f"ClamAV at {settings.clamav_address} answers"


def clock(settings: Settings) -> str:
    """Whether the time zones are known and this machine's clock agrees with the database's."""
    from sqlalchemy import text

    from portal.clock import now

    try:
        summer = ZoneInfo("America/New_York").utcoffset(datetime(2026, 7, 1))  # noqa: DTZ001
    except ZoneInfoNotFoundError as error:
        raise Wrong("time zones are not known here: install the tzdata package") from error
    if summer != timedelta(hours=-4):
        raise Wrong(f"US Eastern summer time is taken for UTC{summer}: install the tzdata package anew")
    with closing(_engine(settings).connect()) as connection:
        apart = abs(
            (now() - connection.execute(text("SELECT clock_timestamp()")).scalar_one()).total_seconds()
        )
    if apart > CLOCKS_APART_SECONDS:
        raise Wrong(f"this clock and the database's are {apart:.0f} s apart: let both be set by NTP")
    return "set as the database's, time zones known"


def card_payments(settings: Settings) -> str:
    """Whether Stripe takes our key, and the account is the one whose events we believe."""
    from portal.payments.provider import ProviderRefuses, ProviderUnavailable
    from portal.payments.stripe_checkout import StripeProvider

    if settings.stripe_secret_key is None:
        return "not offered; orders are paid on invoice"
    try:
        account = StripeProvider.from_settings(settings).account()
    except (ProviderRefuses, ProviderUnavailable) as error:
        raise Wrong(f"Stripe does not answer our key ({error}): check PORTAL_STRIPE_SECRET_KEY") from error
    if settings.stripe_account not in (None, account):
        raise Wrong(f"the key is that of account {account}: PORTAL_STRIPE_ACCOUNT names another")
    return f"Stripe account {account} answers"


def ledger(settings: Settings) -> str:
    """Whether the ledger, the documents and the orders say the same."""
    from sqlalchemy import text

    from portal.documents.discrepancies import discrepancies

    with closing(_engine(settings).connect()) as connection:
        if connection.execute(text("SELECT to_regclass('ledger_entry')")).scalar_one() is None:
            return "nothing to compare before its tables are made"
        found = discrepancies(connection)
    if found:
        raise Wrong("; ".join(found))
    return "adds up with the documents and the orders"


def audit_trail(settings: Settings) -> str:
    """Whether the record of changes is as it was sealed."""
    from sqlalchemy import text

    from portal.audit.seals import broken_seals

    with closing(_engine(settings).connect()) as connection:
        if connection.execute(text("SELECT to_regclass('audit_seal')")).scalar_one() is None:
            return "nothing to compare before its tables are made"
        broken = broken_seals(connection)
    if broken:
        raise Wrong("; ".join(broken))
    return "as it was sealed"


ALL: list[tuple[str, Examination]] = [
    ("Signing key", signing_key),
    ("Database", database),
    ("Tables", tables),
    ("Mail server", mail_server),
    ("Storage", storage),
    ("Malware scanner", malware_scanner),
    ("Clock", clock),
    ("Card payments", card_payments),
    ("Ledger", ledger),
    ("Audit trail", audit_trail),
]


def _named(revisions: Collection[str]) -> str:
    return ", ".join(sorted(revisions)) or "not made"
