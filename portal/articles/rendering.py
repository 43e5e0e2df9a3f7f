"""From Markdown to HTML, for help articles and wishes: what people write, and nothing that a browser would run or load."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from html import unescape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from portal.policy.rules import RULES

RULE = re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(RULES, reverse=True))) + r")\b")
TOP, WITHIN, DEEPEST = 2, 3, 6
NOT_OURS = "nofollow noopener noreferrer"
TAGS = nh3.ALLOWED_TAGS - {"img", "map", "area"}


@lru_cache(maxsize=512)
def rendered(text: str, rule_address: Callable[[str], str]) -> Markup:
    """An article's text as HTML. Headings begin below the page's own, images become their description.

    The id of a rule, such as HOW-2, becomes a link to `rule_address` of it.
    """
    tokens = _parsed(text, TOP, rule_address)
    html = MARKDOWN.renderer.render(tokens, MARKDOWN.options, {})
    return Markup(nh3.clean(html, tags=TAGS))  # noqa: S704 - sanitised


@lru_cache(maxsize=512)
def rendered_within(text: str, rule_address: Callable[[str], str]) -> Markup:
    """What a customer wrote as HTML, as a part of a page: headings below its sections, line breaks kept as typed.

    Links lead on without the portal's recommendation to search engines.
    """
    tokens = _parsed(text, WITHIN, rule_address)
    html = MARKDOWN.renderer.render(tokens, WITH_BREAKS, {})
    return Markup(nh3.clean(html, tags=TAGS, link_rel=NOT_OURS))  # noqa: S704 - sanitised


@lru_cache(maxsize=2048)
def in_plain_words(text: str) -> str:
    """A text in Markdown without its marks, in one line: for lists and other places that show a beginning of it."""
    plain = nh3.clean(MARKDOWN.render(text), tags=set())
    return " ".join(unescape(plain).split())


def _image(_: Any, tokens: Sequence[Token], index: int, *__: Any) -> str:
    # Images would be loaded from elsewhere: their description stands in for them.
    return "".join(str(Markup.escape(child.content)) for child in tokens[index].children or [])


MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
MARKDOWN.add_render_rule("image", _image)
WITH_BREAKS = MarkdownIt("commonmark", {"breaks": True}).options


def _parsed(text: str, top: int, rule_address: Callable[[str], str]) -> list[Token]:
    tokens = MARKDOWN.parse(text)
    _settle_headings(tokens, top)
    for token in tokens:
        if token.children:
            token.children = _with_rules(token.children, rule_address)
    return tokens


def _settle_headings(tokens: list[Token], top: int) -> None:
    """Move the highest heading to the level `top`, and leave none out on the way down."""
    written = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    shift, level = top - min(written, default=top), top - 1
    for token in tokens:
        if token.type == "heading_open":
            level = min(int(token.tag[1]) + shift, level + 1, DEEPEST)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{level}"


def _with_rules(tokens: list[Token], rule_address: Callable[[str], str]) -> list[Token]:
    found: list[Token] = []
    inside = 0
    for token in tokens:
        inside += token.nesting if token.type in ("link_open", "link_close") else 0
        found += [token] if inside or token.type != "text" else _linked(token.content, rule_address)
    return found


def _linked(content: str, rule_address: Callable[[str], str]) -> list[Token]:
    tokens: list[Token] = []
    last = 0
    for rule in RULE.finditer(content):
        opening = Token("link_open", "a", 1, attrs={"href": rule_address(rule[0])})
        tokens += [_text(content[last : rule.start()]), opening, _text(rule[0]), Token("link_close", "a", -1)]
        last = rule.end()
    return [*tokens, _text(content[last:])]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)
