"""What staff write in Markdown, as readers get it."""

import re

import pytest

from portal.articles.rendering import rendered


def html(text: str) -> str:
    return str(rendered(text, address))


def address(rule: str) -> str:
    return f"/policies#{rule}"


@pytest.mark.parametrize(
    ("written", "levels"),
    [
        ("# One\n\n## Two\n\n# One", "232"),
        ("### Deep\n\n#### Deeper", "23"),
        ("## A\n\n###### Far below", "23"),
        ("###### Only", "2"),
        ("# A\n\n## B\n\n### C\n\n#### D\n\n##### E\n\n###### F", "234566"),
    ],
)
def test_headings_begin_below_the_page_and_leave_none_out(written: str, levels: str) -> None:
    assert "".join(re.findall(r"<h(\d)>", html(written))) == levels


@pytest.mark.parametrize(
    "written",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<svg onload="alert(1)">',
        "[x](javascript:alert(1))",
        "[x](data:text/html,x)",
        "![x](https://elsewhere.example/pixel.png)",
        '<p hx-get="/account">x</p>',
        "<style>p{}</style>",
        "[a]: javascript:x\n\n[a]",
    ],
)
def test_nothing_that_a_browser_would_run_or_load_comes_through(written: str) -> None:
    got = html(written)
    assert not re.search(
        r"<(script|img|svg|style|iframe|p hx)|(href|src)=\"(javascript|data|https://else)", got
    ), got


def test_an_image_is_told_by_its_description() -> None:
    assert html('![The **menu** <b>"Badges"](https://elsewhere.example/a.png)') == (
        '<p>The menu &lt;b&gt;"Badges"</p>\n'
    )


def test_rules_become_links_and_only_rules_do() -> None:
    got = html("See HOW-2, not HOW-99. `HOW-2` and [HOW-2](/guide) stay. (COV-8)")
    assert got.count('href="/policies#HOW-2"') == 1
    assert got.count('href="/policies#COV-8"') == 1
    assert "not HOW-99" in got
    assert "<code>HOW-2</code>" in got
    assert 'href="/guide"' in got


def test_tables_lists_and_links_stay() -> None:
    got = html("| A | B |\n|---|---|\n| 1 | 2 |\n\n- x\n\n[y](/articles)")
    assert all(part in got for part in ("<table>", "<td>1</td>", "<li>x</li>", '<a href="/articles"'))
