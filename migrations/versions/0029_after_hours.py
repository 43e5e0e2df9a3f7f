"""Windows of support outside business hours: ordered, held by somebody of support, and promised under (AFT-1)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STATES = "'asked', 'ordered', 'offered', 'confirmed', 'done', 'cancelled', 'withdrawn'"
BOUGHT = "'ordered', 'offered', 'confirmed', 'done'"
CHECKS = {
    "state": f"state IN ({STATES})",
    "channel": "channel IN ('phone', 'email', 'live_session')",
    "order": "ends_at > starts_at AND hold_by <= starts_at",
    "reply_minutes": "reply_minutes > 0",
    "bought": f"state NOT IN ({BOUGHT}) OR order_id IS NOT NULL",
    "asked": "state NOT IN ('asked', 'withdrawn') OR order_id IS NULL",
    "held": "(holder_id IS NULL) = (held_at IS NULL)",
    "confirmed": "state NOT IN ('confirmed', 'done') OR holder_id IS NOT NULL",
    "not_held": "state NOT IN ('asked', 'ordered', 'offered') OR holder_id IS NULL",
    "handing": "handing_to_id IS NULL OR state = 'confirmed'",
    "ended": "(state IN ('cancelled', 'withdrawn')) = (ended_at IS NOT NULL)",
    "refund": "refund_cents IS NULL OR (refund_cents >= 0 AND state = 'cancelled')",
}
REFERS = {
    "organisation_id": "organisation", "event_id": "event", "asked_by_id": "person", "order_id": "order",
    "charge_order_id": "order", "holder_id": "person", "handing_to_id": "person", "ended_by_id": "person",
}  # fmt: skip

# Whoever holds a window is taken then, whatever path leads there.
COMMIT = """
CREATE FUNCTION commit_window() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.state IN ('confirmed', 'done') THEN
    INSERT INTO commitment (host_id, during, kind, window_id, title, entered_at)
      VALUES (NEW.holder_id, tstzrange(NEW.starts_at, NEW.ends_at), 'after_hours', NEW.id, '', NEW.held_at)
      ON CONFLICT (window_id) DO UPDATE SET host_id = EXCLUDED.host_id, during = EXCLUDED.during;
  ELSE DELETE FROM commitment WHERE window_id = NEW.id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER commit_window AFTER INSERT OR UPDATE OF state, holder_id, starts_at, ends_at
  ON after_hours_window FOR EACH ROW EXECUTE FUNCTION commit_window();
