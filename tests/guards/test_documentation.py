"""What the documentation says of settings and limits is what the code does."""

from pathlib import Path

import pytest

from portal.config import Settings, load_settings, variable

DOCS = Path(__file__).parent.parent.parent / "docs"


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_documented(field: str) -> None:
    description = Settings.model_fields[field].description
    assert f"| `{variable(field)}` |" in (DOCS / "operations.md").read_text()
    assert description
    assert description in (DOCS / "operations.md").read_text()


def test_the_attachment_limits_in_the_security_page_hold() -> None:
    settings = load_settings({})
    text = (DOCS / "security.md").read_text()
    assert f"| {settings.attachment_max_bytes // 2**20} MiB |" in text
    assert f"| attachments of a message | {settings.attachment_max_count} |" in text
    assert f"{settings.session_idle_minutes // 60} hours unused" in text
    assert f"{settings.session_hours // 24} days in any case" in text


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_read_by_something(field: str) -> None:
    portal = DOCS.parent / "portal"
    readers = [
        path for path in portal.rglob("*.py") if path.name != "config.py" and f".{field}" in path.read_text()
    ]
    inside = (portal / "config.py").read_text()
    templates = [path for path in portal.rglob("*.html") if f"settings.{field}" in path.read_text()]
    assert readers or templates or f"self.{field}" in inside or f"settings.{field}" in inside
