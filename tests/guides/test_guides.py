"""The in-app help is the documentation's guides."""

import re

import pytest

from portal.blueprints.guides import FOLDER, NAMES


def test_the_help_lists_every_guide(client):
    page = client.get("/guide").text
    assert re.findall(r'href="/guide/([a-z-]+)"', page) == list(NAMES)
    assert {path.stem for path in FOLDER.glob("*.md")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_guide_reads_as_a_page(client, name):
    page = client.get(f"/guide/{name}")
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert "<h2>" in page.text


@pytest.mark.parametrize("name", NAMES)
def test_links_between_guides_lead_somewhere(client, name):
    for address in set(re.findall(r'href="(/[^"#]*)', (client.get(f"/guide/{name}").text))):
        if not address.startswith("/static"):
            assert client.get(address).status_code in (200, 302, 303), address


def test_an_unknown_guide_is_not_found(client):
    assert client.get("/guide/../app").status_code == 404
    assert client.get("/guide/nobody").status_code == 404
