"""Usefulness is counted by customer, not by head (WISH-2)."""

import pytest
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.wishlist import service
from portal.wishlist.models import Vote
from tests.people import contact
from tests.wishlist.wishes import actions, cast, counted, in_state, published

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture
def wish(world):
    return published(world, who="agent")


class TestCustomers:
    def test_a_customer_counts_once_however_many_say_so(self, world, wish):
        for who in ("organiser", "contact", "other_contact", "contact"):
            service.say_useful(world.actor(who), wish.id)
        assert (counted(wish), cast(wish)) == (1, 3)
        service.say_useful(world.actor("outside_contact"), wish.id)
        assert (counted(wish), cast(wish)) == (2, 4)

    def test_it_counts_until_the_last_of_them_takes_it_back(self, world, wish):
        for who in ("organiser", "contact"):
            service.say_useful(world.actor(who), wish.id)
        service.take_back_useful(world.actor("organiser"), wish.id)
        assert counted(wish) == 1
        service.take_back_useful(world.actor("organiser"), wish.id)
        assert counted(wish) == 1
        service.take_back_useful(world.actor("contact"), wish.id)
        assert counted(wish) == 0

    def test_who_belongs_to_several_customers_votes_for_each(self, world, wish):
        contact(world.fair, world.organiser)
        db.session.commit()
        service.say_useful(world.actor("organiser"), wish.id)
        assert counted(wish) == 2
        service.take_back_useful(world.actor("organiser"), wish.id)
        assert counted(wish) == 0

    def test_the_trail_has_a_row_for_each_change_and_none_for_a_repetition(self, world, wish):
        before = len(actions())
        for _ in range(2):
            service.say_useful(world.actor("contact"), wish.id)
        for _ in range(2):
            service.take_back_useful(world.actor("contact"), wish.id)
        assert actions()[before:] == ["wish.voted", "wish.vote_withdrawn"]
        last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (last.before, last.after, last.organisation_id) == (
            {"votes": 1},
            {"votes": 0},
            world.society.id,
        )

    @pytest.mark.parametrize("state", ["submitted", "declined"])
    def test_what_is_not_published_takes_no_votes_and_is_not_there_for_others(self, client, world, state):
        wish = in_state(world, state, who="contact")
        with pytest.raises(NotFound):
            service.say_useful(world.actor("outsider"), wish.id)
        with pytest.raises(Conflict):
            service.say_useful(world.actor("contact"), wish.id)
        for useful in ("yes", "no"):
            answer = client.as_(world.organiser).post(f"/wishes/{wish.id}/vote", {"useful": useful})
            assert answer.status_code == 404
            assert wish.title not in answer.text
        assert counted(wish) == 1

    def test_what_is_done_takes_no_votes(self, client, world):
        wish = in_state(world, "done")
        answer = client.as_(world.outsider).post(f"/wishes/{wish.id}/vote")
        assert answer.status_code == 409
        assert "takes no votes" in answer.text
        assert f'id="vote-{wish.id}"' not in client.as_(world.outsider).get(f"/wishes/{wish.id}").text


class TestPages:
    def test_htmx_gets_the_widget_and_a_plain_browser_a_redirect(self, client, world, wish):
        browser = client.as_(world.contact)
        widget = browser.fragment("post", f"/wishes/{wish.id}/vote", form_at=f"/wishes/{wish.id}")
        assert widget.status_code == 200
        assert widget.text.lstrip().startswith(f'<div class="wish-votes" id="votes-{wish.id}"')
        assert "Yours too" in widget.text
        answer = browser.post(f"/wishes/{wish.id}/vote", {"useful": "no"})
        assert (answer.status_code, answer.location) == (303, f"/wishes/{wish.id}")
        assert counted(wish) == 0
        assert "Yours too" not in browser.get("/wishes").text

    def test_a_colleagues_vote_is_told_without_a_name(self, client, world, wish):
        service.say_useful(world.actor("organiser"), wish.id)
        page = client.as_(world.contact).get(f"/wishes/{wish.id}").text
        assert "a colleague of yours" in page
        assert world.organiser.name not in page
        assert "a colleague of yours" not in client.as_(world.outsider).get(f"/wishes/{wish.id}").text

    def test_customers_are_not_shown_who_voted(self, client, world, wish):
        service.say_useful(world.actor("organiser"), wish.id)
        for address in ("/wishes", f"/wishes/{wish.id}"):
            page = client.as_(world.outsider).get(address).text
            assert world.society.name not in page
            assert world.organiser.name not in page

    def test_who_may_not_vote_is_offered_nothing(self, client, world, wish):
        for who, status in (("admin", 403), ("nobody", 403)):
            answer = client.as_(getattr(world, who)).post(f"/wishes/{wish.id}/vote")
            assert answer.status_code == status
        assert "/vote" not in client.as_(world.admin).get(f"/wishes/{wish.id}").text


