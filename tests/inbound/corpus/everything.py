"""The whole corpus: what is checked in its meaning, and what is checked only to be survived."""

from collections.abc import Iterator

from tests.inbound.corpus.automatic import automatic_samples, calendar_samples
from tests.inbound.corpus.bounces import bounce_samples
from tests.inbound.corpus.clients import client_samples
from tests.inbound.corpus.enclosed import file_samples
from tests.inbound.corpus.headers import header_samples
from tests.inbound.corpus.markup import markup_samples
from tests.inbound.corpus.mutations import bombs, damaged
from tests.inbound.corpus.shapes import charset_samples, forward_samples, notes_samples, order_samples
from tests.inbound.corpus.structure import structure_samples
from tests.inbound.corpus.writing import Sample

CLASSES = {
    "clients": client_samples,
    "charsets": charset_samples,
    "order": order_samples,
    "forwards": forward_samples,
    "notes": notes_samples,
    "bounces": bounce_samples,
    "automatic": automatic_samples,
    "calendars": calendar_samples,
    "headers": header_samples,
    "markup": markup_samples,
    "files": file_samples,
    "structure": structure_samples,
}
TO_DAMAGE = (
    "gmail, he, quotes ours",
    "outlook_html_only, de, quotes ours",
    "thunderbird, ja, quotes another's",
    "charset iso-2022-jp, base64",
    "bounce: Postfix, unknown user",
    "bounce: qmail in words",
    "calendar: accepted",
    "hostile markup",
    "picture inside",
    "a mail as a file",
    "file: RFC 2231 in pieces",
    "headers twice",
)


def samples() -> Iterator[Sample]:
    """Mail whose meaning is known."""
    for made in CLASSES.values():
        yield from made()


def damage() -> Iterator[Sample]:
    """Mail that is only to be survived."""
    for sample in samples():
        if sample.name in TO_DAMAGE:
            yield from damaged(sample)
    yield from bombs()
