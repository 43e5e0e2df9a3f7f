"""Only words of wishes on the list are kept for finding: what is not published changes nothing of what anybody finds."""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

# A merged wish's title leads to the one that is left where everybody could read it before.
DOCUMENTS = """
CREATE OR REPLACE FUNCTION wish_documents(ids bigint[]) RETURNS TABLE (wish_id bigint, words tsvector)
LANGUAGE sql STABLE AS $$
  SELECT w.id,
    setweight(to_tsvector('english', left(w.title || ' ' || coalesce(merged.titles, ''), 40000)), 'A')
      || to_tsvector('english', left(concat_ws(' ', w.problem, w.affected, w.workaround, w.idea), 40000))
  FROM wish w
  CROSS JOIN LATERAL (
    SELECT string_agg(m.title, ' ' ORDER BY m.id) AS titles FROM wish m
    WHERE m.root_id = w.id AND m.id <> w.id{merged}
  ) merged
  WHERE w.id = ANY (ids){listed}
$$
"""
REFRESH = """
CREATE OR REPLACE FUNCTION refresh_wish_words(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM wish_words w WHERE w.wish_id = ANY (ids) ORDER BY w.wish_id FOR UPDATE;{gone}
  INSERT INTO wish_words SELECT * FROM wish_documents(ids)
  ON CONFLICT (wish_id) DO UPDATE SET words = excluded.words;
  INSERT INTO wish_word
    SELECT DISTINCT word FROM wish w, unnest(tsvector_to_array(to_tsvector('simple',
      left(concat_ws(' ', w.title, w.problem, w.affected, w.workaround, w.idea), 40000)))) AS word
    WHERE w.id = ANY (ids){listed} AND word ~ '^[[:alpha:]]{{4,24}}$' ORDER BY word
  ON CONFLICT DO NOTHING;
END $$
"""
GONE = """
  DELETE FROM wish_words ww USING wish w WHERE ww.wish_id = ANY (ids) AND w.id = ww.wish_id AND w.state <> 'published';"""
LISTED = " AND w.state = 'published'"
WAS_LISTED = " AND m.published_at IS NOT NULL"
BEFORE = ("title", "problem", "affected", "workaround", "idea", "root_id")
AFTER = (*BEFORE, "state", "published_at")
ALL = "SELECT refresh_wish_words(ARRAY(SELECT id FROM wish))"


def upgrade() -> None:
    op.execute(DOCUMENTS.format(merged=WAS_LISTED, listed=LISTED))
    op.execute(REFRESH.format(gone=GONE, listed=LISTED))
    _refresh_when_changed(AFTER)
    op.execute("DELETE FROM wish_word")
    op.execute(ALL)


def downgrade() -> None:
    op.execute(DOCUMENTS.format(merged="", listed=""))
    op.execute(REFRESH.format(gone="", listed=""))
    _refresh_when_changed(BEFORE)
    op.execute(ALL)


def _refresh_when_changed(columns: tuple[str, ...]) -> None:
    changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)
    op.execute("DROP TRIGGER words_of_changed_wish ON wish")
    op.execute(
        f"CREATE TRIGGER words_of_changed_wish AFTER UPDATE OF {', '.join(columns)} ON wish"
        f" FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION words_of_changed_wish()"
    )
