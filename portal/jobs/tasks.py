"""The jobs. Each calls one service, and may run twice without harm."""

from datetime import datetime

from portal.jobs.app import task


@task("send_mail", queue="mail")
def send_mail(mail_id: int) -> None:
    """Send one written message, unless it is sent or its addressee may no longer have it."""
    from portal.mail.service import deliver

    deliver(mail_id)


@task("file_mail", queue="mail")
def file_mail(mail_id: int) -> None:
    """File a mail that came in, unless that is done."""
    from portal.inbound.filing import file_mail as file

    file(mail_id)


@task("fetch_mail", cron="* * * * *", queue="mail")
def fetch_mail() -> None:
    """Fetch what is new from the mailbox that the settings name, if they name one."""
    from portal.inbound.mailbox import fetch

    fetch()


@task("send_reset", queue="mail")
def send_reset(email: str, asked_at: str) -> None:
    """Mail a link to choose a new password with, if somebody has that address."""
    from portal.accounts.actor import SYSTEM
    from portal.accounts.recovery import send_reset as send

    send(SYSTEM, email, datetime.fromisoformat(asked_at))


@task("recover_stalled", cron="* * * * *")
def recover_stalled() -> None:
    """Put jobs of workers that died back in the queue."""
    from portal.jobs.recovery import recover

    recover()


@task("read_calendars", cron="*/5 * * * *")
def read_calendars() -> None:
    """Queue a reading of each calendar of a host that is due."""
    from portal.accounts.actor import SYSTEM
    from portal.busy_calendars.refreshing import queue_due

    queue_due(SYSTEM)


@task("read_calendar")
def read_calendar(busy_calendar_id: int) -> None:
    """Read one calendar of a host now."""
    from portal.busy_calendars.refreshing import refresh

    refresh(busy_calendar_id)


@task("forget_expired", cron="17 * * * *")
def forget_expired() -> None:
    """Delete what only mattered for a while: rate counters, ended sessions, used and expired links."""
    from portal.accounts.service import forget_expired as forget

    forget()


@task("forget_unsent_uploads", cron="41 * * * *")
def forget_unsent_uploads() -> None:
    """Delete files chosen two days ago that no message and no draft has, drafts a month old, and past days' sums."""
    from portal.tickets.clearing import forget_unsent

    forget_unsent()


@task("make_previews")
def make_previews(message_id: int) -> None:
    """Draw the previews of a message's pictures."""
    from portal.tickets.previews import make_previews as make

    make(message_id)


@task("remind_of_sessions", cron="* * * * *")
def remind_of_sessions() -> None:
    """Send the reminders of live sessions that are due."""
    from portal.accounts.actor import SYSTEM
    from portal.bookings.reminders import remind_of_sessions as remind

    while remind(SYSTEM):
        pass


@task("tend_waiting_list", cron="* * * * *")
def tend_waiting_list() -> None:
    """Let times go that nobody keeps any longer, and offer what is free to whoever waits for a live session."""
    from portal.accounts.actor import SYSTEM
    from portal.bookings.waiting_list import tend_waiting_list as tend

    tend(SYSTEM)


@task("send_follow_ups", cron="* * * * *")
def send_follow_ups() -> None:
    """Send the reminders of tickets whose time has come."""
    from portal.tickets.follow_ups import send_follow_ups as send

    send()


@task("forget_old_presence", cron="53 * * * *")
def forget_old_presence() -> None:
    """Delete the marks of who was writing on a ticket."""
    from portal.tickets.presence import forget_old_presence as forget

    forget()


@task("forget_expired_imports", cron="29 * * * *")
def forget_expired_imports() -> None:
    """Delete lists of contacts whose 24 hours are over."""
    from portal.roster.imports.service import forget_expired_imports as forget

    forget()


@task("remind_of_removals", cron="*/5 * * * *")
def remind_of_removals() -> None:
    """Remind managers of removals and replacements at half of their time, and once they are late (WHO-6)."""
    from portal.accounts.actor import SYSTEM
    from portal.roster.reminders import remind_managers

    remind_managers(SYSTEM)


@task("share_out_tickets", cron="* * * * *")
def share_out_tickets() -> None:
    """Give tickets that nobody claims or answers to somebody on duty (HOW-1)."""
    from portal.accounts.actor import SYSTEM
    from portal.tickets.sharing_out import share_out

    share_out(SYSTEM)


@task("watch_deadlines", cron="* * * * *")
def watch_deadlines() -> None:
    """Warn the team of tickets that are due soon, and tell managers of late ones (HOW-2)."""
    from portal.accounts.actor import SYSTEM
    from portal.tickets.deadlines import watch_deadlines as watch

    watch(SYSTEM)


@task("tell_followers_of_merge", queue="mail")
def tell_followers_of_merge(merge_id: int) -> None:
    """Mail who follows a wish that was merged, or taken out again (WISH-2)."""
    from portal.accounts.actor import SYSTEM
    from portal.wishlist.letters_moderation import tell_followers_of_merge as tell

    tell(SYSTEM, merge_id)


@task("watch_wish_reviews", cron="* * * * *")
def watch_wish_reviews() -> None:
    """Tell moderators what has used up most of its time to be read (WISH-1)."""
    from portal.accounts.actor import SYSTEM
    from portal.wishlist.review_watch import watch_reviews

    watch_reviews(SYSTEM)


@task("check_ledger", cron="23 3 * * *")
def check_ledger() -> None:
    """Compare ledger, documents and orders; what does not agree is logged as an error."""
    from portal.documents.service import check_ledger as check

    check()


@task("handle_payment_event")
def handle_payment_event(event_id: int) -> None:
    """Ask a payment provider about what one of its events told."""
    from portal.orders.paying import handle_event

    handle_event(event_id)


