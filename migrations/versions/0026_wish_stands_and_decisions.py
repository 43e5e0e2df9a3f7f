"""Wishes are counted by three stands of each customer, and decided on in a history of their own (WISH-2, WISH-3)."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STAND = "stand IN ('useful', 'neutral', 'not_for_us')"
DECISION = "decision IN ('open', 'under_consideration', 'planned', 'in_progress', 'done', 'declined')"
CHECKS = {
    "state": "state IN ('submitted', 'asked_back', 'published', 'declined', 'hidden', 'merged')",
    "decision": DECISION,
    "module": "module IN ('virtual_event', 'exhibitors', 'attendance_app', 'premium')",
    "frequency": "frequency IN ('every_day', 'every_week', 'every_event', 'now_and_then')",
    "published_at": "state <> 'published' OR published_at IS NOT NULL",
    "root": "(state = 'merged') = (root_id <> id)",
    "counts": "useful >= 0 AND neutral >= 0 AND against >= 0 AND useful + neutral + against <= concerned",
}
LISTS = {
    "ix_wish_useful": ("score", "id"), "ix_wish_trend": ("trend", "id"), "ix_wish_newest": ("published_at", "id"),
    "ix_wish_decision": ("decision", "decided_at", "id"),
}  # fmt: skip
FINAL = ("wish_decision", "planning_round", "planning_line")


def upgrade() -> None:
    _columns()
    _stands()
    _followers()
    _decisions()
    _planning()
    _count()
    for name, rule in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_wish_{name}"), "wish", rule)
    for name, columns in LISTS.items():
        op.create_index(name, "wish", list(columns), postgresql_where=sa.text("state = 'published'"))
    for table in FINAL:
        op.execute(
            f"CREATE TRIGGER {table}_is_final BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def _columns() -> None:
    for name in ("published_at", "state", "votes"):
        op.drop_constraint(f"ck_wish_{name}", "wish")
    op.drop_index("ix_wish_useful", "wish")
    for name in ("affected", "workaround", "hidden_because"):
        _filled("wish", sa.Column(name, sa.Text, nullable=False), "")
    for name in ("frequency", "module"):
        op.add_column("wish", sa.Column(name, sa.Text))
    _filled("wish", sa.Column("decision", sa.Text, nullable=False), "open")
    _filled("wish", sa.Column("on_behalf", sa.Boolean, nullable=False), "false")
    op.add_column("wish", sa.Column("locked_at", MOMENT))
    op.add_column("wish", sa.Column("locked_by_id", sa.BigInteger, sa.ForeignKey("person.id")))
    for name in ("useful", "neutral", "against", "concerned"):
        _filled("wish", sa.Column(name, sa.BigInteger, nullable=False), "0")
    for name in ("score", "trend"):
        _filled("wish", sa.Column(name, sa.Double, nullable=False), "0")
    op.add_column("wish", sa.Column("root_id", sa.BigInteger, sa.ForeignKey("wish.id")))
    op.execute("UPDATE wish SET root_id = id")
    op.execute(
        "UPDATE wish SET on_behalf = true FROM role_grant WHERE role_grant.person_id = wish.author_id"
        " AND wish.organisation_id IS NOT NULL AND role_grant.role IN ('agent', 'moderator', 'manager', 'admin')"
    )
    op.alter_column("wish", "root_id", nullable=False)
    op.create_index("ix_wish_root_id", "wish", ["root_id"])
    op.drop_column("wish", "votes")
    op.execute(
        "CREATE FUNCTION wish_is_its_own_root() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " NEW.root_id := coalesce(NEW.root_id, NEW.id); RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER wish_is_its_own_root BEFORE INSERT ON wish"
        " FOR EACH ROW EXECUTE FUNCTION wish_is_its_own_root()"
    )


def _stands() -> None:
    op.rename_table("vote", "wish_stand")
    op.execute("ALTER SEQUENCE vote_id_seq RENAME TO wish_stand_id_seq")
    op.alter_column("wish_stand", "cast_at", new_column_name="stood_at")
    for old in ("pk_vote", "uq_vote_wish_id_organisation_id_person_id", *_references("vote")):
        op.execute(
            f"ALTER TABLE wish_stand RENAME CONSTRAINT {old} TO {old.replace('vote', 'wish_stand', 1)}"
        )
    _filled("wish_stand", sa.Column("stand", sa.Text, nullable=False), "useful")
    _filled("wish_stand", sa.Column("on_behalf", sa.Boolean, nullable=False), "false")
    op.execute(
        "UPDATE wish_stand SET on_behalf = true WHERE EXISTS (SELECT FROM role_grant"
        " WHERE role_grant.person_id = wish_stand.person_id AND role IN ('agent', 'moderator', 'manager', 'admin'))"
    )
    op.create_check_constraint(op.f("ck_wish_stand_stand"), "wish_stand", STAND)
    op.create_index("ix_wish_stand_person_id", "wish_stand", ["person_id"])
    op.create_table(
        "organisation_stand",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("wish_id", sa.BigInteger, sa.ForeignKey("wish.id"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("stand", sa.Text, nullable=False),
        sa.Column("stood_at", MOMENT, nullable=False),
        sa.Column("chosen", sa.Text),
        sa.Column("chosen_by_id", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("chosen_at", MOMENT),
        sa.UniqueConstraint("wish_id", "organisation_id"),
        sa.CheckConstraint(STAND, name="stand"),
        sa.CheckConstraint(STAND.replace("stand", "chosen", 1), name="chosen"),
        sa.CheckConstraint("(chosen IS NULL) = (chosen_at IS NULL)", name="chosen_at"),
    )
    op.create_index("ix_organisation_stand_organisation_id", "organisation_stand", ["organisation_id"])
    op.execute(
        "INSERT INTO organisation_stand (wish_id, organisation_id, stand, stood_at)"
        " SELECT wish_id, organisation_id, 'useful', min(stood_at) FROM wish_stand GROUP BY wish_id, organisation_id"
    )


def _followers() -> None:
    op.create_table(
        "wish_follower",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("wish_id", sa.BigInteger, sa.ForeignKey("wish.id"), nullable=False),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("told_through", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("wish_id", "person_id"),
    )
    op.create_index("ix_wish_follower_person_id", "wish_follower", ["person_id"])


def _decisions() -> None:
    marks = ("usefulness", "effort", "fit", "risk")
    op.create_table(
        "wish_evaluation",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("wish_id", sa.BigInteger, sa.ForeignKey("wish.id"), nullable=False),
        sa.Column("evaluator_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in marks),
        *(sa.Column(f"{name}_why", sa.Text, nullable=False) for name in marks),
        sa.Column("evaluated_at", MOMENT, nullable=False),
        sa.UniqueConstraint("wish_id", "evaluator_id"),
        sa.CheckConstraint(" AND ".join(f"{name} BETWEEN 1 AND 5" for name in marks), name="marks"),
    )
    op.create_index("ix_wish_evaluation_evaluator_id", "wish_evaluation", ["evaluator_id"])
    op.create_table(
        "wish_decision",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("wish_id", sa.BigInteger, sa.ForeignKey("wish.id"), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("release", sa.Text, nullable=False),
        sa.Column("date_published", sa.Boolean, nullable=False),
        sa.Column("decided_by_id", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("policy_edition", sa.BigInteger, sa.ForeignKey("policy_edition.number"), nullable=False),
        sa.UniqueConstraint("wish_id", "number"),
        sa.CheckConstraint(DECISION, name="decision"),
    )
    op.create_index("ix_wish_decision_decided_at", "wish_decision", ["decided_at"])
    op.execute("UPDATE wish SET decision = state, state = 'published' WHERE state IN ('planned', 'done')")
    op.execute(
        "UPDATE wish SET decided_at = coalesce(decided_at, answered_at, published_at) WHERE decision <> 'open'"
    )
    op.execute(
        "INSERT INTO wish_decision (wish_id, number, decision, answer, release, date_published, decided_by_id,"
        " decided_at, policy_edition) SELECT id, 1, decision, answer, '', false, decided_by_id, decided_at,"
        " coalesce((SELECT max(number) FROM policy_edition WHERE in_force_from <= decided_at),"
        " (SELECT min(number) FROM policy_edition)) FROM wish WHERE decided_at IS NOT NULL"
    )
    op.execute(
        "INSERT INTO wish_follower (wish_id, person_id, since, told_through)"
        " SELECT wish.id, author_id, submitted_at, coalesce(wish_decision.id, 0)"
        " FROM wish LEFT JOIN wish_decision ON wish_id = wish.id WHERE author_id IS NOT NULL"
    )


def _planning() -> None:
    op.create_table(
        "planning_round",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("release", sa.Text, nullable=False, unique=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("customers", sa.BigInteger, nullable=False),
        sa.Column("taken_by_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.Column("policy_edition", sa.BigInteger, sa.ForeignKey("policy_edition.number"), nullable=False),
        sa.Column("form_key", sa.Text, nullable=False, unique=True),
    )
    op.create_table(
        "planning_line",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("round_id", sa.BigInteger, sa.ForeignKey("planning_round.id"), nullable=False),
        sa.Column("wish_id", sa.BigInteger, sa.ForeignKey("wish.id"), nullable=False),
        sa.Column("rank", sa.BigInteger, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("module", sa.Text),
        sa.Column("decision", sa.Text, nullable=False),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in ("useful", "neutral", "against", "concerned")
        ),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("evaluations", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Double) for name in ("usefulness", "effort", "fit", "risk")),
        sa.UniqueConstraint("round_id", "wish_id"),
        sa.UniqueConstraint("round_id", "rank"),
    )
    op.create_index("ix_planning_line_wish_id", "planning_line", ["wish_id"])


def _count() -> None:
    """The figures of what there is: all stands are "useful", so Wilson's lower end is n / (n + v) of N customers."""
    op.execute(
        "CREATE TEMPORARY TABLE customer ON COMMIT DROP AS"
        " SELECT DISTINCT organisation_id AS id FROM event WHERE ends_on >= current_date - 365"
    )
    op.execute(
        "UPDATE wish SET concerned = (SELECT count(*) FROM customer), useful = (SELECT count(*)"
        " FROM organisation_stand JOIN customer ON customer.id = organisation_id WHERE wish_id = wish.id)"
    )
    op.execute(
        "UPDATE wish SET trend = (SELECT greatest(0, log(2, sum(power(2, extract(epoch FROM stood_at"
        " - '2020-01-01T00:00:00Z'::timestamptz) / 1209600)))::double precision) FROM organisation_stand"
        " JOIN customer ON customer.id = organisation_id WHERE wish_id = wish.id) WHERE useful > 0"
    )
    op.execute(
        "UPDATE wish SET score = CASE WHEN useful = concerned THEN 1 ELSE greatest(useful::double precision / concerned,"
        " useful / (useful + 1.96 * 1.96 * (concerned - useful) / (concerned - 1))) END WHERE useful > 0"
    )


