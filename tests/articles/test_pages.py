"""The pages of help articles, for readers and for those who write them."""

import re

import pytest
from flask import Flask

from portal.articles.models import Article, Verdict
from portal.db import db
from tests.articles.shelf import article
from tests.people import World
from tests.signing_in import PortalClient


def address(of: Article) -> str:
    return f"/articles/{of.id}-{of.slug}"


def test_a_visitor_reads_what_is_for_everyone(world: World, client: PortalClient) -> None:
    made = article(world.agent, "Print badges: A6 & labels", "# Paper\n\nSee HOW-2.")
    shelf = client.get("/articles").text
    assert address(made) == f"/articles/{made.id}-print-badges-a6-labels"
    assert address(made) in shelf
    page = client.get(address(made)).text
    assert "<h2>Paper</h2>" in page
    assert len(re.findall("<h1", page)) == 1
    assert 'href="/policies#HOW-2"' in page
    assert "Edit" not in page


def test_an_address_with_an_old_title_leads_on(world: World, client: PortalClient) -> None:
    made = article(world.agent, "Print badges")
    for old in (f"/articles/{made.id}", f"/articles/{made.id}-old"):
        assert client.get(old).headers["Location"] == address(made)


@pytest.mark.parametrize(
    "changes", [{"audience": "contacts"}, {"audience": "staff"}, {"state": "draft"}, {"state": "retired"}]
)
def test_what_is_not_for_everyone_is_not_shown_nor_told_of(
    world: World, client: PortalClient, changes: dict[str, str]
) -> None:
    hidden = article(world.agent, "Zebra crossing", **changes)
    for browser, status in ((client, 303), (client.as_(world.organiser), 404)):
        assert "Zebra" not in browser.get("/articles").text
        assert "Zebra" not in browser.get("/articles?words=zebra").text.replace('value="zebra"', "")
        for reach in (address(hidden), f"/articles/{hidden.id}"):
            assert browser.get(reach).status_code == status
        there_is_none = browser.get("/articles/999999")
        assert there_is_none.status_code == status
    judged = client.post(f"/articles/{hidden.id}/verdicts", {"helped": "yes"}, form_at="/sign-in")
    assert judged.status_code == 303
    assert "/sign-in" in judged.headers["Location"]
    assert db.session.scalar(db.select(db.func.count(Verdict.id))) == 0


def test_contacts_read_what_is_for_contacts(world: World, client: PortalClient) -> None:
    made = article(world.agent, "The attendance app", audience="contacts")
    assert client.as_(world.contact).get(address(made)).status_code == 200
    assert client.as_(world.agent).get(address(made)).status_code == 200


@pytest.mark.parametrize(
    "words",
    ['"', "' OR 1=1 --", "a & | ! ()", "%_*", "the of", "\x00", "x" * 10_000, "-", '"unclosed', "badge:*"],
)
def test_whatever_is_searched_for_is_answered(world: World, client: PortalClient, words: str) -> None:
    article(world.agent, "Print badges")
    answer = client.get("/articles", query_string={"words": words})
    assert answer.status_code == 200


def test_a_search_finds_stems_in_title_and_text(world: World, client: PortalClient) -> None:
    article(world.agent, "Print badges", "On labels.")
    article(world.agent, "Labels", "Sizes.")
    page = client.get("/articles?words=label").text
    assert page.index(">Labels<") < page.index(">Print badges<")
    assert "Nothing found" in client.get("/articles?words=giraffe").text


def test_a_person_says_once_whether_it_helped(world: World, client: PortalClient) -> None:
    made, browser = article(world.agent, "One"), client.as_(world.contact)
    for helped in ("no", "yes"):
        said = {"helped": helped, "words": "Which menu? <b>"}
        assert browser.post(f"/articles/{made.id}/verdicts", said, form_at=address(made)).status_code == 303
    verdict = db.session.scalars(db.select(Verdict)).one()
    assert (verdict.helped, verdict.words) == (False, "Which menu? <b>")
    page = client.as_(world.agent).get(f"/articles/{made.id}/versions").text
    assert "Which menu? &lt;b&gt;" in page


