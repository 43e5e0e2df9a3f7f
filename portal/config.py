"""Every setting of the portal, typed, read from the environment once at start.

Nothing else in the project reads the environment. A wrong value stops the start with a line that
names the variable and what it should be.
"""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

Port = Annotated[int, Field(ge=1, le=65535)]


class ConfigError(Exception):
    """The environment asks for something the portal cannot do. `problems` holds a line for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(BaseSettings):
    """The settings. Each field's description is the line that docs/operations.md shows."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_ignore_empty=True)

    database_url: str | None = Field(None, description="PostgreSQL address; without it an embedded server")
    instance_dir: Path = Field(Path("instance"), description="folder for the embedded database and files")
    storage_dir: Path | None = Field(None, description="folder for attachments; default: in the instance")
    secret_key: SecretStr | None = Field(None, description="signs cookies; at least 32 characters")
    public_url: str | None = Field(None, description="address that links in mail start with")
    host: str = Field("127.0.0.1", description="address the web server listens on")
    port: Port = Field(8000, description="port the web server listens on")
    trusted_proxies: int = Field(0, ge=0, le=5, description="reverse proxies in front of the portal")
    web_processes: int = Field(2, ge=1, le=64, description="web server processes")
    worker_concurrency: int = Field(4, ge=1, le=64, description="jobs a worker does at a time")
    database_pool: int = Field(5, ge=1, le=100, description="database connections a process keeps")
    mail_host: str = Field("127.0.0.1", description="SMTP server")
    mail_port: Port = Field(1025, description="SMTP port")
    mail_username: str | None = Field(None, description="SMTP user")
    mail_password: SecretStr | None = Field(None, description="SMTP password")
    mail_starttls: bool = Field(False, description="use STARTTLS with the SMTP server")
    mail_from: str = Field("support@conference-tracker.example", description="sender of the portal's mail")
    mail_timeout_seconds: int = Field(20, ge=1, le=300, description="patience with the SMTP server")
    inbound_address: str | None = Field(
        None, pattern=r"^[^@+\s]+@[^@\s]+$", description="address that mail for support comes in at"
    )
    inbound_host: str = Field("127.0.0.1", description="address the mail door listens on, SMTP and LMTP")
    inbound_port: Port = Field(2525, description="port the mail door listens on, SMTP and LMTP")
    inbound_max_bytes: int = Field(26 * 2**20, ge=2**16, description="largest mail that is taken, bytes")
    inbound_judge: str | None = Field(
        None, description="name under which our mail server writes Authentication-Results; what fails is held"
    )
    imap_host: str | None = Field(None, description="IMAP server of a mailbox to fetch mail from")
    imap_port: Port = Field(993, description="IMAP port")
    imap_tls: bool = Field(True, description="speak TLS with the IMAP server from the start")
    imap_username: str | None = Field(None, description="IMAP user")
    imap_password: SecretStr | None = Field(None, description="IMAP password")
    imap_folder: str = Field("INBOX", description="folder of the mailbox that new mail lies in")
    imap_done_folder: str | None = Field(
        None, description="folder that fetched mail is moved to; else marked read"
    )
    jitsi_url: str | None = Field(
        None, description="address of a Jitsi Meet server: sessions without a link are held in rooms of it"
    )
    support_phone: str = Field("+1 202 555 0143", description="support's telephone number, shown to contacts")
    seller_name: str = Field(
        "Conference Tracker", min_length=1, description="who sells, as printed on invoices"
    )
    seller_address: str = Field("", description="the seller's address on invoices, its lines set apart by |")
    seller_tax_id: str | None = Field(None, description="the seller's tax number on invoices")
    seller_bank: str | None = Field(
        None, description="where to pay, as printed on invoices, lines set apart by |"
    )
    invoice_days: int = Field(30, ge=0, le=365, description="days that customers have to pay an invoice")
    tax_rate: int = Field(0, ge=0, le=10_000, description="tax on orders, in hundredths of a per cent")
    tax_name: str = Field("Tax", min_length=1, description="what the tax on orders is called")
    stripe_secret_key: SecretStr | None = Field(None, description="Stripe's secret key; offers card payment")
    stripe_webhook_secrets: SecretStr | None = Field(
        None, description="signing secrets of the Stripe webhook, by commas; old and new while changing"
    )
    stripe_account: str | None = Field(None, description="our Stripe account; events of another are refused")
    stripe_api_url: str | None = Field(None, description="a stand-in for Stripe's API on this machine")
    trial_payments: bool = Field(
        False, description="offer a trial payment without money; on this machine only"
    )
    trial_calendars: bool = Field(
        False, description="read calendars of this machine, over http too; on this machine only"
    )
    demo: bool = Field(False, description="demo mode: accounts on the sign-in page, mail caught locally")
    mail_viewer_url: str | None = Field(None, description="where the demo shows caught mail")
    metrics_token: SecretStr | None = Field(None, description="bearer token for /metrics from elsewhere")
    prometheus_multiproc_dir: Path | None = Field(None, description="folder for metrics of several processes")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="least level logged")
    log_format: str = Field("json", pattern="^(json|console)$", description="shape of log lines")
    attachment_max_bytes: int = Field(10 * 1024 * 1024, ge=1024, description="largest attachment, bytes")
    attachment_max_count: int = Field(5, ge=1, le=20, description="attachments a message may carry")
    upload_day_max_bytes: int = Field(
        500 * 1024 * 1024, ge=2**20, description="files that one account may send in a day, bytes"
    )
    s3_endpoint: str | None = Field(None, description="address of an S3-compatible store for attachments")
    s3_bucket: str | None = Field(None, description="bucket for attachments; without it the folder")
    s3_access_key: str | None = Field(None, description="access key of that store")
    s3_secret_key: SecretStr | None = Field(None, description="secret key of that store")
    s3_region: str = Field("us-east-1", description="region that requests to that store are signed for")
    clamav_address: str | None = Field(
        None, pattern=r"^(unix:/.+|[^\s/]+:\d{1,5})$",
        description="ClamAV that scans attachments: host:port, or unix: and a path; without it nothing is scanned",
    )  # fmt: skip
    clamav_timeout_seconds: int = Field(30, ge=1, le=300, description="patience with ClamAV")
    clamav_away_takes: bool = Field(
        False, description="take attachments unscanned while ClamAV does not answer; else refuse them"
    )
    idle_hand_on_percent: int = Field(
        75, ge=10, le=100,
        description="share of its response time after which a ticket whose assignee has not written goes to somebody else; 100: never",
    )  # fmt: skip
    help_mails_a_day: int = Field(
        5, ge=1, le=50, description="mails that visitors of help pages can cause to one address in a day"
    )
    question_keep_days: int = Field(
        365, ge=30, description="attendees' questions are erased after so many days untouched"
    )
    audience_mails_a_day: int = Field(
        10, ge=1, le=100, description="mails that customers can cause to one address of an audience in a day"
    )
    audience_no_reply: str | None = Field(
        None, pattern=r"^[^@\s]+@[^@\s]+$",
        description="where replies of audiences go if no contact offers an address; default: no-reply@ the sender's domain",
    )  # fmt: skip
    audience_keep_days: int = Field(
        180, ge=1, description="people of an audience are erased so many days after their session"
    )
    recording_keep_days: int = Field(
        90, ge=1, le=3650, description="days that a published recording can be had"
    )
    recording_max_bytes: int = Field(
        100 * 1024 * 1024, ge=2**20, le=2**31, description="largest file of a recording, bytes"
    )
    wishes_public: bool = Field(False, description="the wish list is read without signing in")
    wish_video: Path | None = Field(
        None, description="film that explains the wish list, .mp4 or .webm; without it pictures do"
    )
    wish_video_captions: Path | None = Field(None, description="captions of that film, WebVTT")
    wish_video_transcript: Path | None = Field(None, description="what is said in that film, as plain text")
    mail_keep_days: int = Field(400, ge=1, description="days that texts of mail sent are kept")
    raw_mail_keep_days: int = Field(
        90, ge=1, description="days that mail is kept as it came in, once settled"
    )
    audit_keep_years: int = Field(10, ge=1, le=100, description="years that the record of changes is kept")
    session_idle_minutes: int = Field(12 * 60, ge=5, description="sign-in ends after so long unused")
    session_hours: int = Field(14 * 24, ge=1, description="sign-in ends after so long in any case")
    argon2_memory_kib: int = Field(19 * 1024, ge=64, description="memory of one password check, KiB")
    rate_limits: bool = Field(True, description="hold back repeated sign-ins and writes")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take values from the caller only: `load_settings` hands the environment over."""
        return (init_settings,)

    @model_validator(mode="before")
    @classmethod
    def _empty_means_unset(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if value != ""}

    @model_validator(mode="after")
    def _safe_together(self) -> "Settings":
        if self.secret_key and len(self.secret_key.get_secret_value()) < 32:
            raise ValueError("SECRET_KEY must be at least 32 characters long")
        if self.database_url and not self.database_url.startswith(("postgresql://", "postgresql+psycopg://")):
            raise ValueError("DATABASE_URL must start with postgresql://")
        address = urlsplit(self.site_url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError("PUBLIC_URL must be a full http:// or https:// address")
        if address.scheme == "http" and address.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise ValueError("PUBLIC_URL must be https:// unless it is on this machine")
        if self.demo and address.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise ValueError("PORTAL_DEMO publishes its passwords: it runs on this machine only")
        return self

    @model_validator(mode="after")
    def _mail_comes_in(self) -> "Settings":
        if self.imap_host and not self.inbound_address:
            raise ValueError("PORTAL_INBOUND_ADDRESS is needed with PORTAL_IMAP_HOST: replies are sent there")
        return self

    @model_validator(mode="after")
    def _meetings_safe(self) -> "Settings":
        address = urlsplit(self.jitsi_url or "")
        if self.jitsi_url and (address.scheme != "https" or not address.hostname or address.query):
            raise ValueError("PORTAL_JITSI_URL must be a full https:// address, such as https://meet.example")
        return self

    @model_validator(mode="after")
    def _film_complete(self) -> "Settings":
        if self.wish_video is None:
            return self
        if self.wish_video.suffix.lower() not in (".mp4", ".webm"):
            raise ValueError("PORTAL_WISH_VIDEO must end in .mp4 or .webm")
        for file in (self.wish_video, self.wish_video_captions, self.wish_video_transcript):
            if file is None:
                raise ValueError(
                    "PORTAL_WISH_VIDEO_CAPTIONS and PORTAL_WISH_VIDEO_TRANSCRIPT are needed with PORTAL_WISH_VIDEO"
                )
            if not file.is_file():
                raise ValueError(f"there is no file {file}, which PORTAL_WISH_VIDEO and its texts need")
        return self

    @model_validator(mode="after")
    def _payments_safe(self) -> "Settings":
        if self.trial_payments and not _is_here(self.site_url):
            raise ValueError(
                "PORTAL_TRIAL_PAYMENTS gives away what costs money: it runs on this machine only"
            )
        if self.trial_calendars and not _is_here(self.site_url):
            raise ValueError(
                "PORTAL_TRIAL_CALENDARS opens the machine's own doors: it is for this machine only"
            )
        if self.stripe_api_url and not _is_here(self.stripe_api_url):
            raise ValueError("PORTAL_STRIPE_API_URL must be on this machine; leave it out for Stripe itself")
        if self.stripe_secret_key and not self.webhook_secrets:
            raise ValueError("PORTAL_STRIPE_WEBHOOK_SECRETS is needed with PORTAL_STRIPE_SECRET_KEY")
        return self

    @model_validator(mode="after")
    def _bucket_complete(self) -> "Settings":
        if self.s3_bucket and not (self.s3_endpoint and self.s3_access_key and self.s3_secret_key):
            raise ValueError(
                "PORTAL_S3_ENDPOINT, PORTAL_S3_ACCESS_KEY and PORTAL_S3_SECRET_KEY are needed with PORTAL_S3_BUCKET"
            )
        address = urlsplit(self.s3_endpoint or "")
        if self.s3_endpoint and (
            address.scheme not in ("http", "https") or not address.hostname or address.path
        ):
            raise ValueError("PORTAL_S3_ENDPOINT must be an http:// or https:// address without a path")
        if address.scheme == "http" and not _is_here(self.s3_endpoint or ""):
            raise ValueError("PORTAL_S3_ENDPOINT must be https:// unless it is on this machine")
        return self

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """Each secret that may have signed a Stripe event."""
        listed = self.stripe_webhook_secrets.get_secret_value() if self.stripe_webhook_secrets else ""
        return tuple(secret.strip() for secret in listed.split(",") if secret.strip())

    @property
    def offers_trial(self) -> bool:
        """Whether the trial provider, which moves no money, may be chosen."""
        return self.trial_payments or self.demo

    @property
    def reads_calendars_here(self) -> bool:
        """Whether calendars that lie on this very machine are read."""
        return self.trial_calendars or self.demo

    @property
    def site_url(self) -> str:
        """The public address, without a slash at its end."""
        return (self.public_url or f"http://127.0.0.1:{self.port}").rstrip("/")

    @property
    def serves_https(self) -> bool:
        """Whether people reach the portal over HTTPS; decides the cookie's prefix and HSTS."""
        return self.site_url.startswith("https://")

    @property
    def sqlalchemy_url(self) -> str:
        """The database's address with the driver named."""
        if not self.database_url:
            raise ConfigError(["DATABASE_URL is not set and no embedded database was started"])
        return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def attachments_dir(self) -> Path:
        """Where attachments are kept, outside anything served."""
        return self.storage_dir or self.instance_dir / "attachments"