def _filled(table: str, column: sa.Column[object], value: str) -> None:
    column.server_default = sa.DefaultClause(value)
    op.add_column(table, column)
    op.alter_column(table, column.name, server_default=None)


def _references(table: str) -> tuple[str, ...]:
    return (
        f"fk_{table}_wish_id_wish", f"fk_{table}_organisation_id_organisation", f"fk_{table}_person_id_person",
    )  # fmt: skip


def downgrade() -> None:
    for table in reversed(FINAL):
        op.execute(f"DROP TRIGGER {table}_is_final ON {table}")
    for table in ("planning_line", "planning_round", "wish_decision", "wish_evaluation", "wish_follower"):
        op.drop_table(table)
    op.drop_table("organisation_stand")
    for name in LISTS:
        op.drop_index(name, "wish")
    for name in CHECKS:
        op.drop_constraint(f"ck_wish_{name}", "wish")
    _back_to_votes()
    _back_to_one_state()


def _back_to_votes() -> None:
    op.execute("DELETE FROM wish_stand WHERE stand <> 'useful'")
    op.drop_index("ix_wish_stand_person_id", "wish_stand")
    op.drop_constraint("ck_wish_stand_stand", "wish_stand")
    op.drop_column("wish_stand", "stand")
    op.drop_column("wish_stand", "on_behalf")
    op.alter_column("wish_stand", "stood_at", new_column_name="cast_at")
    for new in (
        "pk_wish_stand",
        "uq_wish_stand_wish_id_organisation_id_person_id",
        *_references("wish_stand"),
    ):
        op.execute(
            f"ALTER TABLE wish_stand RENAME CONSTRAINT {new} TO {new.replace('wish_stand', 'vote', 1)}"
        )
    op.execute("ALTER SEQUENCE wish_stand_id_seq RENAME TO vote_id_seq")
    op.rename_table("wish_stand", "vote")


