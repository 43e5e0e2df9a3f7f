"""The first tables: people, events, rosters, tickets, live sessions, orders, wishes, mail, audit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("billing_address", sa.Text(), nullable=False),
        sa.Column("billing_email", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("name", name=op.f("uq_organisation_name")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_person_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "policy_edition",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("in_force_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_policy_edition")),
        sa.UniqueConstraint("in_force_from", name=op.f("uq_policy_edition_in_force_from")),
    )
    op.create_table(
        "rate_counter",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_rate_counter")),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "availability",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("host_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(host_id, host_id, '[]')"), "&&"),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            using="gist",
            name="ex_availability_host",
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_availability_order")),
        sa.ForeignKeyConstraint(["host_id"], ["person.id"], name=op.f("fk_availability_host_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability")),
    )
    op.create_index("ix_availability_ends_at", "availability", ["ends_at"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("in_person", sa.Boolean(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("attendees", sa.BigInteger(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("virtual_event_package", sa.Boolean(), nullable=False),
        sa.Column("exhibitor_package", sa.Boolean(), nullable=False),
        sa.Column("records_attendance", sa.Boolean(), nullable=False),
        sa.Column("account_opened_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("licence IN ('basic', 'premium')", name=op.f("ck_event_licence")),
        sa.CheckConstraint("attendees > 0", name=op.f("ck_event_attendees")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_event_dates")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_event_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("slug", name=op.f("uq_event_slug")),
    )
    op.create_index("ix_event_organisation_id", "event", ["organisation_id", "starts_on", "id"], unique=False)
    op.create_index("ix_event_starts_on", "event", ["starts_on", "id"], unique=False)
    op.create_table(
        "one_time_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('invitation', 'reset')", name=op.f("ck_one_time_link_purpose")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_one_time_link_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_link_token_hash")),
    )
    op.create_index(op.f("ix_one_time_link_person_id"), "one_time_link", ["person_id"], unique=False)
    op.create_table(
        "session",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_write_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_session_token_hash")),
    )
    op.create_index(op.f("ix_session_person_id"), "session", ["person_id"], unique=False)
    op.create_table(
        "wish",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("idea", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moderated_by_id", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.BigInteger(), nullable=True),
        sa.Column("votes", sa.BigInteger(), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('submitted', 'declined') OR published_at IS NOT NULL",
            name=op.f("ck_wish_published_at"),
        ),
        sa.CheckConstraint(
            "state IN ('submitted', 'published', 'planned', 'done', 'declined')", name=op.f("ck_wish_state")
        ),
        sa.CheckConstraint("votes >= 0", name=op.f("ck_wish_votes")),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["person.id"], name=op.f("fk_wish_answered_by_id_person")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_wish_author_id_person")),
        sa.ForeignKeyConstraint(
            ["moderated_by_id"], ["person.id"], name=op.f("fk_wish_moderated_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_wish_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish")),
        sa.UniqueConstraint("form_key", name=op.f("uq_wish_form_key")),
    )
    op.create_index(op.f("ix_wish_author_id"), "wish", ["author_id"], unique=False)
    op.create_index(
        "ix_wish_useful",
        "wish",
        ["votes", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('published', 'planned', 'done')"),
    )
    op.create_index(
        "ix_wish_waiting",
        "wish",
        ["submitted_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'submitted'"),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("policy_edition", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_audit_entry_actor_id_person")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_audit_entry_event_id_event")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_audit_entry_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["policy_edition"],
            ["policy_edition.number"],
            name=op.f("fk_audit_entry_policy_edition_policy_edition"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_actor", "audit_entry", ["actor_id", "id"], unique=False)
    op.create_index("ix_audit_entry_event", "audit_entry", ["event_id", "id"], unique=False)
    op.create_index(
        "ix_audit_entry_subject", "audit_entry", ["subject_type", "subject_id", "id"], unique=False
    )
    op.create_table(
        "booking",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("host_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("busy", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("one_per_event", sa.Boolean(), nullable=False),
        sa.Column("uses_entitlement", sa.Boolean(), nullable=False),
        sa.Column("recording_wanted", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("booked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("calendar_sequence", sa.BigInteger(), nullable=False),
        sa.Column("policy_edition", sa.BigInteger(), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(host_id, host_id, '[]')"), "&&"),
            (sa.column("busy"), "&&"),
            where=sa.text("state != 'cancelled'"),
            using="gist",
            name="ex_booking_host",
        ),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancelled_at IS NOT NULL)", name=op.f("ck_booking_cancelled_at")
        ),
        sa.CheckConstraint(
            "audience IN ('contacts', 'presenters', 'exhibitors', 'operators')",
            name=op.f("ck_booking_audience"),
        ),
        sa.CheckConstraint(
            "state = 'cancelled' OR uses_entitlement = one_per_event", name=op.f("ck_booking_held")
        ),
        sa.CheckConstraint(
            "state IN ('confirmed', 'done', 'no_show', 'cancelled')", name=op.f("ck_booking_state")
        ),
        sa.CheckConstraint("NOT uses_entitlement OR one_per_event", name=op.f("ck_booking_entitlement")),
        sa.CheckConstraint("busy @> tstzrange(starts_at, ends_at)", name=op.f("ck_booking_busy")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_booking_order")),
        sa.ForeignKeyConstraint(["booked_by_id"], ["person.id"], name=op.f("fk_booking_booked_by_id_person")),
        sa.ForeignKeyConstraint(
            ["cancelled_by_id"], ["person.id"], name=op.f("fk_booking_cancelled_by_id_person")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_booking_event_id_event")),
        sa.ForeignKeyConstraint(["host_id"], ["person.id"], name=op.f("fk_booking_host_id_person")),
        sa.ForeignKeyConstraint(
            ["policy_edition"],
            ["policy_edition.number"],
            name=op.f("fk_booking_policy_edition_policy_edition"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("form_key", name=op.f("uq_booking_form_key")),
    )
    op.create_index("ix_booking_event", "booking", ["event_id", "starts_at", "id"], unique=False)
    op.create_index("ix_booking_starts_at", "booking", ["starts_at", "id"], unique=False)
    op.create_index(
        "uq_booking_entitlement",
        "booking",
        ["event_id", "audience"],
        unique=True,
        postgresql_where=sa.text("uses_entitlement"),
    )
    op.create_table(
        "order",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("purchase_order", sa.Text(), nullable=False),
        sa.Column("placed_by_id", sa.BigInteger(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("payment_reference", sa.Text(), nullable=False),
        sa.Column("policy_edition", sa.BigInteger(), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'pending') = (settled_at IS NULL)", name=op.f("ck_order_settled_at")),
        sa.CheckConstraint("state IN ('pending', 'paid', 'cancelled')", name=op.f("ck_order_state")),
        sa.CheckConstraint("total_cents >= 0", name=op.f("ck_order_total")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_order_event_id_event")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_order_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["placed_by_id"], ["person.id"], name=op.f("fk_order_placed_by_id_person")),
        sa.ForeignKeyConstraint(
            ["policy_edition"], ["policy_edition.number"], name=op.f("fk_order_policy_edition_policy_edition")
        ),
        sa.ForeignKeyConstraint(["settled_by_id"], ["person.id"], name=op.f("fk_order_settled_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order")),
        sa.UniqueConstraint("form_key", name=op.f("uq_order_form_key")),
    )
    op.create_index(op.f("ix_order_event_id"), "order", ["event_id"], unique=False)
    op.create_index("ix_order_organisation", "order", ["organisation_id", "id"], unique=False)
    op.create_table(
        "outbound_mail",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=True),
        sa.Column("calendar_method", sa.Text(), nullable=True),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("permission", sa.Text(), nullable=True),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'sent', 'withheld', 'failed')", name=op.f("ck_outbound_mail_state")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_outbound_mail_event_id_event")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_outbound_mail_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_outbound_mail_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbound_mail")),
        sa.UniqueConstraint("cause", name=op.f("uq_outbound_mail_cause")),
    )
    op.create_index("ix_outbound_mail_person", "outbound_mail", ["person_id", "id"], unique=False)
    op.create_index(
        "ix_outbound_mail_unsent",
        "outbound_mail",
        ["queued_at"],
        unique=False,
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_table(
        "role_grant",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(role = 'organiser' AND organisation_id IS NOT NULL AND event_id IS NULL) OR (role = 'contact' AND event_id IS NOT NULL AND organisation_id IS NULL) OR (role IN ('agent', 'moderator', 'manager', 'admin') AND event_id IS NULL AND organisation_id IS NULL)",
            name=op.f("ck_role_grant_scope"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_role_grant_event_id_event")),
        sa.ForeignKeyConstraint(
            ["granted_by_id"], ["person.id"], name=op.f("fk_role_grant_granted_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_role_grant_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_grant_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_index(
        "ix_role_grant_event",
        "role_grant",
        ["event_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_role_grant_organisation",
        "role_grant",
        ["organisation_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_role_grant_active",
        "role_grant",
        ["person_id", "role", "organisation_id", "event_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "ticket",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_by_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("awaiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_reply_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_activity_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assignee_id", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("policy_edition", sa.BigInteger(), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_ticket_closed_at")),
        sa.CheckConstraint(
            "(state = 'open') = (reply_due_at IS NOT NULL)", name=op.f("ck_ticket_promise_while_open")
        ),
        sa.CheckConstraint("channel IN ('page', 'mail', 'phone')", name=op.f("ck_ticket_channel")),
        sa.CheckConstraint("state IN ('open', 'waiting', 'closed')", name=op.f("ck_ticket_state")),
        sa.ForeignKeyConstraint(["assignee_id"], ["person.id"], name=op.f("fk_ticket_assignee_id_person")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_ticket_event_id_event")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_ticket_opened_by_id_person")),
        sa.ForeignKeyConstraint(
            ["policy_edition"],
            ["policy_edition.number"],
            name=op.f("fk_ticket_policy_edition_policy_edition"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("form_key", name=op.f("uq_ticket_form_key")),
    )
    op.create_index("ix_ticket_activity", "ticket", ["last_activity_at", "id"], unique=False)
    op.create_index("ix_ticket_assignee", "ticket", ["assignee_id", "last_activity_at", "id"], unique=False)
    op.create_index("ix_ticket_event", "ticket", ["event_id", "last_activity_at", "id"], unique=False)
    op.create_index(
        "ix_ticket_queue",
        "ticket",
        ["reply_due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "vote",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("wish_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("cast_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_vote_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_vote_person_id_person")),
        sa.ForeignKeyConstraint(["wish_id"], ["wish.id"], name=op.f("fk_vote_wish_id_wish")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote")),
        sa.UniqueConstraint(
            "wish_id", "organisation_id", "person_id", name=op.f("uq_vote_wish_id_organisation_id_person_id")
        ),
    )
    op.create_table(
        "order_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_cents", sa.BigInteger(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "item != 'extra_contact' OR quantity = 1", name=op.f("ck_order_line_one_seat_a_line")
        ),
        sa.CheckConstraint("item IN ('extra_contact')", name=op.f("ck_order_line_item")),
        sa.CheckConstraint("quantity > 0 AND unit_cents >= 0", name=op.f("ck_order_line_positive")),
        sa.CheckConstraint("total_cents = quantity * unit_cents", name=op.f("ck_order_line_total")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_order_line_order_id_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
    )
    op.create_index(op.f("ix_order_line_order_id"), "order_line", ["order_id"], unique=False)
    op.create_table(
        "ticket_message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("from_staff", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_ticket_message_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_message_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_message")),
        sa.UniqueConstraint("form_key", name=op.f("uq_ticket_message_form_key")),
    )
    op.create_index("ix_ticket_message_ticket", "ticket_message", ["ticket_id", "id"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("storage_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["ticket_message.id"], name=op.f("fk_attachment_message_id_ticket_message")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("storage_name", name=op.f("uq_attachment_storage_name")),
    )
    op.create_index(op.f("ix_attachment_message_id"), "attachment", ["message_id"], unique=False)
    op.create_table(
        "seat",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=True),
        sa.Column("closing", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_seat_number")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_seat_event_id_event")),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_line.id"], name=op.f("fk_seat_order_line_id_order_line")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.UniqueConstraint("event_id", "id", name=op.f("uq_seat_event_id_id")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_seat_event_id_number")),
        sa.UniqueConstraint("order_line_id", name=op.f("uq_seat_order_line_id")),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("grant_id", sa.BigInteger(), nullable=False),
        sa.Column("seat_id", sa.BigInteger(), nullable=True),
        sa.Column("seat_number", sa.BigInteger(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("job_title", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (seat_id IS NOT NULL)", name=op.f("ck_contact_seat_while_active")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "seat_id"],
            ["seat.event_id", "seat.id"],
            name=op.f("fk_contact_event_id_seat_id_seat"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_contact_event_id_event")),
        sa.ForeignKeyConstraint(["grant_id"], ["role_grant.id"], name=op.f("fk_contact_grant_id_role_grant")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contact_person_id_person")),
        sa.ForeignKeyConstraint(
            ["registered_by_id"], ["person.id"], name=op.f("fk_contact_registered_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("form_key", name=op.f("uq_contact_form_key")),
        sa.UniqueConstraint("grant_id", name=op.f("uq_contact_grant_id")),
        sa.UniqueConstraint("seat_id", name=op.f("uq_contact_seat_id")),
    )
    op.create_index("ix_contact_event_id", "contact", ["event_id"], unique=False)
    op.create_index(op.f("ix_contact_person_id"), "contact", ["person_id"], unique=False)
    op.create_index(
        "uq_contact_active",
        "contact",
        ["event_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "removal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_by_id", sa.BigInteger(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.Column("policy_edition", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name=op.f("ck_removal_decided")),
        sa.CheckConstraint(
            "state != 'approved' OR decided_by_id != requested_by_id", name=op.f("ck_removal_four_eyes")
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'approved', 'declined', 'withdrawn')", name=op.f("ck_removal_state")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_removal_contact_id_contact")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_removal_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_removal_event_id_event")),
        sa.ForeignKeyConstraint(
            ["policy_edition"],
            ["policy_edition.number"],
            name=op.f("fk_removal_policy_edition_policy_edition"),
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["person.id"], name=op.f("fk_removal_requested_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removal")),
    )
    op.create_index(
        "ix_removal_due",
        "removal",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index("ix_removal_event_id", "removal", ["event_id"], unique=False)
    op.create_index(
        "uq_removal_pending",
        "removal",
        ["contact_id"],
        unique=True,
        postgresql_where=sa.text("state = 'pending'"),
    )


def downgrade() -> None:
    op.drop_index("uq_removal_pending", table_name="removal", postgresql_where=sa.text("state = 'pending'"))
    op.drop_index("ix_removal_event_id", table_name="removal")
    op.drop_index("ix_removal_due", table_name="removal", postgresql_where=sa.text("state = 'pending'"))
    op.drop_table("removal")
    op.drop_index("uq_contact_active", table_name="contact", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_index(op.f("ix_contact_person_id"), table_name="contact")
    op.drop_index("ix_contact_event_id", table_name="contact")
    op.drop_table("contact")
    op.drop_table("seat")
    op.drop_index(op.f("ix_attachment_message_id"), table_name="attachment")
    op.drop_table("attachment")
    op.drop_index("ix_ticket_message_ticket", table_name="ticket_message")
    op.drop_table("ticket_message")
    op.drop_index(op.f("ix_order_line_order_id"), table_name="order_line")
    op.drop_table("order_line")
    op.drop_table("vote")
    op.drop_index("ix_ticket_queue", table_name="ticket", postgresql_where=sa.text("state = 'open'"))
    op.drop_index("ix_ticket_event", table_name="ticket")
    op.drop_index("ix_ticket_assignee", table_name="ticket")
    op.drop_index("ix_ticket_activity", table_name="ticket")
    op.drop_table("ticket")
    op.drop_index(
        "uq_role_grant_active",
        table_name="role_grant",
        postgresql_where=sa.text("ended_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.drop_index(
        "ix_role_grant_organisation", table_name="role_grant", postgresql_where=sa.text("ended_at IS NULL")
    )
    op.drop_index(
        "ix_role_grant_event", table_name="role_grant", postgresql_where=sa.text("ended_at IS NULL")
    )
    op.drop_table("role_grant")
    op.drop_index(
        "ix_outbound_mail_unsent", table_name="outbound_mail", postgresql_where=sa.text("state = 'queued'")
    )
    op.drop_index("ix_outbound_mail_person", table_name="outbound_mail")
    op.drop_table("outbound_mail")
    op.drop_index("ix_order_organisation", table_name="order")
    op.drop_index(op.f("ix_order_event_id"), table_name="order")
    op.drop_table("order")
    op.drop_index(
        "uq_booking_entitlement", table_name="booking", postgresql_where=sa.text("uses_entitlement")
    )
    op.drop_index("ix_booking_starts_at", table_name="booking")
    op.drop_index("ix_booking_event", table_name="booking")
    op.drop_table("booking")
    op.drop_index("ix_audit_entry_subject", table_name="audit_entry")
    op.drop_index("ix_audit_entry_event", table_name="audit_entry")
    op.drop_index("ix_audit_entry_actor", table_name="audit_entry")
    op.drop_table("audit_entry")
    op.drop_index("ix_wish_waiting", table_name="wish", postgresql_where=sa.text("state = 'submitted'"))
    op.drop_index(
        "ix_wish_useful",
        table_name="wish",
        postgresql_where=sa.text("state IN ('published', 'planned', 'done')"),
    )
    op.drop_index(op.f("ix_wish_author_id"), table_name="wish")
    op.drop_table("wish")
    op.drop_index(op.f("ix_session_person_id"), table_name="session")
    op.drop_table("session")
    op.drop_index(op.f("ix_one_time_link_person_id"), table_name="one_time_link")
    op.drop_table("one_time_link")
    op.drop_index("ix_event_starts_on", table_name="event")
    op.drop_index("ix_event_organisation_id", table_name="event")
    op.drop_table("event")
    op.drop_index("ix_availability_ends_at", table_name="availability")
    op.drop_table("availability")
    op.drop_table("rate_counter")
    op.drop_table("policy_edition")
    op.drop_table("person")
    op.drop_table("organisation")
