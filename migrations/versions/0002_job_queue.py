"""The job queue's tables and functions, as the installed Procrastinate brings them."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Doubled percent signs: the driver would take a single one for a parameter.
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))


def downgrade() -> None:
    drop_all = (
        "DO $$ DECLARE thing record; BEGIN"
        " FOR thing IN SELECT oid::regclass AS name FROM pg_class"
        " WHERE relname LIKE 'procrastinate%' AND relkind = 'r'"
        " LOOP EXECUTE 'DROP TABLE IF EXISTS ' || thing.name || ' CASCADE'; END LOOP;"
        " FOR thing IN SELECT oid::regprocedure AS name FROM pg_proc WHERE proname LIKE 'procrastinate%'"
        " LOOP EXECUTE 'DROP FUNCTION IF EXISTS ' || thing.name || ' CASCADE'; END LOOP;"
        " FOR thing IN SELECT oid::regtype AS name FROM pg_type"
        " WHERE typname LIKE 'procrastinate%' AND typtype IN ('e', 'c')"
        " LOOP EXECUTE 'DROP TYPE IF EXISTS ' || thing.name || ' CASCADE'; END LOOP; END $$"
    )
    op.execute(drop_all)
