"""Building the application: the list of what is plugged in."""

import os
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import blueprints, logs, tables
from portal.config import Settings, load_settings, secret_key
from portal.db import db
from portal.mail.service import mail
from portal.web import (
    assets,
    error_pages,
    formats,
    metrics,
    open_reading,
    rate_limits,
    requests,
    security,
    signed_in,
    template_context,
)

__all__ = ["build", "tables"]

csrf = CSRFProtect()
# Signed by the provider, and sent by no browser.
csrf.exempt("portal.blueprints.payments.stripe_webhook")
# Signed by the link itself: a mail program sends it with one click.
csrf.exempt("portal.blueprints.unsubscribing.create")
csrf.exempt("portal.blueprints.audiences.own_data.refuse")
migrate = Migrate()

FORM_MEMORY = 2 * 1024 * 1024


def build(settings: Settings | None = None) -> Flask:
    """Build the application. Raises ConfigError when a setting is wrong."""
    settings = settings or load_settings(os.environ)
    logs.configure(settings)
    app = Flask("portal")
    app.extensions["settings"] = settings
    app.config.update(_flask_config(settings))
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    db.init_app(app)
    migrate.init_app(app, db, directory=str(blueprints.ROOT / "migrations"))
    csrf.init_app(app)
    mail.init_app(app)
    for part in (
        requests,
        metrics,
        signed_in,
        rate_limits,
        security,
        error_pages,
        formats,
        assets,
        template_context,
        open_reading,
    ):
        part.init_app(app)
    blueprints.init_app(app)
    return app


def _flask_config(settings: Settings) -> dict[str, Any]:
    return {
        "SECRET_KEY": secret_key(settings),
        "SQLALCHEMY_DATABASE_URI": settings.sqlalchemy_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "pool_size": settings.database_pool,
            "pool_pre_ping": True,
            # The connection used last is the one whose statements are prepared and whose caches are warm.
            "pool_use_lifo": True,
            "connect_args": {
                "connect_timeout": 5,
                "options": "-c timezone=UTC -c lock_timeout=10s -c statement_timeout=30s"
                " -c idle_in_transaction_session_timeout=60s",
            },
        },
        "MAX_CONTENT_LENGTH": settings.attachment_max_bytes * settings.attachment_max_count + FORM_MEMORY,
        "MAX_FORM_MEMORY_SIZE": FORM_MEMORY,
        "WTF_CSRF_TIME_LIMIT": None,
        "MAIL_SERVER": settings.mail_host,
        "MAIL_PORT": settings.mail_port,
        "MAIL_USERNAME": settings.mail_username,
        "MAIL_PASSWORD": settings.mail_password and settings.mail_password.get_secret_value(),
        "MAIL_USE_TLS": settings.mail_starttls,
        "MAIL_DEFAULT_SENDER": ("Conference Tracker Support", settings.mail_from),
        "MAIL_DOMAIN": settings.mail_from.rpartition("@")[2],
        **security.cookie_settings(settings),
    }
