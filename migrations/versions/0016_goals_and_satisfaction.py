"""Goals of tickets with their clocks and stops, and what customers said once a ticket was closed."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ENDED = "met_at IS NULL AND dropped_at IS NULL"
RUNS = f"{ENDED} AND runs_since IS NOT NULL AND escalated_at IS NULL"

# Every open ticket has a promise that runs. Business days are not counted in SQL: the warning of these
# comes a quarter of their open time before they are due by the clock, at worst some hours early. What is
# late or nearly so has been seen in the queue: nobody is mailed about it because of an upgrade. Their goals
# for a solution are begun by the first sweep, which counts as the policy does.
RUNNING_PROMISES = """
WITH promised AS (
    SELECT ticket.*,
        coalesce((edition.parameters #>> '{hours,reply_business_days}')::int, 1) * extract(epoch FROM
            coalesce(edition.parameters #>> '{hours,closes}', '17:00')::time
            - coalesce(edition.parameters #>> '{hours,opens}', '08:00')::time)::int / 60 AS minutes
    FROM ticket JOIN policy_edition edition ON edition.number = ticket.policy_edition
    WHERE ticket.state = 'open' AND ticket.awaiting_since IS NOT NULL
), timed AS (
    SELECT *, greatest(awaiting_since, reply_due_at - make_interval(mins => minutes / 4)) AS warned
    FROM promised
)
INSERT INTO ticket_goal (ticket_id, kind, started_at, allowed_minutes, left_minutes, runs_since, due_at,
                         warn_at, warned_at, escalated_at, policy_edition)
SELECT id, CASE WHEN first_reply_at IS NULL THEN 'first_reply' ELSE 'next_reply' END, awaiting_since,
    minutes, minutes, awaiting_since, reply_due_at, warned,
    CASE WHEN warned <= now() THEN now() END, CASE WHEN reply_due_at < now() THEN now() END, policy_edition
FROM timed ORDER BY id
"""


def upgrade() -> None:
    op.create_table(
        "ticket_goal",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("ticket_id", sa.BigInteger, sa.ForeignKey("ticket.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("allowed_minutes", sa.BigInteger, nullable=False),
        sa.Column("left_minutes", sa.BigInteger, nullable=False),
        sa.Column("runs_since", MOMENT),
        sa.Column("paused_at", MOMENT),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("warn_at", MOMENT, nullable=False),
        sa.Column("warned_at", MOMENT),
        sa.Column("escalated_at", MOMENT),
        sa.Column("met_at", MOMENT),
        sa.Column("dropped_at", MOMENT),
        sa.Column("took_minutes", sa.BigInteger),
        sa.Column("in_time", sa.Boolean),
        sa.Column("policy_edition", sa.BigInteger, sa.ForeignKey("policy_edition.number"), nullable=False),
        sa.CheckConstraint("kind IN ('first_reply', 'next_reply', 'resolution')", name="kind"),
        sa.CheckConstraint("(runs_since IS NULL) = (paused_at IS NOT NULL)", name="runs_or_stands"),
        sa.CheckConstraint("met_at IS NULL OR dropped_at IS NULL", name="one_end"),
        sa.CheckConstraint(
            "(met_at IS NULL) = (took_minutes IS NULL) AND (met_at IS NULL) = (in_time IS NULL)",
            name="outcome",
        ),
    )
    for name, column, where in (
        ("uq_ticket_goal_reply", "ticket_id", f"kind <> 'resolution' AND {ENDED}"),
        ("uq_ticket_goal_resolution", "ticket_id", f"kind = 'resolution' AND {ENDED}"),
    ):
        op.create_index(name, "ticket_goal", [column], unique=True, postgresql_where=sa.text(where))
    op.create_index("ix_ticket_goal_ticket", "ticket_goal", ["ticket_id", "id"])
    for name, columns, where in (
        ("ix_ticket_goal_warn", ["warn_at"], f"{RUNS} AND warned_at IS NULL"),
        ("ix_ticket_goal_due", ["due_at"], RUNS),
        ("ix_ticket_goal_met", ["met_at", "kind", "took_minutes"], "met_at IS NOT NULL"),
    ):
        op.create_index(name, "ticket_goal", columns, postgresql_where=sa.text(where))
    op.create_table(
        "ticket_goal_pause",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("goal_id", sa.BigInteger, sa.ForeignKey("ticket_goal.id"), nullable=False),
        sa.Column("paused_at", MOMENT, nullable=False),
        sa.Column("resumed_at", MOMENT),
        sa.Column("left_minutes", sa.BigInteger, nullable=False),
        sa.CheckConstraint("resumed_at IS NULL OR resumed_at >= paused_at", name="order"),
    )
    op.create_index("ix_ticket_goal_pause_goal", "ticket_goal_pause", ["goal_id", "id"])
    op.create_table(
        "ticket_satisfaction",
        sa.Column(
            "ticket_id", sa.BigInteger, sa.ForeignKey("ticket.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("asked_of_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("comment", sa.Text, nullable=False, server_default=""),
        sa.Column("answered_at", MOMENT),
        sa.Column("changed_at", MOMENT),
        sa.CheckConstraint("answer IN ('good', 'bad')", name="answer"),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
        sa.CheckConstraint("changed_at IS NULL OR answered_at IS NOT NULL", name="changed"),
    )
    op.create_index(
        "ix_ticket_satisfaction_answered", "ticket_satisfaction", ["answered_at"],
        postgresql_where=sa.text("answer IS NOT NULL"),
    )  # fmt: skip
    op.create_index("ix_ticket_opened", "ticket", ["opened_at"])
    op.create_index("ix_ticket_closed", "ticket", ["closed_at"], postgresql_where=sa.text("state = 'closed'"))
    op.execute(RUNNING_PROMISES)


def downgrade() -> None:
    op.drop_index("ix_ticket_closed", table_name="ticket")
    op.drop_index("ix_ticket_opened", table_name="ticket")
    for name in ("ticket_satisfaction", "ticket_goal_pause", "ticket_goal"):
        op.drop_table(name)
