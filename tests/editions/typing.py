"""What a browser sends of a form as it stands on a page."""

import html
import re
from typing import Any

INPUT = re.compile(r"<(input|textarea)\b([^>]*)>(?:([^<]*)</textarea>)?")
ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')


def typed(page: str) -> dict[str, Any]:
    """Every field of the page's forms as it would be sent; what is ticked several times is a list."""
    sent: dict[str, Any] = {}
    for tag, attributes, text in INPUT.findall(page):
        found = {name: html.unescape(value) for name, value in ATTRIBUTE.findall(attributes)}
        name, kind = found.get("name"), found.get("type", "text")
        if not name or name == "csrf_token" or (kind in ("checkbox", "radio") and "checked" not in found):
            continue
        value = html.unescape(text).lstrip("\r\n") if tag == "textarea" else found.get("value", "")
        sent[name] = [*sent[name], value] if isinstance(sent.get(name), list) else (
            [value] if kind == "checkbox" else value
        )  # fmt: skip
    return sent
