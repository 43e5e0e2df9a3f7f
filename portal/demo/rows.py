"""Rows on their way into the tables, with their keys already given, written with COPY."""

import json
from collections import defaultdict
from concurrent.futures import Future, ThreadPoolExecutor
from operator import itemgetter
from typing import Any

from psycopg import sql
from sqlalchemy import Table, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Session

from portal.audit.models import AuditEntry
from portal.db import Base
from portal.search.models import TicketWords

KEY = "id"
as_json = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode
Values = dict[str, Any]


class Shape:
    """How a row of one table is written: its columns, the value of each that is left out, those in JSON."""

    def __init__(self, table: Table) -> None:
        self.table = table
        written = [column for column in table.columns if column.computed is None]
        self.columns = [column.name for column in written]
        self.in_order = itemgetter(*self.columns)
        self.json = [column.name for column in table.columns if isinstance(column.type, JSONB)]
        self.defaults: Values = {}
        for column in written:
            if column.default is not None and column.default.is_scalar:
                self.defaults[column.name] = column.default.arg  # type: ignore[attr-defined]
            elif isinstance(column.type, ARRAY):
                self.defaults[column.name] = []
            elif column.nullable:
                self.defaults[column.name] = None

    def row(self, values: Values) -> list[Any]:
        """The values in the table's order. Raises KeyError for one that is missing or unknown."""
        full = self.defaults | values
        if len(full) != len(self.columns):
            wrong = full.keys() ^ set(self.columns)
            raise KeyError(f"columns of {self.table.name}: {', '.join(sorted(wrong))}")
        for name in self.json:
            if full[name] is not None:
                full[name] = as_json(full[name])
        return list(self.in_order(full))


class Rows:
    """Collects rows table by table; `flush` writes them in the order that their foreign keys ask for.

    A second thread does the writing, so that PostgreSQL works while the next rows are being made. The
    tables are locked against other writers until the transaction ends, since keys are given here.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.raw: Any = session.connection().connection.driver_connection
        self.shapes = {table.name: Shape(table) for table in Base.metadata.sorted_tables}
        self.waiting: dict[str, list[list[Any]]] = defaultdict(list)
        self.written: dict[str, int] = defaultdict(int)
        self.writer = ThreadPoolExecutor(1)
        self.writing: Future[None] | None = None
        self.last_key = {name: self._last_key(name) for name in self.shapes if self._has_own_keys(name)}

    def add(self, model: type[Base], **values: Any) -> int:
        """Take a row, and give back its key."""
        name = model.__tablename__
        key = self.last_key[name] = self.last_key[name] + 1
        values[KEY] = key
        self.waiting[name].append(self.shapes[name].row(values))
        return key

    def put(self, model: type[Base], **values: Any) -> None:
        """Take a row whose key is another row's."""
        name = model.__tablename__
        self.waiting[name].append(self.shapes[name].row(values))

    def flush(self) -> None:
        """Begin to write what has been collected, the audit rows in the order of what they tell.

        Raises what went wrong with the rows before.
        """
        self.settle()
        self._order_trail()
        batch, self.waiting = self.waiting, defaultdict(list)
        self.writing = self.writer.submit(self._write, batch)

    def finish(self) -> None:
        """Write the rest, put the identities behind the last keys, and bring the planner's figures up to date."""
        self.flush()
        self.settle()
        for name in self.written:
            if name in self.last_key:
                quoted = {"name": f'"{name}"', "key": self.last_key[name]}
                self.session.execute(text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :key)"), quoted)
            self.session.execute(text(f'ANALYZE "{name}"'))
        self.session.execute(text(f"ANALYZE {TicketWords.__tablename__}"))

    def close(self) -> None:
        """Let the second thread go, whatever happened."""
        self.writer.shutdown()

    def settle(self) -> None:
        """Wait until what was flushed is written, so that others may use the connection."""
        if self.writing:
            self.writing.result()
            self.writing = None

    def _write(self, batch: dict[str, list[list[Any]]]) -> None:
        for name, shape in self.shapes.items():
            if rows := batch.get(name):
                self._copy(shape, rows)
                self.written[name] += len(rows)

    def _order_trail(self) -> None:
        name = AuditEntry.__tablename__
        columns, rows = self.shapes[name].columns, self.waiting.get(name, [])
        key, moment = columns.index(KEY), columns.index("at")
        keys = sorted(row[key] for row in rows)
        rows.sort(key=lambda row: row[moment])
        for row, number in zip(rows, keys, strict=True):
            row[key] = number

    def _copy(self, shape: Shape, rows: list[list[Any]]) -> None:
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(shape.table.name), sql.SQL(", ").join(map(sql.Identifier, shape.columns))
        )
        with self.raw.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    def _has_own_keys(self, name: str) -> bool:
        column = self.shapes[name].table.columns.get(KEY)
        return column is not None and column.identity is not None

    def _last_key(self, name: str) -> int:
        # A key that was drawn and rolled back is behind us as well: the sequence knows of it, the table does not.
        self.session.execute(text(f'LOCK TABLE "{name}" IN SHARE ROW EXCLUSIVE MODE'))
        sequence = self.session.scalar(
            text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": f'"{name}"'}
        )
        drawn = f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}"  # noqa: S608
        top = f'SELECT greatest(({drawn}), (SELECT coalesce(max(id), 0) FROM "{name}"))'  # noqa: S608
        return int(self.session.scalar(text(top)) or 0)