"""


def upgrade() -> None:
    _windows()
    _staff()
    _commitments()
    op.add_column("ticket_goal", sa.Column("window_id", sa.BigInteger))
    op.create_foreign_key(
        op.f("fk_ticket_goal_window_id_after_hours_window"),
        "ticket_goal",
        "after_hours_window",
        ["window_id"],
        ["id"],
    )
    op.drop_constraint(op.f("ck_order_line_item"), "order_line")
    op.create_check_constraint(
        op.f("ck_order_line_item"), "order_line", "item IN ('extra_contact', 'quoted', 'after_hours')"
    )
    op.execute(COMMIT)


def downgrade() -> None:
    op.execute("DROP TRIGGER commit_window ON after_hours_window; DROP FUNCTION commit_window()")
    op.execute("UPDATE order_line SET item = 'quoted' WHERE item = 'after_hours'")
    op.drop_constraint(op.f("ck_order_line_item"), "order_line")
    op.create_check_constraint(
        op.f("ck_order_line_item"), "order_line", "item IN ('extra_contact', 'quoted')"
    )
    op.drop_column("ticket_goal", "window_id")
    op.execute("DELETE FROM commitment WHERE kind = 'after_hours'")
    op.drop_constraint(op.f("ck_commitment_window"), "commitment")
    op.drop_column("commitment", "window_id")
    for table in ("after_hours_offer", "after_hours_ready", "after_hours_window"):
        op.drop_table(table)


def _windows() -> None:
    op.create_table(
        "after_hours_window",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger, nullable=False),
        sa.Column("event_id", sa.BigInteger, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("hold_by", MOMENT, nullable=False),
        sa.Column("reply_minutes", sa.BigInteger, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("asked_by_id", sa.BigInteger, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("order_id", sa.BigInteger),
        sa.Column("charge_order_id", sa.BigInteger),
        sa.Column("holder_id", sa.BigInteger),
        sa.Column("held_at", MOMENT),
        sa.Column("reach", sa.Text, nullable=False),
        sa.Column("handing_to_id", sa.BigInteger),
        sa.Column("managers_told_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("ended_by_id", sa.BigInteger),
        sa.Column("ended_because", sa.Text, nullable=False),
        sa.Column("refund_cents", sa.BigInteger),
        sa.Column("calendar_sequence", sa.BigInteger, nullable=False),
        sa.Column("policy_edition", sa.BigInteger, nullable=False),
        sa.Column("form_key", sa.Text),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(event_id, event_id, '[]')"), "&&"), (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text(f"state IN ({BOUGHT})"), using="gist", name="ex_after_hours_window_event",
        ),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_after_hours_window_{name}")) for name, rule in CHECKS.items()),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_after_hours_window_{column}_{table}")
            )
            for column, table in REFERS.items()
        ),
        sa.ForeignKeyConstraint(
            ["policy_edition"], ["policy_edition.number"], name=op.f("fk_after_hours_window_policy_edition_policy_edition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_after_hours_window")),
        *(
            sa.UniqueConstraint(column, name=op.f(f"uq_after_hours_window_{column}"))
            for column in ("order_id", "charge_order_id", "form_key")
        ),
    )  # fmt: skip
    for name, columns in {
        "event": ["event_id", "starts_at", "id"], "organisation": ["organisation_id", "starts_at", "id"],
        "starts": ["starts_at", "id"],
    }.items():  # fmt: skip
        op.create_index(f"ix_after_hours_window_{name}", "after_hours_window", columns)
    op.create_index(
        "ix_after_hours_window_waiting", "after_hours_window", ["hold_by"],
        postgresql_where=sa.text("state IN ('asked', 'ordered', 'offered')"),
    )  # fmt: skip


def _staff() -> None:
    op.create_table(
        "after_hours_ready",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("person_id", sa.BigInteger, nullable=False),
        sa.Column("day_kind", sa.Text, nullable=False),
        sa.Column("opens", sa.Time, nullable=False),
        sa.Column("closes", sa.Time, nullable=False),
        sa.Column("channels", postgresql.ARRAY(sa.TEXT), nullable=False),
        sa.CheckConstraint(
            "day_kind IN ('business_day', 'weekend', 'holiday')", name=op.f("ck_after_hours_ready_day_kind")
        ),
        sa.CheckConstraint("closes > opens OR closes = '00:00'", name=op.f("ck_after_hours_ready_order")),
        sa.CheckConstraint("cardinality(channels) > 0", name=op.f("ck_after_hours_ready_channels")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_after_hours_ready_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_after_hours_ready")),
        sa.UniqueConstraint("person_id", "day_kind", name=op.f("uq_after_hours_ready_person_id_day_kind")),
    )
    op.create_table(
        "after_hours_offer",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("window_id", sa.BigInteger, nullable=False),
        sa.Column("person_id", sa.BigInteger, nullable=False),
        sa.Column("offered_at", MOMENT, nullable=False),
        sa.Column("declined_at", MOMENT),
        sa.ForeignKeyConstraint(
            ["window_id"],
            ["after_hours_window.id"],
            name=op.f("fk_after_hours_offer_window_id_after_hours_window"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_after_hours_offer_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_after_hours_offer")),
        sa.UniqueConstraint("window_id", "person_id", name=op.f("uq_after_hours_offer_window_id_person_id")),
    )
    op.create_index("ix_after_hours_offer_person", "after_hours_offer", ["person_id", "window_id"])


def _commitments() -> None:
    op.add_column("commitment", sa.Column("window_id", sa.BigInteger))
    op.create_foreign_key(
        op.f("fk_commitment_window_id_after_hours_window"), "commitment", "after_hours_window", ["window_id"], ["id"],
        ondelete="CASCADE",
    )  # fmt: skip
    op.create_unique_constraint(op.f("uq_commitment_window_id"), "commitment", ["window_id"])
    op.create_check_constraint(
        op.f("ck_commitment_window"), "commitment", "(kind = 'after_hours') = (window_id IS NOT NULL)"
    )
