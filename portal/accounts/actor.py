"""Who acts: a person with the grants that hold at this moment."""

from dataclasses import dataclass, field

from portal.accounts.permissions import PERMISSIONS, STAFF, Role
from portal.errors import Forbidden


@dataclass(frozen=True)
class Scope:
    """Where a thing belongs. A thing of no event or organisation has neither."""

    event_id: int | None = None
    organisation_id: int | None = None


NOWHERE = Scope()


@dataclass(frozen=True)
class Actor:
    """A person and their roles, read in one query at the start of a request or a use case.

    `person_id` is None for a visitor who has not signed in and for the portal's own jobs.
    """

    person_id: int | None
    name: str
    email: str = ""
    time_zone: str = "America/New_York"
    shortcuts: bool = True
    staff_roles: frozenset[Role] = frozenset()
    organisation_ids: frozenset[int] = frozenset()
    contact_event_ids: frozenset[int] = frozenset()
    is_system: bool = field(default=False)

    @property
    def is_signed_in(self) -> bool:
        """Whether a person stands behind this actor."""
        return self.person_id is not None

    @property
    def is_staff(self) -> bool:
        """Whether the actor is one of the vendor's people."""
        return bool(self.staff_roles & STAFF)

    def roles(self) -> frozenset[Role]:
        """Every role held anywhere."""
        return self.staff_roles | self._customer_roles(
            bool(self.organisation_ids), bool(self.contact_event_ids)
        )

    def roles_in(self, scope: Scope) -> frozenset[Role]:
        """The roles that hold at `scope`: staff roles everywhere, the others where they were granted."""
        organiser = scope.organisation_id is not None and scope.organisation_id in self.organisation_ids
        contact = scope.event_id is not None and scope.event_id in self.contact_event_ids
        return self.staff_roles | self._customer_roles(organiser, contact)

    def may(self, permission: str, scope: Scope | None = None) -> bool:
        """Whether the actor holds `permission` at `scope`; without a scope, anywhere at all."""
        held = self.roles() if scope is None else self.roles_in(scope)
        return self.is_system or bool(held & PERMISSIONS[permission])

    def require(self, permission: str, scope: Scope | None = None) -> None:
        """Raise Forbidden unless the actor holds `permission` at `scope`."""
        if not self.may(permission, scope):
            raise Forbidden("Your role here does not include this.")

    @property
    def id(self) -> int:
        """The person's key. Raises Forbidden when nobody has signed in."""
        if self.person_id is None:
            raise Forbidden("Sign in to do this.")
        return self.person_id

    def own_key(self, form_key: str) -> str:
        """A form's key as stored: the person's own, so that nobody can take another's."""
        return f"{self.id}:{form_key}"

    @staticmethod
    def _customer_roles(organiser: bool, contact: bool) -> frozenset[Role]:
        held = {Role.ORGANISER: organiser, Role.CONTACT: contact}
        return frozenset(role for role, holds in held.items() if holds)


ANONYMOUS = Actor(person_id=None, name="Visitor")
SYSTEM = Actor(person_id=None, name="The portal", is_system=True)
