"""How the wish list works: pictures always, a film with captions and transcript where the settings name one (WISH-4)."""

import re
from pathlib import Path

import pytest

from portal import create_app
from portal.config import ConfigError
from portal.db import db
from portal.web.security import CONTENT_SECURITY_POLICY
from tests import conftest
from tests.signing_in import PortalClient

FILM = bytes(range(256)) * 8


@pytest.fixture
def files(tmp_path):
    """A film with its texts."""
    named = {"wish_video": "how.webm", "wish_video_captions": "how.vtt", "wish_video_transcript": "how.txt"}
    paths = {setting: tmp_path / name for setting, name in named.items()}
    paths["wish_video"].write_bytes(FILM)
    paths["wish_video_captions"].write_text("WEBVTT\n\n00:00.000 --> 00:02.000\nThe wish list\n")
    paths["wish_video_transcript"].write_text("The wish list <b>in five minutes</b>.")
    return paths


@pytest.fixture
def visitor(database_url, tmp_path, context, files):
    app = create_app(conftest.test_settings(database_url, tmp_path, rate_limits=False, **files))
    yield PortalClient(app)
    with app.app_context():
        db.engine.dispose()


def test_without_a_film_the_pictures_stand_in_and_the_policy_stays_strict(client, world):
    page = client.get("/wishes/how")
    assert "<video" not in page.text
    assert page.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    pictures = re.findall(r'<img src="(/static/wishes/[^"]+)" alt="([^"]+)"', page.text)
    assert len(pictures) == 6
    assert all(len(words) > 30 for _, words in pictures)
    for address, _ in pictures:
        assert client.get(address).status_code == 200
    for address in ("/wishes/how/film", "/wishes/how/captions"):
        assert client.get(address).status_code == 404


def test_the_pictures_hold_nothing_that_runs_or_loads():
    static = Path(__file__).parent.parent.parent / "portal" / "static" / "wishes"
    for picture in static.glob("*.svg"):
        text = picture.read_text().replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert not re.search(r"<script|<style|style=|href|http|on\w+=|<foreignObject", text), picture.name


def test_a_film_comes_with_captions_and_what_is_said(visitor):
    page = visitor.get("/wishes/how")
    assert '<track kind="captions" src="/wishes/how/captions" srclang="en"' in page.text
    assert "&lt;b&gt;in five minutes" in page.text
    assert "Step by step" in page.text
    assert page.headers["Content-Security-Policy"] == f"{CONTENT_SECURITY_POLICY}; media-src 'self'"
    captions = visitor.get("/wishes/how/captions")
    assert captions.headers["Content-Type"].startswith("text/vtt")
    assert captions.text.startswith("WEBVTT")
    assert "media-src" not in visitor.get("/guide").headers["Content-Security-Policy"]


def test_a_browser_gets_the_part_of_the_film_that_it_asks_for(visitor):
    whole = visitor.get("/wishes/how/film")
    assert (whole.status_code, whole.headers["Content-Type"], whole.data) == (200, "video/webm", FILM)
    part = visitor.get("/wishes/how/film", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, FILM[10:20])


def test_a_film_that_is_gone_is_not_found(visitor, files):
    files["wish_video"].unlink()
    assert visitor.get("/wishes/how/film").status_code == 404


@pytest.mark.parametrize("missing", ["wish_video_captions", "wish_video_transcript"])
def test_a_film_without_its_texts_is_refused_at_the_start(files, tmp_path, missing):
    with pytest.raises(ConfigError, match="are needed with PORTAL_WISH_VIDEO"):
        conftest.test_settings("postgresql://x@127.0.0.1/x", tmp_path, **{**files, missing: None})


@pytest.mark.parametrize("wrong", ["how.avi", "not-there.mp4"])
def test_a_film_that_is_none_is_refused_at_the_start(files, tmp_path, wrong):
    with pytest.raises(ConfigError):
        conftest.test_settings(
            "postgresql://x@127.0.0.1/x", tmp_path, **{**files, "wish_video": tmp_path / wrong}
        )


def test_it_is_offered_where_it_is_needed(client, world):
    browser = client.as_(world.contact)
    for address in ("/wishes", "/wishes/new", "/guide/technical-contacts", "/guide/organisers"):
        assert "/wishes/how" in browser.get(address).text, address
    assert "/wishes/how" in client.get(f"/help/{world.congress.slug}/wish").text