class TestStaff:
    def test_they_vote_in_a_named_customers_name_on_record(self, client, world, wish):
        agent = client.as_(world.agent)
        answer = agent.post(
            f"/wishes/{wish.id}/vote", {"organisation_id": world.library.id, "note": "By phone."}
        )
        assert answer.status_code == 303
        assert counted(wish) == 1
        vote = db.session.scalars(select(Vote)).one()
        assert (vote.organisation_id, vote.person_id) == (world.library.id, world.agent.id)
        last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (last.action, last.actor_id, last.organisation_id, last.after["note"]) == (
            "wish.voted", world.agent.id, world.library.id, "By phone.",
        )  # fmt: skip

    def test_they_take_back_their_own_and_nobody_elses(self, world, wish):
        service.say_useful(world.actor("outsider"), wish.id)
        service.say_useful_for(world.actor("agent"), wish.id, world.library.id, note="")
        service.take_back_useful_for(world.actor("manager"), wish.id, world.library.id)
        assert cast(wish) == 2
        service.take_back_useful_for(world.actor("agent"), wish.id, world.library.id)
        assert (counted(wish), cast(wish)) == (1, 1)

    def test_without_a_customer_they_are_asked_for_one(self, client, world, wish):
        answer = client.as_(world.agent).post(f"/wishes/{wish.id}/vote", {"note": "Kept"})
        assert answer.status_code == 422
        assert "Choose the customer" in answer.text
        assert 'value="Kept"' in answer.text
        with pytest.raises(Forbidden) as refused:
            service.say_useful(world.actor("agent"), wish.id)
        assert refused.value.rule == "WISH-2"

    @pytest.mark.parametrize("customer", ["x", "-1", "999999", "9" * 40])
    def test_an_unknown_customer_is_refused(self, client, world, wish, customer):
        answer = client.as_(world.agent).post(f"/wishes/{wish.id}/vote", {"organisation_id": customer})
        assert answer.status_code == 422
        assert cast(wish) == 0
        with pytest.raises(Invalid):
            service.say_useful_for(world.actor("agent"), wish.id, 999_999, note="")

    @pytest.mark.parametrize("who", ["organiser", "contact", "admin"])
    def test_nobody_else_speaks_for_a_customer(self, client, world, wish, who):
        for speak in (
            lambda: service.say_useful_for(world.actor(who), wish.id, world.library.id, note=""),
            lambda: service.take_back_useful_for(world.actor(who), wish.id, world.library.id),
        ):
            with pytest.raises(Forbidden):
                speak()
        client.as_(getattr(world, who)).post(f"/wishes/{wish.id}/vote", {"organisation_id": world.library.id})
        assert cast(wish) == 0

    def test_the_page_names_the_customers_to_staff(self, client, world, wish):
        service.say_useful(world.actor("outsider"), wish.id)
        page = client.as_(world.agent).get(f"/wishes/{wish.id}").text
        assert f"<span>{world.library.name}</span>" in page
        assert world.outsider.email not in page
        assert f"<span>{world.society.name}</span>" not in page
        assert "#WISH-2" in page
