"""Every table of the portal, imported so that migrations and relationships see all of them."""

from portal import rate_counters
from portal.accounts import models as accounts
from portal.after_hours import models as after_hours
from portal.articles import models as articles
from portal.audiences import models as audiences
from portal.audit import models as audit
from portal.bookings import models as bookings
from portal.bookings import models_calendars as calendars
from portal.bookings import models_commitments as commitments
from portal.bookings import models_hosts as hosts
from portal.busy_calendars import models as busy_calendars
from portal.documents import models as documents
from portal.duty import models as duty
from portal.editions import models as editions
from portal.events import models as events
from portal.inbound import models as inbound
from portal.mail import models as mail
from portal.orders import models as orders
from portal.payments import models as payments
from portal.questions import models as questions
from portal.quotes import models as quotes
from portal.recordings import models as recordings
from portal.roster import models as roster
from portal.roster.imports import models as imports
from portal.search import models as search
from portal.tickets import models as tickets
from portal.tickets import models_distribution as distribution
from portal.tickets import models_drafts as ticket_drafts
from portal.tickets import models_goals as goals
from portal.tickets import models_work as ticket_work
from portal.usage import models as usage
from portal.wishlist import models as wishlist
from portal.wishlist import models_decisions as wish_decisions
from portal.wishlist import models_images as wish_images
from portal.wishlist import models_moderation as wish_moderation
from portal.wishlist import models_words as wish_words

__all__ = [
    "accounts",
    "after_hours",
    "articles",
    "audiences",
    "audit",
    "bookings",
    "busy_calendars",
    "calendars",
    "commitments",
    "distribution",
    "documents",
    "duty",
    "editions",
    "events",
    "goals",
    "hosts",
    "imports",
    "inbound",
    "mail",
    "orders",
    "payments",
    "questions",
    "quotes",
    "rate_counters",
    "recordings",
    "roster",
    "search",
    "ticket_drafts",
    "ticket_work",
    "tickets",
    "usage",
    "wish_decisions",
    "wish_images",
    "wish_moderation",
    "wish_words",
    "wishlist",
]  # fmt: skip
