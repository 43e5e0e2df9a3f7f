"""HTML mail as plain text. Markup is cleaned first; nothing of it reaches a page and nothing is loaded."""

import re
from html import unescape
from html.parser import HTMLParser

import nh3

from portal.inbound.quote_lines import QUOTE_BEGINS

FLOWING = (
    "address article aside blockquote center dd div dl dt figure footer form h1 h2 h3 h4 h5 h6 header hr"
)
BLOCKS = frozenset(f"{FLOWING} li main ol p pre section table tr ul".split())
SPACED = frozenset("p h1 h2 h3 h4 h5 h6 blockquote pre ul ol".split())  # noqa: SIM905
KEPT = BLOCKS | {"a", "br", "img", "td", "th"}
DROPPED = frozenset(
    "script style title svg math noscript iframe object embed template applet select textarea".split()  # noqa: SIM905
)
ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, "div": {"id", "class"}, "p": {"class"}}
QUOTES = re.compile(
    r"\b(?:x_)?(?:divRplyFwdMsg|appendonsend|gmail_quote(?:_container)?|moz-cite-prefix|moz-forward-container"
    r"|yahoo_quoted|protonmail_quote|OutlookMessageHeader|ms-outlook-mobile-reference-message|gmx_quote|zmail_extra"
    r"|tutanota_quote)\b"
)
BLANKS = re.compile(r"[ \t\r\n\f]+")
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]*)")
ANY_TAG = re.compile(r"<[^<>]*+>?")
UNSHOWN = re.compile(r"(?is)<(script|style|title|svg|math)\b.*?(?:</\1\s*>|$)|<!--.*?(?:-->|$)")
# Elements without content, and those that the next of their kind closes.
CLOSED = (
    "area base body br col dd dt embed head hr html img input li link meta option p source tbody td tfoot th"
)
NEST_NOT = frozenset(f"{CLOSED} thead tr wbr".split())
DEEPEST = 1_000
DEEPEST_QUOTE = 20


def text_of(html: str) -> str:
    """The words of an HTML mail in lines, quotes marked with `>`, links with their address behind them."""
    if _is_too_deep(html):
        return _words_of(html)
    cleaned = nh3.clean(
        html,
        tags=set(KEPT),
        clean_content_tags=set(DROPPED),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto", "cid"},
        link_rel=None,
    )
    lines = _Lines()
    lines.feed(cleaned)
    lines.close()
    return lines.text()


def _is_too_deep(html: str) -> bool:
    """Whether cleaning would take long: it is quadratic in how deeply elements stand in each other."""
    depth = deepest = 0
    for closing, name in TAG.findall(html):
        if name.lower() not in NEST_NOT:
            depth = max(0, depth - 1) if closing else depth + 1
            deepest = max(deepest, depth)
    return deepest > DEEPEST


def _words_of(html: str) -> str:
    """The words alone, of markup that no mail program writes."""
    shown = UNSHOWN.sub(" ", html)
    return unescape(BLANKS.sub(" ", ANY_TAG.sub(" ", shown))).strip()


class _Lines(HTMLParser):
    """Lines of text out of clean markup."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.pieces: list[str] = []
        self.depth = 0
        self.kept_blanks = 0
        self.spaced = SPACED
        self.links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "p":
            # Outlook makes each line a paragraph without space around it.
            self.spaced = SPACED - {"p"} if "MsoNormal" in said.get("class", "") else SPACED
        if tag in BLOCKS:
            self._break(tag in self.spaced)
        if tag == "blockquote":
            self.depth += 1
        elif tag == "pre":
            self.kept_blanks += 1
        elif tag == "a":
            self.links.append((said.get("href", ""), len(self.pieces)))
        elif tag == "div" and QUOTES.search(f"{said.get('id', '')} {said.get('class', '')}"):
            self.lines.append(QUOTE_BEGINS)
        else:
            self._piece(tag, said)

    def _piece(self, tag: str, said: dict[str, str]) -> None:
        if tag == "br":
            self._end_line()
        elif tag == "hr":
            self.lines.append(self._prefix() + "_" * 32)
        elif tag == "li":
            self.pieces.append("- ")
        elif tag in ("td", "th") and self.pieces:
            self.pieces.append("  ")
        elif tag == "img" and said.get("src", "").startswith("cid:") and said.get("alt"):
            self.pieces.append(f"[{' '.join(said['alt'].split())}]")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self.links:
            self._address(*self.links.pop())
        if tag in BLOCKS:
            self._break(tag in self.spaced)
        if tag == "blockquote":
            self.depth = max(0, self.depth - 1)
        elif tag == "pre":
            self.kept_blanks = max(0, self.kept_blanks - 1)

    def handle_data(self, data: str) -> None:
        if not self.kept_blanks:
            words = BLANKS.sub(" ", data)
            blank_before = not self.pieces or self.pieces[-1].endswith(" ")
            self._add(words.lstrip(" ") if blank_before else words)
            return
        *whole, last = data.split("\n")
        for line in whole:
            self._add(line)
            self._end_line()
        self._add(last)

    def text(self) -> str:
        """All lines read."""
        self._break(False)
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self.lines)).strip("\n")

    def _add(self, words: str) -> None:
        if words:
            self.pieces.append(words)

    def _address(self, href: str, since: int) -> None:
        """Where a link leads stands behind its words, so that nobody is led elsewhere than they read."""
        shown = "".join(self.pieces[since:]).strip()
        target = href.removeprefix("mailto:")
        if shown and target and not href.startswith("cid:") and target.rstrip("/") != shown.rstrip("/"):
            self.pieces.append(f" ({target})")

    def _break(self, spaced: bool) -> None:
        line = "".join(self.pieces)
        if line.strip() or "\u00a0" in line:
            self._end_line()
        self.pieces = []
        if spaced and self.lines and self.lines[-1].strip("> ") and self.lines[-1] != QUOTE_BEGINS:
            self.lines.append(self._prefix().rstrip())

    def _end_line(self) -> None:
        self.lines.append((self._prefix() + "".join(self.pieces)).rstrip())
        self.pieces = []

    def _prefix(self) -> str:
        return "> " * min(self.depth, DEEPEST_QUOTE)
