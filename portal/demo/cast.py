"""The people of the demo who are there by name: those to sign in as, and the vendor's team."""

from dataclasses import dataclass

from portal.accounts.permissions import Role

PASSWORD = "conference-demo"  # noqa: S105 - the demo publishes it on its sign-in page
EASTERN = "America/New_York"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody to sign in as. `does` tells visitors of the demo what to try with it."""

    email: str
    name: str
    role: Role
    time_zone: str
    does: str
    phone: str = ""
    organisation: str | None = None
    events: tuple[str, ...] = ()


ACCOUNTS: tuple[Account, ...] = (
    Account(
        "organiser@demo.example",
        "Annelise Holm",
        Role.ORGANISER,
        "Europe/Copenhagen",
        "Looks after three events of a learned society: adds a contact, asks for a removal, buys a seat.",
        organisation="oresund",
    ),
    Account(
        "contact@demo.example",
        "Mikkel Sandbæk",
        Role.CONTACT,
        "Europe/Copenhagen",
        "Technical contact of two events: reads an answer, opens a ticket, books training.",
        events=("oresund-next", "oresund-school"),
    ),
    Account(
        "agent@demo.example",
        "Dana Whitlock",
        Role.AGENT,
        EASTERN,
        "Works the queue: claims the most urgent ticket, answers, closes; publishes availability.",
    ),
    Account(
        "moderator@demo.example",
        "Jonah Feldt",
        Role.MODERATOR,
        EASTERN,
        "Reads new wishes: publishes, declines or answers them.",
    ),
    Account(
        "manager@demo.example",
        "Ruth Abernathy",
        Role.MANAGER,
        EASTERN,
        "Decides on removals, marks an order paid, plans wishes.",
    ),
    Account(
        "admin@demo.example",
        "Sylvia Tran",
        Role.ADMIN,
        EASTERN,
        "Looks after people and their roles, and reads the audit trail.",
    ),
    Account(
        "outsider@demo.example",
        "Piers Latham",
        Role.ORGANISER,
        "Europe/London",
        "Organiser of another customer, whose event is over its limit of contacts.",
        "+44 1632 960 118",
        organisation="fenland",
    ),
)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Another member of the vendor's team."""

    name: str
    role: Role

    @property
    def email(self) -> str:
        """Their address at the vendor."""
        return self.name.lower().replace(" ", ".") + "@conference-tracker.example"


TEAM: tuple[Colleague, ...] = (
    Colleague("Marcus Oyelaran", Role.AGENT),
    Colleague("Priya Raghunathan", Role.AGENT),
    Colleague("Tom Beckstrand", Role.AGENT),
    Colleague("Elena Ruiz-Ortega", Role.AGENT),
    Colleague("Walter Nakamura", Role.MANAGER),
)