def test_each_browser_says_once_without_signing_in(world: World, app: Flask, client: PortalClient) -> None:
    made = article(world.agent, "One")
    for browser in (client, client, PortalClient(app)):
        browser.post(f"/articles/{made.id}/verdicts", {"helped": "yes"}, form_at=address(made))
    assert db.session.scalar(db.select(db.func.count(Verdict.id))) == 2


def test_a_verdict_that_says_neither_is_asked_again(world: World, client: PortalClient) -> None:
    made = article(world.agent, "One")
    answer = client.post(f"/articles/{made.id}/verdicts", {"words": "hm"}, form_at=address(made))
    assert (answer.status_code, "Say whether it helped" in answer.text) == (422, True)
    long = {"helped": "yes", "words": "x" * 1001}
    assert client.post(f"/articles/{made.id}/verdicts", long, form_at=address(made)).status_code == 422


def test_staff_write_publish_and_see_what_changed(world: World, client: PortalClient) -> None:
    agent = client.as_(world.agent)
    agent.post("/staff/articles/categories", {"name": "  Badges "}, form_at="/staff/articles/categories")
    shelf = re.search(r'<option value="(\d+)">Badges', agent.get("/articles/new?title=Print+badges").text)
    assert shelf is not None
    said = {
        "title": "Print badges", "body": "On paper.", "category_id": shelf[1], "audience": "everyone",
        "reason": "Asked often",
    }  # fmt: skip
    agent.post("/articles/new", said, form_at="/articles/new")
    made = db.session.scalars(db.select(Article)).one()
    key, there = made.id, address(made)
    assert client.get("/articles").text.count("Print badges") == 0
    agent.post(f"/articles/{key}/publication", {"seen": "1"}, form_at=there)
    assert "On paper." in client.get(there).text
    changed = said | {"body": "On labels.", "reason": "Labels came", "publish": "y", "seen": "1"}
    agent.post(f"/articles/{key}/edit", changed, form_at=f"/articles/{key}/edit")
    assert "On labels." in client.get(there).text
    page = agent.get(f"/articles/{key}/versions/2").text
    assert "<del>paper.</del>" in page
    assert "<ins>labels.</ins>" in page
    assert "Labels came" in page
    overtaken = agent.post(f"/articles/{key}/edit", said | {"body": "Mine.", "seen": "1"}, form_at=there)
    assert (overtaken.status_code, "Mine." in overtaken.text, "version 2" in overtaken.text) == (
        422,
        True,
        True,
    )
    agent.post(f"/articles/{key}/retirement", form_at=there)
    assert client.get(there).status_code == 303


def test_the_figures_of_articles(world: World, client: PortalClient) -> None:
    made = article(world.agent, "One")
    client.as_(world.contact).post(f"/articles/{made.id}/verdicts", {"helped": "yes"}, form_at=address(made))
    client.post(f"/articles/{made.id}/verdicts", {"helped": "no"}, form_at=address(made))
    page = client.as_(world.manager).get("/staff/articles").text
    assert "1&nbsp;of&nbsp;2" in page
    for state in ("draft", "retired", "nonsense"):
        assert client.as_(world.manager).get(f"/staff/articles?state={state}").status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        {}, {"title": " ", "body": " ", "category_id": "1", "audience": "everyone", "reason": "x"},
        {"title": "x" * 121, "body": "x", "category_id": "abc", "audience": "nobody", "reason": "x"},
        {"title": "x", "body": "x" * 30_001, "category_id": "9" * 40, "audience": "staff", "reason": "x"},
        {"title": "x", "body": "x", "category_id": "-1", "audience": "staff", "reason": "x", "ticket_id": "x"},
        {"title": "\x00", "body": "\x00", "category_id": "١", "audience": "\x00", "reason": "\x00"},
    ],
)  # fmt: skip
def test_a_bad_article_is_refused_with_what_was_typed(
    world: World, client: PortalClient, said: dict[str, str]
) -> None:
    article(world.agent, "One")
    answer = client.as_(world.agent).post("/articles/new", said, form_at="/articles/new")
    assert (answer.status_code, "There is a problem" in answer.text) == (422, True)


@pytest.mark.parametrize("name", ["", " ", "Badges", "x" * 61, "\x00"])
def test_a_bad_category_is_refused(world: World, client: PortalClient, name: str) -> None:
    article(world.agent, "One")
    where = "/staff/articles/categories"
    assert client.as_(world.agent).post(where, {"name": name}).status_code == 422
