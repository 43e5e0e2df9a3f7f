"""The database, and the one way to write to it: a use case.

READ COMMITTED; a use case locks the row that its limit hangs on before it reads what it decides by.
What a request reads outside of a transaction stands alone, statement by statement.
"""

import functools
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar, cast

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import BigInteger, Connection, Date, DateTime, Engine, Identity, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry

CONSTRAINT_NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Key = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]


class Base(DeclarativeBase):
    """Base of every table. Plain `int` is bigint, `str` is text, `datetime` is timestamptz."""

    registry = registry(
        metadata=MetaData(naming_convention=CONSTRAINT_NAMES),
        type_annotation_map={
            int: BigInteger,
            str: Text,
            datetime: DateTime(timezone=True),
            date: Date,
            dict[str, Any]: JSONB,
        },
    )


READING = "reading"


class PortalSession(Session):
    """A session that, while it is reading, has no transaction around its statements."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        """The engine for the next statement."""
        engine = super().get_bind(*args, **kwargs)
        return (
            _without_transactions(engine) if READING in self.info and isinstance(engine, Engine) else engine
        )


@functools.lru_cache(maxsize=16)
def _without_transactions(engine: Engine) -> Engine:
    return engine.execution_options(isolation_level="AUTOCOMMIT")


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "class_": PortalSession})

RETRIED = {"40001", "40P01"}
TRIES = 5

P = ParamSpec("P")
R = TypeVar("R")
A = TypeVar("A")


def read_by_statement() -> None:
    """From here on the session reads without a transaction; `in_transaction` opens one for what it does.

    READ COMMITTED sees the same either way. But ending a transaction of reads by rolling it back makes the
    driver forget its prepared statements: planning them anew took up to half of a page's time.
    """
    db.session.info[READING] = True


@contextmanager
def _transaction() -> Iterator[None]:
    reading = db.session.info.pop(READING, False)
    try:
        with db.session.begin():
            yield
    finally:
        if reading:
            read_by_statement()


def in_transaction(work: Callable[[], R]) -> R:
    """Run `work` in one transaction from a clean session; all of it again on deadlock or serialisation failure.

    `work` must have no effect outside the database. Raises what `work` raises, with nothing written.
    """
    for attempt in range(TRIES):
        db.session.close()
        try:
            with _transaction():
                return work()
        except DBAPIError as error:
            if not _worth_another_try(error) or attempt == TRIES - 1:
                raise
        time.sleep(random.uniform(0.005, 0.02) * 2**attempt)  # noqa: S311
    raise AssertionError("unreachable")


def _worth_another_try(error: DBAPIError) -> bool:
    # A form sent twice at once: the second finds the first's row on its next try.
    constraint = str(getattr(getattr(error.orig, "diag", None), "constraint_name", ""))
    return getattr(error.orig, "sqlstate", None) in RETRIED or constraint.endswith("_form_key")


def use_case(work: Callable[Concatenate[A, P], R]) -> Callable[Concatenate[A, P], R]:
    """Mark a public service function: one transaction, decided by the actor's rights as of that transaction.

    The first argument is the actor. It is read anew inside the transaction, with its grants locked
    against being ended meanwhile, so that who was removed writes nothing more (WHO-6).
    Public services do not call each other: a nested call raises RuntimeError.
    """

    @functools.wraps(work)
    def run(actor: A, *args: P.args, **kwargs: P.kwargs) -> R:
        from portal.accounts.queries import renewed

        if db.session.info.get("use_case"):
            raise RuntimeError(f"{work.__qualname__} was called inside {db.session.info['use_case']}")
        db.session.info["use_case"] = work.__qualname__
        try:
            return in_transaction(lambda: work(cast(A, renewed(actor)), *args, **kwargs))
        finally:
            db.session.info.pop("use_case", None)

    run.is_use_case = True  # type: ignore[attr-defined]
    return cast(Callable[Concatenate[A, P], R], run)