PREFIXED = frozenset(Settings.model_fields) - {
    "database_url", "host", "port", "secret_key", "public_url", "prometheus_multiproc_dir",
}  # fmt: skip


def variable(field: str) -> str:
    """The environment variable that sets `field`: `PORT`, `DATABASE_URL`, else `PORTAL_...`."""
    return ("portal_" + field if field in PREFIXED else field).upper()


def load_settings(environ: Mapping[str, str], **overrides: Any) -> Settings:
    """Read the settings from `environ`; `overrides` win. Raises ConfigError naming every wrong variable."""
    found = {name: environ[variable(name)] for name in Settings.model_fields if variable(name) in environ}
    try:
        return Settings(**{**found, **overrides})
    except ValidationError as error:
        raise ConfigError([_sentence(problem) for problem in error.errors()]) from None


def _is_here(address: str) -> bool:
    return urlsplit(address).hostname in ("127.0.0.1", "localhost", "::1")


def _sentence(problem: Any) -> str:
    message = str(problem["msg"]).removeprefix("Value error, ")
    if not problem["loc"]:
        return message
    return f"{variable(str(problem['loc'][0]))}: {message} (it is {problem['input']!r})"


def secret_key(settings: Settings) -> str:
    """The signing key: SECRET_KEY, or one kept in the instance folder where only its owner reads it.

    Several machines must share SECRET_KEY; the kept one is for a single machine.
    """
    if settings.secret_key:
        return settings.secret_key.get_secret_value()
    kept = settings.instance_dir / "secret_key"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        _create_private(kept, secrets.token_urlsafe(48))
    return kept.read_text().strip()


def _create_private(path: Path, text: str) -> None:
    try:
        with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(text)
    except FileExistsError:
        return
