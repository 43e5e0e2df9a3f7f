"""Whether the ledger, the documents and the orders say the same. Asks by plain SQL, so that it needs no application.

The account of an order is right when its payments and refunds are those of the order, and when its
invoices less its credit notes are what the order is worth; what is pending may not be invoiced yet.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, text

SHOWN_OF_EACH = 20

ACCOUNTS = """
    SELECT o.id AS order_id, o.state, o.paid_cents, o.refunded_cents, o.total_cents,
        o.total_cents - o.tax_cents - coalesce(lines.cents, 0) AS lines_apart,
        coalesce(account.invoiced, 0) AS invoiced, coalesce(account.credited, 0) AS credited,
        coalesce(account.paid, 0) AS paid, coalesce(account.refunded, 0) AS refunded,
        CASE WHEN o.state IN ('pending', 'paid') THEN o.total_cents
             WHEN o.state = 'partially_refunded' THEN o.paid_cents - o.refunded_cents ELSE 0 END AS worth
    FROM "order" o
    LEFT JOIN (SELECT order_id, sum(total_cents) AS cents FROM order_line GROUP BY order_id) lines
        ON lines.order_id = o.id
    LEFT JOIN (SELECT order_id, sum(cents) FILTER (WHERE kind = 'invoice') AS invoiced,
            -sum(cents) FILTER (WHERE kind = 'credit') AS credited,
            -sum(cents) FILTER (WHERE kind = 'payment') AS paid,
            sum(cents) FILTER (WHERE kind IN ('refund', 'refund_returned')) AS refunded
        FROM ledger_entry GROUP BY order_id) account ON account.order_id = o.id
"""
WRONG_ORDERS = f"""
    SELECT * FROM ({ACCOUNTS}) each_order
    WHERE lines_apart <> 0 OR paid <> paid_cents OR refunded <> refunded_cents
        OR invoiced - credited <> worth AND NOT (state = 'pending' AND invoiced - credited = 0)
    ORDER BY order_id LIMIT {SHOWN_OF_EACH}
"""  # noqa: S608
WRONG_DOCUMENTS = f"""
    SELECT d.series, d.number, d.total_cents, d.net_cents, lines.cents AS printed_cents, e.cents AS entered_cents
    FROM document d
    LEFT JOIN ledger_entry e ON e.document_id = d.id AND e.order_id = d.order_id AND e.currency = d.currency
    CROSS JOIN LATERAL (SELECT sum((line->>'total_cents')::bigint) AS cents
        FROM jsonb_array_elements(d.content->'lines') line) lines
    WHERE lines.cents IS DISTINCT FROM d.net_cents
        OR e.cents IS DISTINCT FROM CASE WHEN d.kind = 'invoice' THEN d.total_cents ELSE -d.total_cents END
    ORDER BY d.series, d.number LIMIT {SHOWN_OF_EACH}
"""  # noqa: S608
WRONG_SERIES = """
    SELECT s.name, s.next_number - 1 AS taken, count(d.id) AS issued, coalesce(max(d.number), 0) AS highest
    FROM document_series s LEFT JOIN document d ON d.series = s.name
    GROUP BY s.name HAVING count(d.id) <> s.next_number - 1 OR coalesce(max(d.number), 0) <> s.next_number - 1
    ORDER BY s.name
"""


def discrepancies(connection: Connection) -> list[str]:
    """What does not agree, a sentence each; of many of one kind the first SHOWN_OF_EACH. Empty when all is well."""
    return [*_orders(connection), *_documents(connection), *_series(connection)]


def _orders(connection: Connection) -> Iterator[str]:
    for row in connection.execute(text(WRONG_ORDERS)):
        yield (
            f"Order O-{row.order_id:05d} ({row.state}, {row.total_cents} cents, paid {row.paid_cents}, refunded"
            f" {row.refunded_cents}, lines {row.lines_apart} apart): the ledger has invoiced {row.invoiced},"
            f" credited {row.credited}, paid {row.paid}, refunded {row.refunded}"
        )


def _documents(connection: Connection) -> Iterator[str]:
    for row in connection.execute(text(WRONG_DOCUMENTS)):
        yield (
            f"Document {row.series}-{row.number:05d} is over {row.total_cents} cents, {row.net_cents} before tax;"
            f" its lines add up to {row.printed_cents}, the ledger has {row.entered_cents}"
        )


def _series(connection: Connection) -> Iterator[str]:
    for row in connection.execute(text(WRONG_SERIES)):
        yield (
            f"Series {row.name} has given {row.taken} numbers for {row.issued} documents, the highest {row.highest}"
        )
