"""Help articles with their versions and what readers said; the words of each ticket, kept for the search by triggers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ARTICLE_WORDS = (
    "setweight(to_tsvector('english'::regconfig, title), 'A'::\"char\")"
    " || setweight(to_tsvector('english'::regconfig, \"left\"(body, 100000)), 'B'::\"char\")"
)

# A tsvector holds a megabyte: whatever somebody sends, so many characters of the newest messages stay below.
# OFFSET 0 has what everybody may read taken apart once, though it is in both.
TICKET_DOCUMENTS = """
CREATE FUNCTION ticket_documents(ids bigint[]) RETURNS TABLE (ticket_id bigint, shared tsvector, whole tsvector)
LANGUAGE sql STABLE AS $$
  SELECT t.id, own.shared, own.shared || support.words
  FROM ticket t
  JOIN person opener ON opener.id = t.opened_by_id
  CROSS JOIN LATERAL (
    SELECT left(coalesce(string_agg(left(m.body, 20000), E'\n\n' ORDER BY m.id DESC)
        FILTER (WHERE NOT m.internal), ''), 80000) AS shared,
      left(coalesce(string_agg(left(m.body, 20000), E'\n\n' ORDER BY m.id DESC)
        FILTER (WHERE m.internal), ''), 20000) AS notes
    FROM ticket_message m WHERE m.ticket_id = t.id
  ) texts
  CROSS JOIN LATERAL (
    SELECT left(regexp_replace(coalesce(string_agg(a.name, ' ') FILTER (WHERE NOT m.internal), ''),
        '[\\W_]+', ' ', 'g'), 4000) AS shared,
      left(regexp_replace(coalesce(string_agg(a.name, ' ') FILTER (WHERE m.internal), ''),
        '[\\W_]+', ' ', 'g'), 4000) AS notes
    FROM ticket_message m JOIN attachment a ON a.message_id = m.id WHERE m.ticket_id = t.id
  ) files
  CROSS JOIN LATERAL (
    SELECT setweight(to_tsvector('english', left(t.subject, 1000)), 'A')
        || setweight(to_tsvector('english', left(opener.name, 500)), 'C')
        || setweight(to_tsvector('english', files.shared), 'B')
        || to_tsvector('english', texts.shared) AS shared
    OFFSET 0
  ) own
  CROSS JOIN LATERAL (
    SELECT setweight(to_tsvector('english', left(array_to_string(t.tags, ' '), 2000)), 'B')
        || setweight(to_tsvector('english', files.notes), 'B')
        || to_tsvector('english', texts.notes) AS words
  ) support
  WHERE t.id = ANY (ids)
