"""Ways on as links."""

from collections.abc import Iterable

from flask import url_for

from portal.errors import Link


def hrefs(links: Iterable[Link]) -> list[dict[str, str]]:
    """Ways on as templates show them: a label and an address each."""
    return [{"label": link.label, "href": url_for(link.endpoint, **link.values)} for link in links]