def _back_to_one_state() -> None:
    op.execute("DROP TRIGGER wish_is_its_own_root ON wish")
    op.execute("DROP FUNCTION wish_is_its_own_root()")
    op.execute(
        "UPDATE wish SET state = CASE WHEN state = 'asked_back' THEN 'submitted'"
        " WHEN state IN ('hidden', 'merged') THEN 'declined'"
        " WHEN state = 'published' AND decision IN ('planned', 'in_progress') THEN 'planned'"
        " WHEN state = 'published' AND decision = 'done' THEN 'done' ELSE state END"
    )
    _filled("wish", sa.Column("votes", sa.BigInteger, nullable=False), "0")
    op.execute(
        "UPDATE wish SET votes = (SELECT count(DISTINCT organisation_id) FROM vote WHERE wish_id = wish.id)"
    )
    op.drop_index("ix_wish_root_id", "wish")
    for name in (
        "affected", "workaround", "hidden_because", "frequency", "module", "decision", "on_behalf", "locked_at",
        "locked_by_id", "useful", "neutral", "against", "concerned", "score", "trend", "root_id",
    ):  # fmt: skip
        op.drop_column("wish", name)
    op.create_check_constraint(
        op.f("ck_wish_state"), "wish", "state IN ('submitted', 'published', 'planned', 'done', 'declined')"
    )
    op.create_check_constraint(
        op.f("ck_wish_published_at"), "wish", "state IN ('submitted', 'declined') OR published_at IS NOT NULL"
    )
    op.create_check_constraint(op.f("ck_wish_votes"), "wish", "votes >= 0")
    op.create_index(
        "ix_wish_useful", "wish", ["votes", "id"],
        postgresql_where=sa.text("state IN ('published', 'planned', 'done')"),
    )  # fmt: skip
