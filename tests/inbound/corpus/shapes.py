"""Ways of answering that are not "new text above, quote below", and ways of writing text down."""

from collections.abc import Iterator

from tests.inbound.corpus.languages import LANGUAGES
from tests.inbound.corpus.writing import (
    ORIGINAL,
    OTHER,
    Piece,
    Sample,
    crlf,
    headers,
    mail,
    prefixed,
    text,
)

ENGLISH = LANGUAGES[0]
WROTE = ENGLISH.gmail
NOTHING_NEW = "Nothing was written above"

CHARSETS = (
    ("iso-8859-1", "Grüße aus Köln: drei Ausweise fehlen"),
    ("windows-1252", "“Grüße” – 12 € für jeden Ausweis"),
    ("iso-8859-15", "Il reste 12 € à payer, où ?"),
    ("windows-1250", "Žluťoučký kůň, gęślą jaźń"),
    ("iso-8859-2", "Příliš mnoho účastníků"),
    ("windows-1251", "Не хватает трёх бейджей"),
    ("koi8-r", "Не хватает двух бейджей"),
    ("iso-8859-7", "Λείπουν τρία καρτελάκια"),
    ("windows-1254", "İki yaka kartı eksik, şu an ışık yok"),
    ("iso-8859-9", "Üç yaka kartı eksik, ığdır"),
    ("windows-1255", "חסרים שלושה תגים"),
    ("iso-8859-8-i", "חסרים ארבעה תגים"),
    ("windows-1256", "ثلاث بطاقات مفقودة"),
    ("windows-1257", "Trūksta trijų kortelių, ačiū"),
    ("tis-620", "บัตรหายสามใบ"),
    ("iso-2022-jp", "名札が三枚足りません"),
    ("shift_jis", "名札が四枚足りません"),
    ("euc-jp", "名札が五枚足りません"),
    ("gb2312", "缺少三张胸卡"),
    ("gb18030", "缺少四张胸卡"),
    ("big5", "缺少五張識別證"),
    ("euc-kr", "명찰 세 개가 부족합니다"),
    ("ks_c_5601-1987", "명찰 네 개가 부족합니다"),
    ("utf-7", "Drei Ausweise fehlen: Grüße"),
    ("utf-16", "Zwei Ausweise fehlen: Grüße"),
    ("cp850", "Grüße vom alten Rechner"),
)
PYTHON_NAME = {"iso-8859-8-i": "iso-8859-8"}


def charset_samples() -> Iterator[Sample]:
    for charset, words in CHARSETS:
        content = words.encode(PYTHON_NAME.get(charset, charset))
        for encoding in ("base64", "quoted-printable"):
            piece = Piece(f'text/plain; charset="{charset}"', content, encoding)
            yield Sample(f"charset {charset}, {encoding}", mail(piece), words)
    for label, real in (
        ("unknown-8bit", "utf-8"),
        ("x-unknown", "utf-8"),
        ("", "utf-8"),
        ("us-ascii", "utf-8"),
        ("punycode", "utf-8"),
        ("no such charset; really", "utf-8"),
        ("utf-8", "windows-1252"),
        ("iso-8859-1", "windows-1252"),
        ("iso-8859-1", "utf-8"),
        ("windows-1252", "windows-1252"),
    ):
        words = "Grüße – wir brauchen zwei Ausweise für Köln und drei für Zürich, über Nacht, schöne Größe."
        piece = Piece(f'text/plain; charset="{label}"', words.encode(real))
        yield Sample(
            f"charset {label!r} that is {real}",
            mail(piece),
            words if real == "utf-8" or label != "utf-8" else None,
        )


