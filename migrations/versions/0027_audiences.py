"""The people of a session with what was written to them, its recording, materials, notes and what was said of it."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = (
    "session_feedback",
    "recording_pass",
    "recording_access",
    "audience_member",
    "session_record",
    "session_note",
    "session_material",
    "recording",
    "audience_letter",
    "audience_refusal",
)
ADDRESSEE = "person_id IS NOT NULL OR organisation_id IS NOT NULL OR question_id IS NOT NULL OR answers_id IS NOT NULL"
# Whoever ticked that a recording is wanted when they booked has asked for it.
ASKED = (
    "INSERT INTO recording (booking_id, state, asked_by_id, asked_at, reason, publication, policy_edition)"
    " SELECT id, 'asked', booked_by_id, booked_at, '', 0, policy_edition FROM booking"
    " WHERE recording_wanted AND state IN ('confirmed', 'done')"
)


def upgrade() -> None:
    op.create_table(
        "audience_refusal",
        sa.Column("id", sa.BigInteger, sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger, nullable=False),
        sa.Column("address_hash", sa.Text, nullable=False),
        sa.Column("refused_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_audience_refusal_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audience_refusal")),
    )
    op.create_index(
        "uq_audience_refusal_event", "audience_refusal", ["event_id", "address_hash"], unique=True
    )
    op.create_table(
        "audience_letter",
        sa.Column("id", sa.BigInteger, sa.Identity(always=False), nullable=False),
        sa.Column("booking_id", sa.BigInteger, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("answers_to_id", sa.BigInteger, nullable=True),
        sa.Column("asks_feedback", sa.Boolean(), nullable=False),
        sa.Column("people", sa.BigInteger, nullable=False),
        sa.Column("sent_by_id", sa.BigInteger, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("form_key", sa.Text, nullable=True),
        sa.ForeignKeyConstraint(
            ["answers_to_id"], ["person.id"], name=op.f("fk_audience_letter_answers_to_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_audience_letter_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(
            ["sent_by_id"], ["person.id"], name=op.f("fk_audience_letter_sent_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audience_letter")),
        sa.UniqueConstraint("form_key", name=op.f("uq_audience_letter_form_key")),
    )
    op.create_index(op.f("ix_audience_letter_booking_id"), "audience_letter", ["booking_id"])
    op.create_table(
        "recording",
        sa.Column("id", sa.BigInteger, sa.Identity(always=False), nullable=False),
        sa.Column("booking_id", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("asked_by_id", sa.BigInteger, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("decided_by_id", sa.BigInteger, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("publication", sa.BigInteger, nullable=False),
        sa.Column("link", sa.Text, nullable=True),
        sa.Column("storage_name", sa.Text, nullable=True),
        sa.Column("name", sa.Text, nullable=True),
        sa.Column("media_type", sa.Text, nullable=True),
        sa.Column("size", sa.BigInteger, nullable=True),
        sa.Column("sha256", sa.Text, nullable=True),
        sa.Column("published_by_id", sa.BigInteger, nullable=True),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("policy_edition", sa.BigInteger, nullable=False),
        sa.Column("form_key", sa.Text, nullable=True),
        sa.CheckConstraint("link IS NULL OR link LIKE 'https://%'", name=op.f("ck_recording_link")),
        sa.CheckConstraint(
            "state != 'published' OR (num_nonnulls(link, storage_name) = 1 AND expires_at IS NOT NULL)",
            name=op.f("ck_recording_published"),
        ),
        sa.CheckConstraint("state = 'asked' OR decided_at IS NOT NULL", name=op.f("ck_recording_decided")),
        sa.CheckConstraint(
            "state IN ('asked', 'declined', 'accepted', 'published', 'withdrawn', 'expired')",
            name=op.f("ck_recording_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('declined', 'withdrawn') OR reason != ''", name=op.f("ck_recording_reason")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_recording_asked_by_id_person")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_recording_booking_id_booking")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_recording_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["policy_edition"],
            ["policy_edition.number"],
            name=op.f("fk_recording_policy_edition_policy_edition"),
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["person.id"], name=op.f("fk_recording_published_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_recording_booking_id")),
        sa.UniqueConstraint("form_key", name=op.f("uq_recording_form_key")),
    )
    op.create_index(
        "ix_recording_expires_at",
        "recording",
        ["expires_at"],
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_index(
        "ix_recording_storage_name",
        "recording",
        ["storage_name"],
        postgresql_where=sa.text("storage_name IS NOT NULL"),
    )
    op.create_table(
        "session_material",
        sa.Column("id", sa.BigInteger, sa.Identity(always=False), nullable=False),
        sa.Column("booking_id", sa.BigInteger, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("link", sa.Text, nullable=True),
        sa.Column("storage_name", sa.Text, nullable=True),
        sa.Column("name", sa.Text, nullable=True),
        sa.Column("media_type", sa.Text, nullable=True),
        sa.Column("size", sa.BigInteger, nullable=True),
        sa.Column("sha256", sa.Text, nullable=True),
        sa.Column("added_by_id", sa.BigInteger, nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.Column("form_key", sa.Text, nullable=False),
        sa.CheckConstraint("link IS NULL OR link LIKE 'https://%'", name=op.f("ck_session_material_link")),
        sa.CheckConstraint(
            "removed_at IS NOT NULL OR num_nonnulls(link, storage_name) = 1",
            name=op.f("ck_session_material_one_thing"),
        ),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["person.id"], name=op.f("fk_session_material_added_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_session_material_booking_id_booking")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_material")),
        sa.UniqueConstraint("form_key", name=op.f("uq_session_material_form_key")),
    )
    op.create_index("ix_session_material_booking", "session_material", ["booking_id", "id"])
    op.create_index(
        "ix_session_material_storage_name",
        "session_material",
        ["storage_name"],
        postgresql_where=sa.text("storage_name IS NOT NULL"),
    )
    op.create_table(
        "session_note",
        sa.Column("id", sa.BigInteger, sa.Identity(always=False), nullable=False),
        sa.Column("booking_id", sa.BigInteger, nullable=False),
        sa.Column("author_id", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("form_key", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_session_note_author_id_person")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_session_note_booking_id_booking")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_note")),
        sa.UniqueConstraint("form_key", name=op.f("uq_session_note_form_key")),
    )
    op.create_index("ix_session_note_booking", "session_note", ["booking_id", "id"])
    op.create_table(
        "session_record",
        sa.Column("booking_id", sa.BigInteger, nullable=False),
        sa.Column("attendance_at", MOMENT, nullable=True),
        sa.Column("attendance_by_id", sa.BigInteger, nullable=True),
        sa.Column("others_came", sa.BigInteger, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("summary_by_id", sa.BigInteger, nullable=True),
        sa.Column("summary_at", MOMENT, nullable=True),
        sa.Column("feedback_asked_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(attendance_at IS NULL) = (attendance_by_id IS NULL)", name=op.f("ck_session_record_attendance")
        ),
        sa.CheckConstraint("others_came BETWEEN 0 AND 100000", name=op.f("ck_session_record_others_came")),
        sa.ForeignKeyConstraint(
            ["attendance_by_id"], ["person.id"], name=op.f("fk_session_record_attendance_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_session_record_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(
            ["summary_by_id"], ["person.id"], name=op.f("fk_session_record_summary_by_id_person")
        ),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_session_record")),
    )
    op.create_table(
        "audience_member",
        sa.Column("id", sa.BigInteger, sa.Identity(always=False), nullable=False),
        sa.Column("booking_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("time_zone", sa.Text, nullable=True),
        sa.Column("added_by_id", sa.BigInteger, nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("letter_id", sa.BigInteger, nullable=True),
        sa.Column("invited_at", MOMENT, nullable=True),
        sa.Column("told_sequence", sa.BigInteger, nullable=False),
        sa.Column("link_number", sa.BigInteger, nullable=False),
        sa.Column("reply", sa.Text, nullable=True),
        sa.Column("replied_at", MOMENT, nullable=True),
        sa.Column("attended", sa.Boolean(), nullable=True),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.Column("erased_at", MOMENT, nullable=True),
        sa.CheckConstraint("(erased_at IS NULL) = (email != '')", name=op.f("ck_audience_member_erased")),
        sa.CheckConstraint("erased_at IS NULL OR name = ''", name=op.f("ck_audience_member_nothing_left")),
        sa.CheckConstraint("reply IN ('yes', 'no')", name=op.f("ck_audience_member_reply")),
        sa.CheckConstraint(
            "(invited_at IS NULL) = (letter_id IS NULL)", name=op.f("ck_audience_member_invited")
        ),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["person.id"], name=op.f("fk_audience_member_added_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_audience_member_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["audience_letter.id"], name=op.f("fk_audience_member_letter_id_audience_letter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audience_member")),
    )
    op.create_index("ix_audience_member_booking", "audience_member", ["booking_id", "id"])
    op.create_index(
        "uq_audience_member_listed",
        "audience_member",
        ["booking_id", "email"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL AND erased_at IS NULL"),
    )
    op.create_table(
        "recording_access",
        sa.Column("id", sa.BigInteger, sa.Identity(always=False), nullable=False),
        sa.Column("recording_id", sa.BigInteger, nullable=False),
        sa.Column("publication", sa.BigInteger, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=True),
        sa.Column("person_id", sa.BigInteger, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("num_nonnulls(person_id, member_id) = 1", name=op.f("ck_recording_access_by")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["audience_member.id"], name=op.f("fk_recording_access_member_id_audience_member")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_recording_access_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recording.id"], name=op.f("fk_recording_access_recording_id_recording")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_access")),
    )
    op.create_index("ix_recording_access_recording", "recording_access", ["recording_id", "at", "id"])
    op.create_table(
        "recording_pass",
        sa.Column("id", sa.BigInteger, sa.Identity(always=False), nullable=False),
        sa.Column("recording_id", sa.BigInteger, nullable=False),
        sa.Column("publication", sa.BigInteger, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("passed_by_id", sa.BigInteger, nullable=False),
        sa.Column("passed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["audience_member.id"], name=op.f("fk_recording_pass_member_id_audience_member")
        ),
        sa.ForeignKeyConstraint(
            ["passed_by_id"], ["person.id"], name=op.f("fk_recording_pass_passed_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recording.id"], name=op.f("fk_recording_pass_recording_id_recording")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_pass")),
        sa.UniqueConstraint(
            "recording_id",
            "publication",
            "member_id",
            name=op.f("uq_recording_pass_recording_id_publication_member_id"),
        ),
    )
    op.create_index(op.f("ix_recording_pass_member_id"), "recording_pass", ["member_id"])
    op.create_table(
        "session_feedback",
        sa.Column("id", sa.BigInteger, sa.Identity(always=False), nullable=False),
        sa.Column("booking_id", sa.BigInteger, nullable=False),
        sa.Column("person_id", sa.BigInteger, nullable=True),
        sa.Column("member_id", sa.BigInteger, nullable=True),
        sa.Column("score", sa.SmallInteger(), nullable=True),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("changed_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(score IS NULL) = (answered_at IS NULL)", name=op.f("ck_session_feedback_answered")
        ),
        sa.CheckConstraint(
            "changed_at IS NULL OR score IS NOT NULL", name=op.f("ck_session_feedback_changed")
        ),
        sa.CheckConstraint(
            "num_nonnulls(person_id, member_id) = 1", name=op.f("ck_session_feedback_asked_of")
        ),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_session_feedback_score")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_session_feedback_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["audience_member.id"], name=op.f("fk_session_feedback_member_id_audience_member")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_session_feedback_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_feedback")),
        sa.UniqueConstraint("member_id", name=op.f("uq_session_feedback_member_id")),
    )
    op.create_index(
        "ix_session_feedback_answered",
        "session_feedback",
        ["answered_at"],
        postgresql_where=sa.text("score IS NOT NULL"),
    )
    op.create_index(
        "uq_session_feedback_person",
        "session_feedback",
        ["booking_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )
    op.add_column("outbound_mail", sa.Column("audience_member_id", sa.BigInteger))
    op.create_foreign_key(
        op.f("fk_outbound_mail_audience_member_id_audience_member"), "outbound_mail", "audience_member",
        ["audience_member_id"], ["id"],
    )  # fmt: skip
    op.drop_constraint("ck_outbound_mail_addressee", "outbound_mail")
    op.create_check_constraint(
        op.f("ck_outbound_mail_addressee"), "outbound_mail", f"{ADDRESSEE} OR audience_member_id IS NOT NULL"
    )
    here = sa.text("audience_member_id IS NOT NULL")
    op.create_index(
        "ix_outbound_mail_audience", "outbound_mail", ["address", "queued_at"], postgresql_where=here
    )
    op.create_index(
        "ix_outbound_mail_audience_member", "outbound_mail", ["audience_member_id"], postgresql_where=here
    )
    op.execute(ASKED)


def downgrade() -> None:
    op.execute("DELETE FROM outbound_mail WHERE audience_member_id IS NOT NULL")
    op.drop_constraint("ck_outbound_mail_addressee", "outbound_mail")
    op.drop_column("outbound_mail", "audience_member_id")
    op.create_check_constraint(op.f("ck_outbound_mail_addressee"), "outbound_mail", ADDRESSEE)
    for table in TABLES:
        op.drop_table(table)
