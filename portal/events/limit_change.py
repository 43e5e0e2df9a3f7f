"""What an edit of an event does to the number of its contacts (WHO-3), told before it is saved."""

from dataclasses import dataclass

from portal.errors import PortalError
from portal.policy.contacts import ContactLimit, is_over_limit


@dataclass(frozen=True)
class LimitChange:
    """The limit before and after an edit, and how many contacts are registered."""

    before: ContactLimit
    after: ContactLimit
    used: int

    @property
    def goes_over(self) -> bool:
        """Whether the event is within its limit now, and over it after the edit."""
        return self.is_over and not is_over_limit(self.before, self.used)

    @property
    def is_over(self) -> bool:
        """Whether the event is over its limit after the edit."""
        return is_over_limit(self.after, self.used)

    @property
    def needs_consent(self) -> bool:
        """Whether whoever edits is asked first: when the limit falls, which may put the event over it."""
        return self.after.total < self.before.total

    @property
    def mark(self) -> str:
        """What was agreed to; another mark is another change, to be agreed to anew."""
        return f"{self.before.total}-{self.after.total}-{self.used}"


class NotAgreed(PortalError):
    """The edit lowers the limit and nobody has agreed to that yet. Nothing is saved."""

    status, title = 422, "Please look at what follows"

    def __init__(self, change: LimitChange) -> None:
        super().__init__("This change lowers the number of contacts the event may have.", rule="WHO-3")
        self.change = change
