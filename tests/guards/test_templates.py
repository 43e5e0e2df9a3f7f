"""Every template compiles, and none holds what the strict content security policy would block."""

import re
from pathlib import Path

import pytest
from flask import Flask

TEMPLATES = Path(__file__).parent.parent.parent / "portal" / "templates"
ALL = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.is_file())

FORBIDDEN = {
    "an inline style": re.compile(r"\sstyle\s*=|<style", re.I),
    "an inline handler": re.compile(r"\son[a-z]+\s*=|hx-on", re.I),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)", re.I),
    "an unescaped value": re.compile(r"\|\s*safe\b|autoescape\s+false", re.I),
    "an address of another site": re.compile(r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//", re.I),
    "evaluated htmx values": re.compile(r"hx-(?:vals|headers)\s*=\s*['\"]\s*js:", re.I),
}


@pytest.mark.parametrize("name", ALL)
def test_template_compiles(app: Flask, name: str) -> None:
    assert app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", [name for name in ALL if name.endswith(".html")])
def test_template_keeps_to_the_content_security_policy(name: str) -> None:
    text = re.sub(r"\{#.*?#\}", "", (TEMPLATES / name).read_text(), flags=re.S)
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


@pytest.mark.parametrize("name", [name for name in ALL if name.endswith(".html")])
def test_every_posted_form_carries_a_csrf_token(name: str) -> None:
    text = re.sub(r"\{#.*?#\}", "", (TEMPLATES / name).read_text(), flags=re.S)
    for form in re.findall(r"<form\b[^>]*method\s*=\s*[\"']post[\"'].*?</form>", text, flags=re.S | re.I):
        assert "csrf" in form, form[:200]


@pytest.mark.parametrize(
    "offence",
    [
        '<p style="x">',
        '<a onclick="x">',
        "<script>x</script>",
        "{{ x|safe }}",
        '<a href="//elsewhere.example">',
    ],
)
def test_the_guard_sees_each_offence(offence: str) -> None:
    assert any(pattern.search(offence) for pattern in FORBIDDEN.values())
