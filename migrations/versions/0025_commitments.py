"""What takes a member of staff stands in one table: sessions, absences, held times. With it the waiting list."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SAME_HOST = "int8range(host_id, host_id, '[]')"
KINDS = (
    "kind IN ('contact_training', 'presenter_training', 'exhibitor_training', 'operator_training',"
    " 'live_assistance')"
)
KIND_OF_AUDIENCE = (
    "(audience = 'contacts' AND kind IN ('contact_training', 'live_assistance'))"
    " OR (audience, kind) IN (('presenters', 'presenter_training'),"
    " ('exhibitors', 'exhibitor_training'), ('operators', 'operator_training'))"
)

# A session that was there already is changed in place, so that it is never in its own way.
TRIGGERS = {
    "commit_booking": (
        "booking",
        "AFTER INSERT OR UPDATE OF host_id, busy, state ON booking FOR EACH ROW",
        "IF NEW.state = 'cancelled' THEN DELETE FROM commitment WHERE booking_id = NEW.id;"
        " ELSE INSERT INTO commitment (host_id, during, kind, booking_id, title, entered_at)"
        " VALUES (NEW.host_id, NEW.busy, 'session', NEW.id, '', NEW.booked_at)"
        " ON CONFLICT (booking_id) DO UPDATE SET host_id = EXCLUDED.host_id, during = EXCLUDED.during; END IF;",
    ),
    "commit_absence": (
        "absence",
        "AFTER INSERT ON absence FOR EACH ROW",
        "INSERT INTO commitment (host_id, during, kind, absence_id, title, entered_by_id, entered_at)"
        " VALUES (NEW.person_id, NEW.during, 'absence', NEW.id, '', NEW.entered_by_id, NEW.entered_at);",
    ),
    # One that was there before this table, and over a session, has no commitment to change.
    "change_absence": (
        "absence",
        "AFTER UPDATE OF person_id, during ON absence FOR EACH ROW",
        "UPDATE commitment SET host_id = NEW.person_id, during = NEW.during WHERE absence_id = NEW.id;",
    ),
    "commit_hold": (
        "slot_hold",
        "AFTER INSERT ON slot_hold FOR EACH ROW",
        "INSERT INTO commitment (host_id, during, kind, hold_id, title, entered_by_id, entered_at)"
        " VALUES (NEW.host_id, NEW.busy, 'hold', NEW.id, '', NEW.held_by_id, NEW.held_at);",
    ),
}

# Sessions never overlap; an absence over a session, or beside another row of its kind, waits outside.
BACKFILL = """
INSERT INTO commitment (host_id, during, kind, booking_id, title, entered_at)
  SELECT host_id, busy, 'session', id, '', booked_at FROM booking WHERE state != 'cancelled' ORDER BY id;
DO $$
DECLARE away absence;
BEGIN
  FOR away IN SELECT * FROM absence ORDER BY id LOOP
    BEGIN
      INSERT INTO commitment (host_id, during, kind, absence_id, title, entered_by_id, entered_at)
        VALUES (away.person_id, away.during, 'absence', away.id, '', away.entered_by_id, away.entered_at);
    EXCEPTION WHEN exclusion_violation THEN NULL;
    END;
  END LOOP;