@task("close_payments")
def close_payments(order_id: int) -> None:
    """Close the pay pages of an order that is paid or cancelled."""
    from portal.orders.paying import close_payments as close

    close(order_id)


@task("finish_refund")
def finish_refund(refund_id: int) -> None:
    """Have a refund made that was asked for, unless it has been."""
    from portal.orders.refunds import finish_refund as finish

    finish(refund_id)


@task("look_after_payments", cron="*/10 * * * *")
def look_after_payments() -> None:
    """Ask about every payment under way, in case an event was lost."""
    from portal.orders.paying import look_after_payments as look

    look()


@task("check_orders", cron="23 6 * * *")
def check_orders() -> None:
    """Compare what orders say with what was paid and paid back."""
    from portal.orders.sums import check_orders as check

    check()


@task("apply_editions", cron="* * * * *")
def apply_editions() -> None:
    """Let the seats of every event follow the editions of the policy that have come into force (WHO-3, POL-1)."""
    from portal.editions.applying import apply_editions as apply

    apply()


@task("announce_edition")
def announce_edition(number: int) -> None:
    """Tell every organiser of an edition of the policy to come."""
    from portal.editions.announcing import announce_edition as announce

    announce(number)


@task("tell_of_withdrawal")
def tell_of_withdrawal(number: int) -> None:
    """Tell whoever was told of an edition that it was withdrawn."""
    from portal.editions.announcing import tell_of_withdrawal as tell

    tell(number)


@task("look_after_quotes", cron="7 * * * *")
def look_after_quotes() -> None:
    """Remind customers of quotes that are over soon, and end those that are."""
    from portal.accounts.actor import SYSTEM
    from portal.quotes.drafting import look_after_quotes as look

    look(SYSTEM)


@task("look_after_windows", cron="* * * * *")
def look_after_windows() -> None:
    """Let windows after hours follow the clock: not ordered or held in time, over, without a holder (AFT-1)."""
    from portal.after_hours.sweeping import look_after_windows as look

    look()


@task("send_question_links", queue="mail")
def send_question_links(event_id: int, email: str, asked_at: str) -> None:
    """Mail an attendee new links to their questions at an event, if there are any."""
    from portal.accounts.actor import SYSTEM
    from portal.questions.following import send_question_links as send

    send(SYSTEM, event_id, email, datetime.fromisoformat(asked_at))


@task("forget_attendees", cron="7 * * * *")
def forget_attendees() -> None:
    """Delete questions that were never confirmed; erase those that nobody has touched for as long as they are kept."""
    from portal.accounts.actor import SYSTEM
    from portal.questions.erasing import AT_ONCE, erase_by_rule, forget_unconfirmed

    for forget in (forget_unconfirmed, erase_by_rule):
        while forget(SYSTEM) == AT_ONCE:
            pass


@task("ask_for_feedback", cron="*/10 * * * *")
def ask_for_feedback() -> None:
    """Ask how live sessions were that have been held and not been asked about yet."""
    from portal.accounts.actor import SYSTEM
    from portal.audiences.feedback import ask_for_feedback as ask

    while ask(SYSTEM):
        pass


@task("forget_audiences", cron="37 * * * *")
def forget_audiences() -> None:
    """Forget people of cancelled sessions who never heard of them; erase those of sessions that are long over."""
    from portal.accounts.actor import SYSTEM
    from portal.audiences.erasing import AT_ONCE, erase_by_rule, forget_uninvited

    for forget in (forget_uninvited, erase_by_rule):
        while forget(SYSTEM) == AT_ONCE:
            pass


@task("expire_recordings", cron="*/5 * * * *")
def expire_recordings() -> None:
    """End recordings whose time is over."""
    from portal.accounts.actor import SYSTEM
    from portal.recordings.publishing import AT_ONCE
    from portal.recordings.publishing import expire_recordings as expire

    while expire(SYSTEM) == AT_ONCE:
        pass


@task("clear_recording")
def clear_recording(recording_id: int) -> None:
    """Drop the file of a recording that was withdrawn or has expired."""
    from portal.recordings.publishing import clear_recording as clear

    clear(recording_id)


@task("clear_file")
def clear_file(name: str) -> None:
    """Drop the file of a material that was taken away."""
    from portal.recordings.materials import clear_file as clear

    clear(name)


@task("recount_wishes", cron="23 * * * *")
def recount_wishes() -> None:
    """Count wishes anew whose customers, licences or people have changed."""
    from portal.wishlist.recounting import recount_wishes as count

    count()


@task("send_wish_digests", cron="11,41 * * * *")
def send_wish_digests() -> None:
    """Mail who follows a wish what management decided, all in one."""
    from portal.wishlist.digests import send_digests

    send_digests()


@task("seal_trail", cron="* * * * *")
def seal_trail() -> None:
    """Seal what was written into the record of changes since the last time."""
    from portal.audit.seals import seal_trail as seal

    seal()


@task("check_trail", cron="43 3 * * *")
def check_trail() -> None:
    """Compare the record of changes with its seals, and delete what is older than it is kept."""
    from portal.audit.seals import check_trail as check
    from portal.audit.seals import forget_old_entries

    check()
    forget_old_entries()


@task("forget_old_mail", cron="51 3 * * *")
def forget_old_mail() -> None:
    """Delete texts of mail sent, and mail as it came in, that are older than they are kept."""
    from portal.privacy.retention import forget_old_mail as forget

    forget()


@task("send_monthly_report", cron="5 13 * * *")
def send_monthly_report() -> None:
    """Mail last month's figures to managers, in the first days of a month."""
    from portal.accounts.actor import SYSTEM
    from portal.management.report import send_monthly_report as send

    send(SYSTEM)