$$
"""

# The rows are held first: who comes second reads what the first wrote.
REFRESH = """
CREATE FUNCTION refresh_ticket_words(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM ticket_words w WHERE w.ticket_id = ANY (ids) ORDER BY w.ticket_id FOR UPDATE;
  UPDATE ticket_words w SET shared = d.shared, whole = d.whole
  FROM ticket_documents(ids) d WHERE w.ticket_id = d.ticket_id;
END $$
"""

OCCASIONS = {
    "words_of_new_tickets": (
        "INSERT INTO ticket_words SELECT * FROM ticket_documents(ARRAY(SELECT id FROM added));",
        "AFTER INSERT ON ticket REFERENCING NEW TABLE AS added FOR EACH STATEMENT",
    ),
    "words_of_changed_ticket": (
        "PERFORM refresh_ticket_words(ARRAY[NEW.id]);",
        "AFTER UPDATE OF subject, tags, opened_by_id ON ticket FOR EACH ROW WHEN (OLD.subject IS DISTINCT FROM"
        " NEW.subject OR OLD.tags IS DISTINCT FROM NEW.tags OR OLD.opened_by_id IS DISTINCT FROM NEW.opened_by_id)",
    ),
    "words_of_new_messages": (
        "PERFORM refresh_ticket_words(ARRAY(SELECT DISTINCT ticket_id FROM added));",
        "AFTER INSERT ON ticket_message REFERENCING NEW TABLE AS added FOR EACH STATEMENT",
    ),
    "words_of_changed_message": (
        "PERFORM refresh_ticket_words(ARRAY[OLD.ticket_id, NEW.ticket_id]);",
        "AFTER UPDATE OF ticket_id, body, internal ON ticket_message FOR EACH ROW WHEN (OLD.ticket_id != NEW.ticket_id"
        " OR OLD.body != NEW.body OR OLD.internal != NEW.internal)",
    ),
    "words_of_new_attachments": (
        "PERFORM refresh_ticket_words(ARRAY(SELECT DISTINCT m.ticket_id FROM added a"
        " JOIN ticket_message m ON m.id = a.message_id));",
        "AFTER INSERT ON attachment REFERENCING NEW TABLE AS added FOR EACH STATEMENT",
    ),
    "words_of_renamed_person": (
        "PERFORM refresh_ticket_words(ARRAY(SELECT id FROM ticket WHERE opened_by_id = NEW.id));",
        "AFTER UPDATE OF name ON person FOR EACH ROW WHEN (OLD.name != NEW.name)",
    ),
}


def upgrade() -> None:
    _articles()
    _verdicts()
    op.create_index("ix_ticket_opened_by_id", "ticket", ["opened_by_id"])
    op.create_table(
        "ticket_words",
        sa.Column("ticket_id", sa.BigInteger, nullable=False),
        sa.Column("shared", postgresql.TSVECTOR, nullable=False),
        sa.Column("whole", postgresql.TSVECTOR, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_words_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket_words")),
    )
    op.execute(TICKET_DOCUMENTS)
    op.execute(REFRESH)
    op.execute("INSERT INTO ticket_words SELECT * FROM ticket_documents(ARRAY(SELECT id FROM ticket))")
    for side in ("shared", "whole"):
        op.create_index(f"ix_ticket_words_{side}", "ticket_words", [side], postgresql_using="gin")
    for name, (action, occasion) in OCCASIONS.items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {action} RETURN NULL; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} {occasion} EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    for name, (_, occasion) in OCCASIONS.items():
        table = occasion.split(" ON ")[1].split()[0]
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION {name}()")
    op.execute("DROP FUNCTION refresh_ticket_words(bigint[])")
    op.execute("DROP FUNCTION ticket_documents(bigint[])")
    op.drop_table("ticket_words")
    op.drop_index("ix_ticket_opened_by_id", table_name="ticket")
    for name in ("sparing", "verdict", "version"):
        op.drop_table(f"article_{name}")
    op.drop_table("article")
    op.drop_table("article_category")


def _articles() -> None:
    op.create_table(
        "article_category",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.CheckConstraint("name != ''", name=op.f("ck_article_category_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_category")),
        sa.UniqueConstraint("name", name=op.f("uq_article_category_name")),
    )
    op.create_table(
        "article",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("category_id", sa.BigInteger, nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("latest_number", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("retired_at", sa.DateTime(timezone=True)),
        sa.Column("ticket_id", sa.BigInteger),
        sa.Column("form_key", sa.Text),
        sa.Column("words", postgresql.TSVECTOR, sa.Computed(ARTICLE_WORDS, persisted=True), nullable=False),
        sa.CheckConstraint(
            "audience IN ('everyone', 'contacts', 'organisers', 'staff')", name=op.f("ck_article_audience")
        ),
        sa.CheckConstraint("state IN ('draft', 'published', 'retired')", name=op.f("ck_article_state")),
        sa.CheckConstraint(
            "state != 'published' OR published_at IS NOT NULL", name=op.f("ck_article_published_at")
        ),
        sa.CheckConstraint(
            "(state = 'retired') = (retired_at IS NOT NULL)", name=op.f("ck_article_retired_at")
        ),
        sa.CheckConstraint("number BETWEEN 1 AND latest_number", name=op.f("ck_article_number")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["article_category.id"], name=op.f("fk_article_category_id_article_category")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_article_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("form_key", name=op.f("uq_article_form_key")),
    )
    op.create_index("ix_article_category_id", "article", ["category_id"])
    op.create_index("ix_article_words", "article", ["words"], postgresql_using="gin")
    op.create_table(
        "article_version",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("article_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("author_id", sa.BigInteger, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_version_article_id_article")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_article_version_author_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_version")),
        sa.UniqueConstraint("article_id", "number", name=op.f("uq_article_version_article_id_number")),
    )
    op.execute(
        "CREATE TRIGGER article_version_is_final BEFORE UPDATE OR DELETE ON article_version"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def _verdicts() -> None:
    op.create_table(
        "article_verdict",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("version_id", sa.BigInteger, nullable=False),
        sa.Column("reader", sa.Text, nullable=False),
        sa.Column("helped", sa.Boolean, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["article_version.id"], name=op.f("fk_article_verdict_version_id_article_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_verdict")),
        sa.UniqueConstraint("version_id", "reader", name=op.f("uq_article_verdict_version_id_reader")),
    )
    op.create_table(
        "article_sparing",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("version_id", sa.BigInteger, nullable=False),
        sa.Column("person_id", sa.BigInteger, nullable=False),
        sa.Column("spared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("form_key", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["article_version.id"], name=op.f("fk_article_sparing_version_id_article_version")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_article_sparing_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_sparing")),
        sa.UniqueConstraint("form_key", name=op.f("uq_article_sparing_form_key")),
    )
    op.create_index("ix_article_sparing_version_id", "article_sparing", ["version_id"])
