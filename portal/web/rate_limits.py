"""Rate limits, counted in PostgreSQL so that every process counts the same.

A count has its own transaction: a refused or failed request counts all the same.
"""

import time
from datetime import timedelta
from ipaddress import ip_address, ip_network

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.storage import Storage
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from portal.accounts.identity import normalise_email
from portal.clock import now
from portal.db import db
from portal.errors import Invalid
from portal.rate_counters import RateCounter


class PostgresStorage(Storage):
    """Fixed-window counters as rows."""

    STORAGE_SCHEME = ["portal-database"]  # noqa: RUF012

    @property
    def base_exceptions(self) -> type[Exception]:
        """What a broken database raises."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add `amount` to the counter, which starts anew `expiry` seconds after its first use; its new value."""
        moment = now()
        ended = RateCounter.expires_at <= moment
        ends = moment + timedelta(seconds=expiry)
        new = insert(RateCounter).values(name=key, count=amount, expires_at=ends)
        upsert = new.on_conflict_do_update(
            index_elements=["name"],
            set_={
                "count": _case(ended, amount, RateCounter.count + amount),
                "expires_at": _case(ended, ends, RateCounter.expires_at),
            },
        ).returning(RateCounter.count)
        with db.engine.begin() as connection:
            return int(connection.execute(upsert).scalar_one())

    def get(self, key: str) -> int:
        """The counter's value now."""
        live = select(RateCounter.count).where(RateCounter.name == key, RateCounter.expires_at > now())
        with db.engine.begin() as connection:
            return int(connection.scalar(live) or 0)

    def get_expiry(self, key: str) -> float:
        """When the counter starts anew, in seconds since 1970."""
        with db.engine.begin() as connection:
            ends = connection.scalar(select(RateCounter.expires_at).where(RateCounter.name == key))
        return ends.timestamp() if ends else time.time()

    def check(self) -> bool:
        """Whether the counters can be read."""
        self.get("check")
        return True

    def reset(self) -> int | None:
        """Forget every counter."""
        with db.engine.begin() as connection:
            return connection.execute(delete(RateCounter)).rowcount

    def clear(self, key: str) -> None:
        """Forget one counter."""
        with db.engine.begin() as connection:
            connection.execute(delete(RateCounter).where(RateCounter.name == key))


def _case(condition: object, then: object, otherwise: object) -> object:
    from sqlalchemy import case

    return case((condition, then), else_=otherwise)  # type: ignore[arg-type]


def by_address() -> str:
    """Counted for each network address."""
    return get_remote_address() or "unknown"


def by_network() -> str:
    """Counted for each network: the /24 of an IPv4 address, the /48 of an IPv6 address."""
    try:
        address = ip_address(by_address())
    except ValueError:
        return by_address()
    return str(ip_network((address, 24 if address.version == 4 else 48), strict=False))


def by_typed_email() -> str:
    """Counted for each account that somebody tries to get into, whether it exists or not."""
    typed = request.form.get("email", "").replace("\x00", "")
    try:
        return f"email:{normalise_email(typed)}"
    except Invalid:
        return f"email:{typed.strip().lower()[:254]}"


def by_person() -> str:
    """Counted for each signed-in person."""
    from portal.web.signed_in import current_actor

    return f"person:{current_actor().person_id or by_address()}"


limiter = Limiter(
    key_func=by_address, storage_uri="portal-database://", strategy="fixed-window", swallow_errors=False
)


def init_app(app: Flask) -> None:
    """Plug the limits in; the settings may switch them off."""
    app.config["RATELIMIT_ENABLED"] = app.extensions["settings"].rate_limits
    app.config["RATELIMIT_HEADERS_ENABLED"] = False
    limiter.init_app(app)


def forget_count(key: str) -> None:
    """Forget what this request counted under `key`: a sign-in that succeeded was no guess."""
    for counted in limiter.current_limits:
        if key in counted.request_args:
            limiter.limiter.clear(counted.limit, *counted.request_args)
