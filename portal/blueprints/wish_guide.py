"""How the wish list works: a film, where the settings name one, and illustrated steps (WISH-4)."""

from pathlib import Path

from flask import Blueprint, Response, current_app, make_response, render_template, send_file

from portal.errors import NotFound
from portal.policy.wishes import instructions
from portal.web.access import requires
from portal.web.security import PLAYING_POLICY

blueprint = Blueprint("wish_guide", __name__)

MEDIA_TYPES = {".mp4": "video/mp4", ".webm": "video/webm"}
KEPT_SECONDS = 3600


@blueprint.get("/wishes/how")
@requires("public")
def show() -> Response:
    """The film with its captions and transcript where one is set; the illustrated steps always."""
    film = _film()
    told = instructions(str(film) if film else None)
    transcript = _set("wish_video_transcript").read_text() if told.video else ""
    answer = make_response(
        render_template("wishes/how.html", told=told, media_type=_media_type(film), transcript=transcript)
    )
    if told.video:
        answer.headers["Content-Security-Policy"] = PLAYING_POLICY
    return answer


@blueprint.get("/wishes/how/film")
@requires("public")
def film() -> Response:
    """The film, whole or the part that a browser asks for. Raises NotFound where none is set."""
    found = _film()
    if found is None:
        raise NotFound
    return _file(found, _media_type(found))


@blueprint.get("/wishes/how/captions")
@requires("public")
def captions() -> Response:
    """The film's captions. Raises NotFound where none is set."""
    if _film() is None:
        raise NotFound
    return _file(_set("wish_video_captions"), "text/vtt")


def _film() -> Path | None:
    found: Path | None = current_app.extensions["settings"].wish_video
    return found


def _set(name: str) -> Path:
    # The settings are refused at the start unless all three files are there.
    return Path(getattr(current_app.extensions["settings"], name))


def _media_type(film: Path | None) -> str:
    return MEDIA_TYPES[film.suffix.lower()] if film else ""


def _file(path: Path, media_type: str) -> Response:
    try:
        return send_file(path.absolute(), media_type, conditional=True, max_age=KEPT_SECONDS)
    except FileNotFoundError:
        raise NotFound("This film is no longer there.") from None