def order_samples() -> Iterator[Sample]:
    quote = f"{WROTE}\n\n{prefixed(OTHER)}"
    yield _plain("below the quote", f"{quote}\n\n{ENGLISH.typed}\n", ENGLISH.typed, OTHER)
    yield _plain(
        "below our quoted marker",
        f"{WROTE}\n\n{prefixed(ORIGINAL)}\n\n{ENGLISH.typed}",
        ENGLISH.typed,
        ORIGINAL,
    )
    first, second = OTHER.split("\n\n", 1)
    between = f"{WROTE}\n{prefixed(first)}\n\nHello Robin, yes.\n\n{prefixed(second)}\n\nIn hall 4."
    yield _plain("between the quotes", between, between, "")
    yield _plain("between, quote at the end", f"{between}\n\n> Bye\n> Robin", between, "Bye Robin")
    yield _plain("only a quote", f"{quote}\n", "", OTHER, (NOTHING_NEW,))
    yield _plain(
        "only our quote, not prefixed",
        f"{ENGLISH.original}\nFrom: S <s@portal.example>\n\n{ORIGINAL}",
        "",
        ORIGINAL,
        (NOTHING_NEW,),
    )
    yield _plain(
        "marker broken over two lines",
        f"Yes.\n\n{ORIGINAL.replace('reply above', 'reply' + chr(10) + 'above')}",
        "Yes.",
        ORIGINAL,
    )
    yield _plain("marker in bold", f"Yes.\n\n*{ORIGINAL.replace('-##', '-##*', 1)}", "Yes.", ORIGINAL)
    yield _plain(
        "directly above the introduction",
        f"Yes.\nTwo, I think:\n{WROTE}\n{prefixed(OTHER)}",
        "Yes.\nTwo, I think:",
        OTHER,
    )
    yield _plain("directly above, quoted introduction", f"Yes\n> {WROTE}\n>\n{prefixed(OTHER)}", "Yes", OTHER)
    footer = f"{'_' * 40}\nchairs mailing list\nhttps://lists.conf.example/chairs"
    yield _plain(
        "above, with the footer of a list",
        f"Yes.\n\n{WROTE}\n{prefixed(OTHER)}\n\n{footer}",
        "Yes.",
        f"{OTHER} chairs mailing list",
    )
    hotmail = (
        f"> Subject: Scanners\n> From: robin@conf.example\n> To: kim.park@conf.example\n> \n{prefixed(OTHER)}"
    )
    yield _plain("labels in the quote", f"Yes.\n\n{hotmail}", "Yes.", OTHER)
    yield _plain("quote that lost its introduction", f"Yes, two.\n\n{prefixed(OTHER)}", "Yes, two.", OTHER)
    long = "this line of the quote is so long that the program broke it and forgot its sign"
    broken = f"Yes.\n\n{WROTE}\n> {long}\nhere\n> and went on\n"
    yield _plain("quote with a broken line", broken, "Yes.", f"{long} here and went on")
    yield _plain(
        "nothing but text",
        "The scanners are broken.\n\nRobin: hall 4\nTime: 10:00",
        "The scanners are broken.\n\nRobin: hall 4\nTime: 10:00",
    )
    listed = "We need:\n- two scanners\n- one printer\n\n--- and that is all ---"
    yield _plain("a list with dashes", listed, listed)
    yield _plain(
        "a sentence that ends in wrote",
        "The manual of room 3 wrote:\n\nPress A.",
        "The manual of room 3 wrote:\n\nPress A.",
    )
    yield _plain(
        "indented lines kept",
        "Log:\n\n    line one\n        line two\n",
        "Log:\n\n    line one\n        line two",
    )
    yield _plain("empty", "", "")
    yield _plain(
        "signature",
        "Two, please.\n\n-- \nKim Park\nConference office",
        "Two, please.",
        "Kim Park Conference office",
    )


def forward_samples() -> Iterator[Sample]:
    block = "From: Robin <robin@conf.example>\nDate: Mon, Nov 23, 2026\nSubject: Scanners\nTo: Kim <kim.park@conf.example>"
    top = headers("Fwd: Scanners")
    for opening in (
        "---------- Forwarded message ---------",
        "Begin forwarded message:\n",
        "-------- Weitergeleitete Nachricht --------",
        "Début du message transféré :\n",
    ):
        passed = f"{opening}\n{block}\n\n{OTHER}"
        name = opening.strip("- :\n")
        yield Sample(
            f"{name} with a note",
            mail(text(f"Please see below.\n\n{passed}"), top=top),
            "Please see below.",
            passed,
        )
        yield Sample(f"{name} alone", mail(text(passed), top=top), passed)


def notes_samples() -> Iterator[Sample]:
    lotus = "Kim Park/Conf\n23.11.2026 10:05\n\n\tTo\tSupport\n\tSubject\tRe: Scanners\n"
    yield _plain(
        "Notes, dashes",
        f"Two, please.\n\n-----Robin/Conf wrote: -----\nTo: Kim\nFrom: Robin/Conf\nDate: 23.11.2026 10:00\nSubject: Scanners\n\n{OTHER}",
        "Two, please.",
        OTHER,
    )
    yield _plain(
        "Notes, wrote on",
        f"Two, please.\n\nRobin <robin@conf.example> wrote on 11/23/2026 10:00:00 AM:\n\n> {OTHER.splitlines()[0]}\n",
        "Two, please.",
        "Hello Kim",
    )
    yield _plain("Notes, header above", f"{lotus}\nTwo, please.", f"{lotus}\nTwo, please.")
    tabs = f"Two, please.\n\n\nFrom:\tRobin <robin@conf.example>\nTo:\tKim Park\nDate:\t23.11.2026 10:00\nSubject:\tScanners\n\n\n{OTHER}"
    yield _plain("Notes, labels with tabs", tabs, "Two, please.", OTHER)
    flowed = "This line was broken by the \r\nprogram to fit.\r\n\r\n From here on it was not.\r\n>> deep \r\n>> quote\r\n"
    typed = "This line was broken by the program to fit.\n\nFrom here on it was not."
    yield Sample("flowed", mail(Piece("text/plain; format=flowed", flowed.encode())), typed, "deep quote")
    delsp = "東京の会 \r\n場です。\r\n"
    yield Sample(
        "flowed without blanks",
        mail(Piece("text/plain; charset=utf-8; format=flowed; delsp=yes", delsp.encode())),
        "東京の会場です。",
    )


def _plain(name: str, words: str, typed: str, kept: str = "", notes: tuple[str, ...] = ()) -> Sample:
    return Sample(
        name, mail(Piece("text/plain; charset=utf-8", crlf(words).encode())), typed, kept, notes=notes
    )
