"""Words of wishes for finding those that say the same, pictures of wishes, and the whole of an attendee's wish."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# A wish is found by the titles of those merged into it as by its own; texts of a million characters stay below what a
# tsvector holds.
DOCUMENTS = """
CREATE FUNCTION wish_documents(ids bigint[]) RETURNS TABLE (wish_id bigint, words tsvector)
LANGUAGE sql STABLE AS $$
  SELECT w.id,
    setweight(to_tsvector('english', left(w.title || ' ' || coalesce(merged.titles, ''), 40000)), 'A')
      || to_tsvector('english', left(concat_ws(' ', w.problem, w.affected, w.workaround, w.idea), 40000))
  FROM wish w
  CROSS JOIN LATERAL (
    SELECT string_agg(m.title, ' ' ORDER BY m.id) AS titles FROM wish m WHERE m.root_id = w.id AND m.id <> w.id
  ) merged
  WHERE w.id = ANY (ids)
$$
"""

# The rows are held first: who comes second reads what the first wrote.
REFRESH = """
CREATE FUNCTION refresh_wish_words(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM wish_words w WHERE w.wish_id = ANY (ids) ORDER BY w.wish_id FOR UPDATE;
  INSERT INTO wish_words SELECT * FROM wish_documents(ids)
  ON CONFLICT (wish_id) DO UPDATE SET words = excluded.words;
  INSERT INTO wish_word
    SELECT DISTINCT word FROM wish w, unnest(tsvector_to_array(to_tsvector('simple',
      left(concat_ws(' ', w.title, w.problem, w.affected, w.workaround, w.idea), 40000)))) AS word
    WHERE w.id = ANY (ids) AND word ~ '^[[:alpha:]]{4,24}$' ORDER BY word
  ON CONFLICT DO NOTHING;
END $$
"""

TEXTS = ("title", "problem", "affected", "workaround", "idea", "root_id")
CHANGED = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in TEXTS)
OCCASIONS = {
    "words_of_new_wishes": (
        "PERFORM refresh_wish_words(ARRAY(SELECT id FROM added UNION SELECT root_id FROM added));",
        "AFTER INSERT ON wish REFERENCING NEW TABLE AS added FOR EACH STATEMENT",
    ),
    "words_of_changed_wish": (
        "PERFORM refresh_wish_words(ARRAY[NEW.id, OLD.root_id, NEW.root_id]);",
        f"AFTER UPDATE OF {', '.join(TEXTS)} ON wish FOR EACH ROW WHEN ({CHANGED})",
    ),
}


def upgrade() -> None:
    op.create_table(
        "wish_words",
        sa.Column("wish_id", sa.BigInteger, nullable=False),
        sa.Column("words", postgresql.TSVECTOR, nullable=False),
        sa.ForeignKeyConstraint(["wish_id"], ["wish.id"], name=op.f("fk_wish_words_wish_id_wish")),
        sa.PrimaryKeyConstraint("wish_id", name=op.f("pk_wish_words")),
    )
    op.create_table(
        "wish_word",
        sa.Column("word", sa.Text(collation="C"), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_wish_word")),
    )
    op.execute(DOCUMENTS)
    op.execute(REFRESH)
    op.execute("SELECT refresh_wish_words(ARRAY(SELECT id FROM wish))")
    op.create_index("ix_wish_words_words", "wish_words", ["words"], postgresql_using="gin")
    for name, (action, occasion) in OCCASIONS.items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {action} RETURN NULL; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} {occasion} EXECUTE FUNCTION {name}()")
    op.create_table(
        "wish_image",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("wish_id", sa.BigInteger, nullable=False),
        sa.Column("alt", sa.Text, nullable=False),
        sa.Column("storage_name", sa.Text, nullable=False),
        sa.Column("width", sa.BigInteger, nullable=False),
        sa.Column("height", sa.BigInteger, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("alt <> ''", name=op.f("ck_wish_image_alt")),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_wish_image_pixels")),
        sa.ForeignKeyConstraint(["wish_id"], ["wish.id"], name=op.f("fk_wish_image_wish_id_wish")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish_image")),
    )
    op.create_index("ix_wish_image_wish", "wish_image", ["wish_id", "id"])
    op.create_index("ix_wish_image_storage_name", "wish_image", ["storage_name"])
    op.add_column("question", sa.Column("wish_texts", postgresql.JSONB, nullable=True))
    op.execute("ALTER TABLE question DROP CONSTRAINT ck_question_nothing_left")
    op.create_check_constraint(
        op.f("ck_question_nothing_left"),
        "question",
        "state != 'erased' OR (name = '' AND body = '' AND wish_texts IS NULL)",
    )


def downgrade() -> None:
    op.execute("ALTER TABLE question DROP CONSTRAINT ck_question_nothing_left")
    op.create_check_constraint(
        op.f("ck_question_nothing_left"), "question", "state != 'erased' OR (name = '' AND body = '')"
    )
    op.drop_column("question", "wish_texts")
    op.drop_table("wish_image")
    for name in OCCASIONS:
        op.execute(f"DROP TRIGGER {name} ON wish")
        op.execute(f"DROP FUNCTION {name}()")
    op.execute("DROP FUNCTION refresh_wish_words(bigint[])")
    op.execute("DROP FUNCTION wish_documents(bigint[])")
    op.drop_table("wish_word")
    op.drop_table("wish_words")
