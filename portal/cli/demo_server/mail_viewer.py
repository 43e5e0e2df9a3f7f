"""Pages that show the mail which the demo caught."""

from collections.abc import Iterator
from email.message import EmailMessage, Message
from pathlib import Path

from flask import Flask, Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from portal.cli.demo_server.calendar_answer import ANSWERS, answer_invitation, asks_for_answer
from portal.cli.demo_server.mail_catcher import caught, read
from portal.cli.demo_server.mail_reply import can_be_answered, reply_to

SHOWN = 200
STATIC = Path(__file__).parents[2] / "static"
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'"


def viewer(folder: Path, door: int) -> Flask:
    """The application that shows the mails in `folder`, and answers them at the portal's mail door on port `door`."""
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
            "mail.html",
            number=number,
            mail=mail,
            text=_text(mail),
            files=list(_files(mail)),
            answerable=can_be_answered(mail),
            answers=ANSWERS if asks_for_answer(mail) else {},
            sent=request.args.get("sent"),
        )

    @app.post("/<int:number>/answers")
    def answer(number: int) -> AnyResponse:
        _refuse_other_sites()
        mail, partstat = _mail(folder, number), request.form.get("answer", "")
        if partstat in ANSWERS and asks_for_answer(mail):
            answer_invitation(mail, partstat, door)
        return redirect(f"/{number}?sent=answer", 303)

    @app.post("/<int:number>/replies")
    def reply(number: int) -> AnyResponse:
        _refuse_other_sites()
        mail, said = _mail(folder, number), request.form.get("said", "").strip()
        if said and can_be_answered(mail):
            reply_to(mail, said, _text(mail), door)
        return redirect(f"/{number}?sent={'yes' if said else 'empty'}", 303)

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


def _refuse_other_sites() -> None:
    # Nobody signs in here: a page of another site must not write in a reader's name.
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        abort(403)


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
