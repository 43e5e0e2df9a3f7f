"""HTML of mail: hostile, unusual, and made for programs that do not show it."""

from collections.abc import Iterator

from tests.inbound.corpus.writing import Sample, mail, several, text

HOSTILE = (
    '<p onclick="alert(1)">Two scanners, please.</p><script>alert(2)</script><style>p{background:url(//spy.example)}</style>'
    '<svg onload="alert(3)"><text>drawn</text></svg><img src="https://spy.example/open.gif?id=7" width=1 height=1 alt="spied">'
    '<div hx-get="/tickets/1/closure" hx-trigger="load" data-hx-post="/x">Room 12</div><iframe src="//spy.example">framed</iframe>'
    '<a href="javascript:alert(4)">press</a> <a href="https://docs.example/a">manual</a><object data="x"></object>'
    '<meta http-equiv="refresh" content="0;url=//spy.example"><link rel="stylesheet" href="//spy.example/x.css">'
    '<form action="//spy.example"><input name="password"></form><math><mtext></mtext></math><base href="//spy.example/">'
)


def markup_samples() -> Iterator[Sample]:
    yield Sample(
        "hostile markup",
        mail(text(HOSTILE, kind="html")),
        "Two scanners, please.\n\nRoom 12\npress manual (https://docs.example/a)",
    )
    table = "<table><tr><td>Room</td><td>12</td></tr><tr><td>Hall</td><td>4</td></tr></table><ul><li>one<li>two</ul>"
    yield Sample("table and list", mail(text(table, kind="html")), "Room  12\nHall  4\n\n- one\n- two")
    yield Sample(
        "entities",
        mail(text("<p>a &lt;b&gt; &amp; &#x43;&nbsp;d &bogus;</p>", kind="html")),
        "a <b> & C\u00a0d &bogus;",
    )
    yield Sample(
        "pre",
        mail(text("<p>Log:</p><pre>one\n  two\n\nthree</pre>", kind="html")),
        "Log:\n\none\n  two\n\nthree",
    )
    lines = "".join(
        f'<p class="MsoNormal">{line}<o:p></o:p></p>' for line in ("Hello,", "two please.", "&nbsp;", "Kim")
    )
    yield Sample(
        "lines of Outlook",
        mail(text(f"<div class=WordSection1>{lines}</div>", kind="html")),
        "Hello,\ntwo please.\n\nKim",
    )
    yield Sample(
        "never closed", mail(text("<div><b>Two <i>please<table><tr><td>now", kind="html")), "Two please\nnow"
    )
    yield Sample("no markup at all", mail(text("Just words", kind="html")), "Just words")
    yield Sample(
        "picture in the text",
        mail(text('<p>See <img src="cid:p1" alt="the desk"></p>', kind="html")),
        "See [the desk]",
    )
    stub = several(
        "alternative",
        text("This mail needs a program that shows HTML.\n"),
        text("<p>Two, please.</p>", kind="html"),
    )
    yield Sample("plain part that stands for HTML", mail(stub), "Two, please.")
    blank = several("alternative", text("\n \n"), text("<p>Two, please.</p>", kind="html"))
    yield Sample("blank plain part", mail(blank), "Two, please.")
    other = several("alternative", text("<p>Two, please.</p>", kind="html"), text("Two, please - plain."))
    yield Sample("HTML first", mail(other), "Two, please - plain.")
