"""The demo's help articles."""

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.accounts.queries import actor_for
from portal.articles.models import Article, Sparing, Verdict, Version
from portal.articles.queries import suggested_articles
from portal.articles.rendering import RULE, rendered
from portal.clock import now
from portal.db import db
from portal.demo import content
from portal.search.models import TicketWords
from portal.tickets.models import Ticket

pytestmark = pytest.mark.usefixtures("demo")


def test_articles_are_in_each_state_and_for_each_audience() -> None:
    assert set(db.session.scalars(select(Article.state))) == {"draft", "published", "retired"}
    shown = select(Article.audience).where(Article.state == "published")
    assert set(db.session.scalars(shown)) == {"everyone", "contacts", "organisers", "staff"}


def test_each_article_has_its_versions_and_shows_the_newest() -> None:
    for article in db.session.scalars(select(Article)):
        versions = select(Version).where(Version.article_id == article.id).order_by(Version.number)
        written = db.session.scalars(versions).all()
        assert [each.number for each in written] == list(range(1, article.latest_number + 1))
        assert (article.title, article.body) == (written[-1].title, written[-1].body)
        assert [each.written_at for each in written] == sorted(each.written_at for each in written)
    assert db.session.scalar(select(func.max(Version.number))) == 2


def test_nothing_was_said_of_articles_in_time_to_come() -> None:
    for moment in (
        Verdict.given_at,
        Sparing.spared_at,
        Version.written_at,
        Article.published_at,
        Article.retired_at,
    ):
        latest = db.session.scalar(select(func.max(moment)))
        assert latest is not None
        assert latest <= now()


def test_the_contact_is_offered_what_answers_common_questions() -> None:
    contact = actor_for(
        db.session.scalars(select(Person.id).where(Person.email == "contact@demo.example")).one()
    )
    assert contact is not None
    for typed, title in (
        ("The badges are cut off", "Print badges that fit your paper"),
        ("Certificates show the wrong hours", "Design and send certificates of attendance"),
        ("How can I import attendees from a spreadsheet?", "Import a list of people from a spreadsheet"),
        (
            "scans are waiting in the attendance app",
            "The attendance app: doors, operators and scans that wait",
        ),
    ):
        assert suggested_articles(contact, typed)[0].title == title


def test_the_words_of_every_ticket_are_kept() -> None:
    count = select(func.count())
    assert db.session.scalar(count.select_from(TicketWords)) == db.session.scalar(count.select_from(Ticket))


@pytest.mark.parametrize("plan", content.articles(), ids=lambda plan: plan.title)
def test_an_article_renders_with_its_rules_linked(plan: content.ArticlePlan) -> None:
    for version in plan.versions:
        html = rendered(version.body, "/policies#{}".format)
        assert html.count('href="/policies#') == len(RULE.findall(version.body))
        assert "<h1" not in html