END $$;
"""


def upgrade() -> None:
    _bookings()
    _waiting()
    _holds()
    _commitments()
    op.execute(BACKFILL)
    for name, (_, occasion, action) in TRIGGERS.items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {action} RETURN NULL; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} {occasion} EXECUTE FUNCTION {name}()")
    op.drop_constraint("ex_booking_host", "booking")


def downgrade() -> None:
    op.create_exclude_constraint(
        "ex_booking_host", "booking", (sa.text(SAME_HOST), "&&"), (sa.column("busy"), "&&"),
        where=sa.text("state != 'cancelled'"), using="gist",
    )  # fmt: skip
    for name, (table, _, _) in TRIGGERS.items():
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION {name}()")
    for table in ("commitment", "slot_hold", "waiting"):
        op.drop_table(table)
    op.execute("DELETE FROM booking WHERE kind = 'live_assistance'")
    op.drop_constraint(op.f("ck_booking_kind"), "booking")
    for column in ("moved_from", "override_reason", "placed_by_id", "host_reason", "kind"):
        op.drop_column("booking", column)


def _bookings() -> None:
    op.add_column("booking", sa.Column("kind", sa.Text))
    op.execute("UPDATE booking SET kind = left(audience, -1) || '_training'")
    op.alter_column("booking", "kind", existing_type=sa.Text, nullable=False)
    op.create_check_constraint(op.f("ck_booking_kind"), "booking", KIND_OF_AUDIENCE)
    op.add_column("booking", sa.Column("host_reason", sa.Text, nullable=False, server_default=""))
    op.execute(
        "UPDATE booking b SET host_reason = e.after ->> 'host_chosen_because' FROM audit_entry e"
        " WHERE e.subject_type = 'booking' AND e.subject_id = b.id AND e.action = 'booking.booked'"
        " AND e.after ? 'host_chosen_because'"
    )
    op.add_column("booking", sa.Column("placed_by_id", sa.BigInteger))
    op.create_foreign_key(
        op.f("fk_booking_placed_by_id_person"), "booking", "person", ["placed_by_id"], ["id"]
    )
    op.add_column("booking", sa.Column("override_reason", sa.Text, nullable=False, server_default=""))
    op.add_column("booking", sa.Column("moved_from", MOMENT))


def _waiting() -> None:
    op.create_table(
        "waiting",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("event_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("person_id", sa.BigInteger, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("before", MOMENT),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("form_key", sa.Text),
        sa.CheckConstraint(KINDS, name=op.f("ck_waiting_kind")),
        sa.CheckConstraint(
            "state IN ('waiting', 'offered', 'booked', 'lapsed', 'left')", name=op.f("ck_waiting_state")
        ),
        sa.CheckConstraint(
            "(state IN ('waiting', 'offered')) = (ended_at IS NULL)", name=op.f("ck_waiting_ended_at")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_waiting_event_id_event")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_waiting_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting")),
        sa.UniqueConstraint("form_key", name=op.f("uq_waiting_form_key")),
    )
    op.create_index(
        "uq_waiting_event", "waiting", ["event_id", "kind"], unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )  # fmt: skip
    op.create_index(
        "ix_waiting_turn", "waiting", ["kind", "since", "id"], postgresql_where=sa.text("ended_at IS NULL")
    )


def _holds() -> None:
    op.create_table(
        "slot_hold",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("event_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("host_id", sa.BigInteger, nullable=False),
        sa.Column("host_reason", sa.Text, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("busy", postgresql.TSTZRANGE, nullable=False),
        sa.Column("held_by_id", sa.BigInteger, nullable=False),
        sa.Column("held_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("waiting_id", sa.BigInteger),
        sa.CheckConstraint(KINDS, name=op.f("ck_slot_hold_kind")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_slot_hold_order")),
        sa.CheckConstraint("busy @> tstzrange(starts_at, ends_at)", name=op.f("ck_slot_hold_busy")),
        sa.CheckConstraint("expires_at > held_at", name=op.f("ck_slot_hold_expiry")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_slot_hold_event_id_event")),
        sa.ForeignKeyConstraint(["host_id"], ["person.id"], name=op.f("fk_slot_hold_host_id_person")),
        sa.ForeignKeyConstraint(["held_by_id"], ["person.id"], name=op.f("fk_slot_hold_held_by_id_person")),
        sa.ForeignKeyConstraint(["waiting_id"], ["waiting.id"], name=op.f("fk_slot_hold_waiting_id_waiting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot_hold")),
        sa.UniqueConstraint("waiting_id", name=op.f("uq_slot_hold_waiting_id")),
    )
    op.create_index(
        "uq_slot_hold_form", "slot_hold", ["held_by_id", "event_id", "kind"], unique=True,
        postgresql_where=sa.text("waiting_id IS NULL"),
    )  # fmt: skip
    op.create_index("ix_slot_hold_expires_at", "slot_hold", ["expires_at"])


def _commitments() -> None:
    op.create_table(
        "commitment",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("host_id", sa.BigInteger, nullable=False),
        sa.Column("during", postgresql.TSTZRANGE, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("booking_id", sa.BigInteger),
        sa.Column("absence_id", sa.BigInteger),
        sa.Column("hold_id", sa.BigInteger),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("entered_by_id", sa.BigInteger),
        sa.Column("entered_at", MOMENT, nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text(SAME_HOST), "&&"), (sa.column("during"), "&&"), using="gist", name="ex_commitment_host"
        ),
        sa.CheckConstraint(
            "kind IN ('session', 'hold', 'absence', 'entry', 'after_hours')", name=op.f("ck_commitment_kind")
        ),
        sa.CheckConstraint(
            "NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)",
            name=op.f("ck_commitment_during"),
        ),
        sa.CheckConstraint(
            "(kind = 'session') = (booking_id IS NOT NULL)", name=op.f("ck_commitment_session")
        ),
        sa.CheckConstraint(
            "(kind = 'absence') = (absence_id IS NOT NULL)", name=op.f("ck_commitment_absence")
        ),
        sa.CheckConstraint("(kind = 'hold') = (hold_id IS NOT NULL)", name=op.f("ck_commitment_hold")),
        sa.ForeignKeyConstraint(["host_id"], ["person.id"], name=op.f("fk_commitment_host_id_person")),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["person.id"], name=op.f("fk_commitment_entered_by_id_person")
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{name}_id"],
                [f"{table}.id"],
                name=op.f(f"fk_commitment_{name}_id_{table}"),
                ondelete="CASCADE",
            )
            for name, table in (("booking", "booking"), ("absence", "absence"), ("hold", "slot_hold"))
        ),
        *(
            sa.UniqueConstraint(f"{name}_id", name=op.f(f"uq_commitment_{name}_id"))
            for name in ("booking", "absence", "hold")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
    )
