"""Pages that show the mail which the demo caught."""

from collections.abc import Iterator
from email.message import EmailMessage, Message
from pathlib import Path

from flask import Flask, Response, abort, render_template

from portal.cli.demo_server.mail_catcher import caught, read

SHOWN = 200
STATIC = Path(__file__).parents[2] / "static"
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'"


def viewer(folder: Path) -> Flask:
    """The application that shows the mails in `folder`. It only reads."""
    app = Flask(__name__, static_folder=STATIC, static_url_path="/static")
    app.jinja_env.policies["urlize.rel"] = "noreferrer"

    @app.get("/")
    def index() -> str:
        mails = [(path.stem, read(path)) for path in caught(folder)[:SHOWN]]
        return render_template("mails.html", mails=mails)

    @app.get("/<int:number>")
    def show(number: int) -> str:
        mail = _mail(folder, number)
        return render_template(
            "mail.html", number=number, mail=mail, text=_text(mail), files=list(_files(mail))
        )

    @app.get("/<int:number>/files/<int:place>")
    def file(number: int, place: int) -> Response:
        files = list(_files(_mail(folder, number)))
        return _download(files[place]) if place < len(files) else abort(404)

    @app.after_request
    def _harden(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return app


def _mail(folder: Path, number: int) -> EmailMessage:
    path = folder / f"{number:020}.eml"
    return read(path) if path.exists() else abort(404)


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain", "html"))
    return str(body.get_content()) if body else ""


def _files(mail: EmailMessage) -> Iterator[Message]:
    """What comes with a mail beside its text: attachments, and calendar entries."""
    return (part for part in mail.walk() if part.get_filename() or part.get_content_type() == "text/calendar")


def _download(part: Message) -> Response:
    name = part.get_filename() or "calendar.ics"
    content = part.get_payload(decode=True)
    response = Response(content if isinstance(content, bytes) else b"", mimetype=part.get_content_type())
    response.headers.set("Content-Disposition", "attachment", filename=Path(name).name)
    return response
