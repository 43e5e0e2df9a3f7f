"""Merging and taking apart, against a model: whatever is merged and in whatever order it is undone, nothing is lost."""

from collections import Counter
from itertools import count

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from portal.db import db
from portal.errors import PortalError
from portal.policy.wishes import Stand
from portal.wishlist import comments, following, merging, stands
from portal.wishlist.models import Wish
from tests.wishlist.wishes import published

pytestmark = pytest.mark.usefixtures("outbox")

WISHES = 5
PEOPLE = ("organiser", "contact", "other_contact", "outsider", "outside_contact")
SOCIETY = frozenset({"organiser", "contact", "other_contact"})
numbers = st.integers(0, WISHES - 1)
steps = st.one_of(
    st.tuples(st.just("merge"), numbers, numbers),
    st.tuples(st.just("merge"), numbers, numbers),
    st.tuples(st.just("unmerge"), numbers),
    st.tuples(st.just("stand"), numbers, st.sampled_from(PEOPLE), st.sampled_from(list(Stand))),
)
# Everything that a merge could lose: what people said, wrote and follow, and every column of the wishes.
ROWS = {
    "wish": "SELECT * FROM wish ORDER BY id",
    "stands": "SELECT * FROM wish_stand ORDER BY id",
    "organisations": "SELECT wish_id, organisation_id, stand, stood_at, chosen, chosen_at FROM organisation_stand ORDER BY 1, 2",
    "followers": "SELECT * FROM wish_follower ORDER BY id",
    "comments": "SELECT * FROM wish_comment ORDER BY id",
}
form_keys = count()


class Model:
    """Who is merged into whom, and what was said last by whom, in plain dictionaries."""

    def __init__(self):
        self.into = {}
        self.said = {}

    def root(self, wish):
        return self.root(self.into[wish]) if wish in self.into else wish

    def useful(self, root):
        """How many customers find it useful: the most among its people's last words, no one being neutral."""
        last = {}
        for (wish, who), (turn, stand) in self.said.items():
            if self.root(wish) == root:
                last[who] = max(last.get(who, (-1, None)), (turn, stand))
        answer = 0
        for customer in (SOCIETY, set(PEOPLE) - SOCIETY):
            counted = Counter(stand for who, (_, stand) in last.items() if who in customer)
            ranked = counted.most_common()
            answer += bool(ranked) and ranked[0][0] is Stand.USEFUL and ranked[0][1] > sum(
                number for stand, number in ranked if stand is not Stand.USEFUL and number == ranked[0][1]
            )  # fmt: skip
        return answer


def snapshot():
    db.session.rollback()
    return {name: [tuple(row) for row in db.session.execute(text(query))] for name, query in ROWS.items()}


def some_wishes(world):
    wishes = [published(world, f"Wish {number}", who=PEOPLE[number]).id for number in range(WISHES)]
    for number, wish in enumerate(wishes):
        following.follow_wish(world.actor(PEOPLE[-1 - number]), wish)
        comments.add_comment(world.actor("agent"), wish, body=f"On {number}", form_key=str(next(form_keys)))
    return wishes


def check(world, wishes, model):
    db.session.rollback()
    held = {wish.id: wish for wish in db.session.scalars(select(Wish))}
    for number, key in enumerate(wishes):
        root = model.root(number)
        assert held[key].root_id == wishes[root]
        assert held[key].state == ("merged" if number in model.into else "published")
        if root == number:
            assert held[key].useful == model.useful(number)


def play(world, wishes, model, step, clock):
    """One step, in the portal and in the model; refused by both or by neither."""
    clock.shift(1)
    match step:
        case ("merge", one, other):
            allowed = one != other and one not in model.into and other not in model.into
            try:
                merging.merge_wishes(world.actor("moderator"), wishes[one], wishes[other])
            except PortalError:
                assert not allowed
            else:
                assert allowed
                model.into[one] = other
        case ("unmerge", one):
            try:
                merging.unmerge_wish(world.actor("moderator"), wishes[one])
            except PortalError:
                assert one not in model.into
            else:
                del model.into[one]
        case ("stand", one, who, stand):
            # What people see, and answer to, is the wish that is left.
            root = model.root(one)
            stands.take_stand(world.actor(who), wishes[root], stand)
            model.said[root, who] = (
                len(model.said) + 1 + max((t for t, _ in model.said.values()), default=0),
                stand,
            )


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.lists(steps, min_size=4, max_size=10))
def test_counts_and_addresses_follow_the_model(world, steps):
    from tests.conftest import _empty
    from tests.people import settle

    db.session.remove()
    _empty()
    world = settle()
    with time_machine.travel("2026-06-01 12:00", tick=False) as clock:
        wishes, model = some_wishes(world), Model()
        model.said = {(number, PEOPLE[number]): (number, Stand.USEFUL) for number in range(WISHES)}
        for step in steps:
            play(world, wishes, model, step, clock)
            check(world, wishes, model)


@pytest.mark.parametrize("seed", range(4))
def test_any_merges_undone_in_any_order_leave_everything_as_it_was(world, seed):
    from random import Random

    chance = Random(seed)
    with time_machine.travel("2026-06-01 12:00", tick=False):
        wishes = some_wishes(world)
        stands.take_stand(world.actor("contact"), wishes[0], Stand.NOT_FOR_US)
        stands.choose_stand(world.actor("organiser"), wishes[1], world.society.id, Stand.NEUTRAL)
        before = snapshot()
        merged, left = [], list(wishes)
        while len(left) > 1:
            one = left.pop(chance.randrange(len(left)))
            merging.merge_wishes(world.actor("moderator"), one, chance.choice(left))
            merged.append(one)
        db.session.rollback()
        assert set(db.session.scalars(select(Wish.root_id))) == set(left)
        chance.shuffle(merged)
        for one in merged:
            merging.unmerge_wish(world.actor("manager"), one)
        assert snapshot() == before
