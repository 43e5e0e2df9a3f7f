"""Support's answer in the words in which a contact hands it to the attendee: without who wrote it to whom (WHO-2)."""

GREETING_MOST = 40
CLOSINGS = ("best regards", "kind regards", "regards", "best wishes", "best", "thanks")


def without_greeting(text: str) -> str:
    """A text without a greeting that has its first line to itself; as it is where there is nothing else."""
    first, _, rest = text.lstrip().partition("\n")
    greets = len(first) <= GREETING_MOST and first.rstrip().endswith((",", "!"))
    return rest.lstrip() if greets and rest.strip() else text


def for_the_attendee(text: str, writer: str) -> str:
    """Support's answer without its greeting, and without the name of its writer under it."""
    lines = without_greeting(text).rstrip().split("\n")
    names = {writer.lower(), *writer.lower().split()[:1]}
    while len(lines) > 1 and _signs(lines[-1], names):
        lines.pop()
    return "\n".join(lines).rstrip()


def _signs(line: str, names: set[str]) -> bool:
    words = line.strip(" \t\r-,.").lower()
    return not words or words in names or words in CLOSINGS
