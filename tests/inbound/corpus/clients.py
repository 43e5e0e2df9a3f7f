"""Answers as the mail programs of our customers write them, in each language, with and without our marker."""

from collections.abc import Callable, Iterator
from html import escape

from tests.inbound.corpus.languages import LANGUAGES, Language
from tests.inbound.corpus.writing import (
    ORIGINAL,
    OTHER,
    Piece,
    Sample,
    crlf,
    mail,
    prefixed,
    several,
    text,
)

Client = Callable[[Language, str], Piece]


def as_html(words: str) -> str:
    return "".join(f"<div>{escape(line) or '<br>'}</div>\r\n" for line in words.split("\n"))


def wrapped(line: str) -> str:
    """A line broken before its address, as Gmail does when it grows too long."""
    return line.replace(" <", "\n<", 1) if len(line) > 60 else line


def gmail(language: Language, original: str) -> Piece:
    plain = f"{language.typed}\n\n{wrapped(language.gmail)}\n\n{prefixed(original)}\n"
    html = (
        f'<div dir="ltr">{as_html(language.typed)}</div><br><div class="gmail_quote gmail_quote_container">'
        f'<div dir="ltr" class="gmail_attr">{escape(language.gmail)}<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{as_html(original)}</blockquote></div>'
    )
    return several("alternative", text(plain), text(html, encoding="quoted-printable", kind="html"))


def gmail_html_only(language: Language, original: str) -> Piece:
    html = (
        f'<html><head><title>x</title></head><body><div dir="ltr">{as_html(language.typed)}</div>'
        f'<div class="gmail_quote"><div class="gmail_attr">{escape(language.gmail)}<br></div>'
        f'<blockquote class="gmail_quote">{as_html(original)}</blockquote></div></body></html>'
    )
    return text(html, encoding="base64", kind="html")


def apple(language: Language, original: str) -> Piece:
    plain = f"{language.typed}\n\n> {language.apple.strip()}\n> \n{prefixed(original)}\n"
    return text(plain, encoding="quoted-printable")


def iphone(language: Language, original: str) -> Piece:
    plain = (
        f"{language.typed}\n\n{language.telephone}\n\n> {language.apple.strip()}\n> \n{prefixed(original)}\n"
    )
    return text(plain, encoding="base64")


def thunderbird(language: Language, original: str) -> Piece:
    plain = f"{language.typed}\n\n{language.thunderbird}\n{prefixed(original)}\n\n-- \nKim Park\n+1 202 555 0143\n"
    return Piece("text/plain; charset=UTF-8; format=flowed", crlf(plain).encode())


def thunderbird_html_only(language: Language, original: str) -> Piece:
    html = (
        f"<html><body><p>{as_html(language.typed)}</p>"
        f'<div class="moz-cite-prefix">{escape(language.thunderbird)}<br></div>'
        f'<blockquote type="cite" cite="mid:t7.1@portal.example">{as_html(original)}</blockquote></body></html>'
    )
    return text(html, kind="html")


def labels(language: Language, bold: bool = False) -> str:
    star = "*" if bold else ""
    told = ("Portal Support <support@portal.example>", "23.11.2026 10:00", "Kim Park", "Re: Badge scanners")
    return "\n".join(
        f"{star}{name}:{star} {value}" for name, value in zip(language.labels, told, strict=True)
    )


def outlook(language: Language, original: str) -> Piece:
    return text(f"{language.typed}\n\n{language.original}\n{labels(language)}\n\n{original}\n")


def outlook_new(language: Language, original: str) -> Piece:
    plain = f"{language.typed}\n\n{'_' * 32}\n{labels(language)}\n\n{original}\n"
    return text(plain, encoding="quoted-printable")


def outlook_bold(language: Language, original: str) -> Piece:
    return text(f"{language.typed}\n\n{labels(language, bold=True)}\n\n{original}\n")


def outlook_html_only(language: Language, original: str) -> Piece:
    rows = "<br>".join(
        f"<b>{line.partition(':')[0]}:</b>{escape(line.partition(':')[2])}"
        for line in labels(language).split("\n")
    )
    html = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{margin:0}</style></head>'
        f'<body lang="x"><div class="WordSection1">{as_html(language.typed)}<o:p>&nbsp;</o:p>'
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal">'
        f"{rows}<o:p></o:p></p></div>{as_html(original)}</div></body></html>"
    )
    return text(html, encoding="quoted-printable", kind="html")


def outlook_web_html_only(language: Language, original: str) -> Piece:
    rows = "<br>".join(escape(line) for line in labels(language).split("\n"))
    html = (
        f'<div class="elementToProof">{as_html(language.typed)}</div><div id="appendonsend"></div>'
        f'<hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri">{rows}</font>'
        f"<div> </div></div>{as_html(original)}"
    )
    return text(html, kind="html")


def yahoo(language: Language, original: str) -> Piece:
    indented = "\n".join(f" {line}".rstrip() for line in original.split("\n"))
    return text(f" {language.typed}\n\n    {language.gmail}  \n \n {indented}\n")


def yahoo_html_only(language: Language, original: str) -> Piece:
    html = (
        f'<div class="ydp">{as_html(language.typed)}</div><div id="yahoo_quoted_123" class="yahoo_quoted">'
        f"<div>{escape(language.gmail)}</div>{as_html(original)}</div>"
    )
    return text(html, kind="html")


def proton(language: Language, original: str) -> Piece:
    plain = f"{language.typed}\n\n{language.gmail}\n\n{prefixed(original)}\n"
    return text(plain, encoding="base64")


CLIENTS: tuple[Client, ...] = (
    gmail,
    gmail_html_only,
    apple,
    iphone,
    thunderbird,
    thunderbird_html_only,
    outlook,
    outlook_new,
    outlook_bold,
    outlook_html_only,
    outlook_web_html_only,
    yahoo,
    yahoo_html_only,
    proton,
)


def client_samples() -> Iterator[Sample]:
    for language in LANGUAGES:
        for client in CLIENTS:
            for what, original in (("ours", ORIGINAL), ("another's", OTHER)):
                name = f"{client.__name__}, {language.code}, quotes {what}"
                yield Sample(name, mail(client(language, original)), language.typed, original)
