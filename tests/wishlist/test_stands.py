"""Usefulness is counted by customer, not by head: useful, neutral or not for us (WISH-2)."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.accounts.models import Grant
from portal.accounts.permissions import Role
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.events.models import Event
from portal.policy.usefulness import Tally, planning_score
from portal.policy.wishes import Stand
from portal.wishlist import stands
from portal.wishlist.counting import recount
from portal.wishlist.models import Wish, WishStand
from tests.people import contact, grant
from tests.wishlist.wishes import actions, counted, heads, in_state, published, say

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture
def wish(world):
    return published(world, who="agent")


def fresh(wish) -> Wish:
    db.session.rollback()
    return db.session.get_one(Wish, wish.id, populate_existing=True)


class TestCustomers:
    def test_a_customer_counts_once_however_many_say_so(self, world, wish):
        for who in ("organiser", "contact", "other_contact", "contact"):
            say(world, who, wish)
        assert (counted(wish), heads(wish)) == (1, 3)
        say(world, "outside_contact", wish)
        assert (counted(wish), heads(wish)) == (2, 4)

    def test_it_stands_where_most_of_its_people_stand_and_a_tie_is_neutral(self, world, wish):
        said = [("organiser", "useful", (1, 0, 0)), ("contact", "not_for_us", (0, 1, 0)),
                ("other_contact", "not_for_us", (0, 0, 1)), ("contact", "useful", (1, 0, 0))]  # fmt: skip
        for who, stand, expected in said:
            say(world, who, wish, stand)
            assert fresh(wish).tally == Tally(*expected, concerned=2)

    def test_it_counts_until_the_last_of_them_takes_it_back(self, world, wish):
        for who in ("organiser", "contact"):
            say(world, who, wish)
        for who, useful in (("organiser", 1), ("organiser", 1), ("contact", 0)):
            say(world, who, wish, None)
            assert counted(wish) == useful

    def test_who_belongs_to_several_customers_speaks_for_each_or_for_one(self, world, wish):
        contact(world.fair, world.organiser)
        db.session.commit()
        say(world, "organiser", wish)
        assert counted(wish) == 2
        say(world, "organiser", wish, "not_for_us", organisation_id=world.library.id)
        assert fresh(wish).tally == Tally(1, 0, 1, 2)
        say(world, "organiser", wish, None)
        assert counted(wish) == 0

    def test_the_rank_follows(self, world, wish):
        say(world, "organiser", wish)
        kept = fresh(wish)
        assert kept.score == planning_score(1, 1, 2)
        assert kept.trend > 0
        say(world, "outsider", wish, "not_for_us")
        assert (fresh(wish).score, fresh(wish).tally) == (0.5, Tally(1, 0, 1, 2))

    def test_the_trail_has_a_row_for_each_change_and_none_for_a_repetition(self, world, wish):
        before = len(actions())
        for stand in ("useful", "useful", None, None):
            say(world, "contact", wish, stand)
        assert actions()[before:] == ["wish.stood", "wish.stand_withdrawn"]
        last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (last.before, last.after, last.organisation_id) == (
            {"stand": "useful", "useful": 1}, {"stand": None, "useful": 0}, world.society.id,
        )  # fmt: skip

    def test_who_left_speaks_only_while_nobody_who_is_there_does(self, world, wish):
        say(world, "contact", wish, "not_for_us")
        db.session.execute(update(Grant).where(Grant.person_id == world.contact.id).values(ended_at=now()))
        recount(db.session.get_one(Wish, wish.id))
        db.session.commit()
        assert fresh(wish).tally == Tally(0, 0, 1, 2)
        say(world, "organiser", wish, "useful")
        assert fresh(wish).tally == Tally(1, 0, 0, 2)


class TestConcerned:
    @pytest.mark.parametrize(
        ("module", "facts", "expected"),
        [
            ("virtual_event", {"virtual_event_package": True}, 1), ("exhibitors", {"exhibitor_package": True}, 1),
            ("attendance_app", {"records_attendance": True}, 1),
            ("attendance_app", {"records_attendance": True, "in_person": False}, 0),
            ("premium", {"licence": "basic"}, 1), (None, {}, 2), ("virtual_event", {}, 0),
        ],
    )  # fmt: skip
    def test_only_customers_with_the_part_count(self, world, wish, module, facts, expected):
        if facts:
            db.session.execute(update(Event).where(Event.id == world.congress.id).values(**facts))
        db.session.execute(update(Wish).where(Wish.id == wish.id).values(module=module))
        db.session.commit()
        say(world, "organiser", wish)
        say(world, "outsider", wish)
        assert (fresh(wish).concerned, counted(wish)) == (expected, expected)
        assert heads(wish) == 2

    def test_who_has_had_no_event_for_a_year_counts_no_more(self, world, wish):
        say(world, "outsider", wish)
        gone = now().date() - timedelta(days=366)
        ended = update(Event).where(Event.id == world.fair.id).values(starts_on=gone, ends_on=gone)
        db.session.execute(ended)
        db.session.commit()
        say(world, "organiser", wish)
        assert fresh(wish).tally == Tally(1, 0, 0, 1)


class TestPart:
    def test_moderators_say_which_customers_it_concerns_and_it_is_counted_at_once(self, client, world, wish):
        db.session.execute(update(Event).where(Event.id == world.fair.id).values(exhibitor_package=True))
        db.session.commit()
        for who in ("organiser", "outsider"):
            say(world, who, wish)
        at, browser = f"/staff/wishes/{wish.id}/part", client.as_(world.moderator)
        assert browser.post(at, {"module": "exhibitors", "seen": ""}).status_code == 303
        assert fresh(wish).tally == Tally(1, 0, 0, 1)
        assert browser.post(at, {"module": "", "seen": ""}).status_code == 409
        assert browser.post(at, {"module": "everything", "seen": "exhibitors"}).status_code == 422
        assert browser.post(at, {"module": "", "seen": "exhibitors"}).status_code == 303
        assert fresh(wish).tally == Tally(2, 0, 0, 2)
        assert actions()[-1] == "wish.part_set"

    @pytest.mark.parametrize("who", ["agent", "organiser", "outsider", "admin"])
    def test_nobody_else_does(self, client, world, wish, who):
        with pytest.raises(Forbidden):
            stands.set_part(world.actor(who), wish.id, None, seen="")
        answer = client.as_(getattr(world, who)).post(f"/staff/wishes/{wish.id}/part", {"module": ""})
        assert answer.status_code == 403


class TestOrganiser:
    def test_they_set_the_stand_over_the_members_and_leave_it_to_them_again(self, client, world, wish):
        for who in ("contact", "other_contact"):
            say(world, who, wish)
        browser, at = client.as_(world.organiser), f"/wishes/{wish.id}/organisation-stand"
        form = {"stand": "not_for_us", "organisation_id": world.society.id}
        assert browser.post(at, form).status_code == 303
        assert fresh(wish).tally == Tally(0, 0, 1, 2)
        assert "as its organiser set it" in browser.get(f"/wishes/{wish.id}").text
        say(world, "organiser", wish)
        assert fresh(wish).tally == Tally(0, 0, 1, 2)
        assert browser.post(at, form | {"stand": "none"}).status_code == 303
        assert fresh(wish).tally == Tally(1, 0, 0, 2)
        assert actions()[-1] == "wish.stand_left_to_members"

    def test_it_needs_no_member(self, world, wish):
        stands.choose_stand(world.actor("organiser"), wish.id, world.society.id, Stand.USEFUL)
        assert (counted(wish), heads(wish)) == (1, 0)
        stands.choose_stand(world.actor("organiser"), wish.id, world.society.id, None)
        assert counted(wish) == 0

    @pytest.mark.parametrize("who", ["contact", "outsider", "agent", "manager", "moderator"])
    def test_nobody_else_does(self, client, world, wish, who):
        with pytest.raises(Forbidden):
            stands.choose_stand(world.actor(who), wish.id, world.society.id, Stand.USEFUL)
        form = {"stand": "useful", "organisation_id": world.society.id}
        answer = client.as_(getattr(world, who)).post(f"/wishes/{wish.id}/organisation-stand", form)
        assert answer.status_code in (403, 422)
        assert counted(wish) == 0

    def test_the_page_tells_the_answers_by_number_and_offers_the_choice_to_organisers(
        self, client, world, wish
    ):
        say(world, "other_contact", wish, "neutral")
        page = client.as_(world.organiser).get(f"/wishes/{wish.id}").text
        assert "1 neutral" in page
        assert "Set to" in page
        assert world.other_contact.name not in page
        assert "Set to" not in client.as_(world.contact).get(f"/wishes/{wish.id}").text


class TestClosed:
    @pytest.mark.parametrize("state", ["submitted", "declined"])
    def test_what_is_not_published_takes_no_answers_and_is_not_there_for_others(self, client, world, state):
        wish = in_state(world, state, who="contact")
        with pytest.raises(NotFound):
            say(world, "outsider", wish)
        with pytest.raises(Conflict):
            say(world, "contact", wish)
        for stand in ("useful", "none"):
            answer = client.as_(world.organiser).post(f"/wishes/{wish.id}/stand", {"stand": stand})
            assert answer.status_code == 404
            assert wish.title not in answer.text
        assert counted(wish) == 1

    def test_what_is_done_takes_no_answers(self, client, world):
        wish = in_state(world, "done")
        answer = client.as_(world.outsider).post(f"/wishes/{wish.id}/stand", {"stand": "useful"})
        assert answer.status_code == 409
        assert "is done, so no more answers are counted" in answer.text
        assert f'id="stand-{wish.id}-useful"' not in client.as_(world.outsider).get(f"/wishes/{wish.id}").text

    def test_nor_does_what_is_locked(self, world, wish):
        db.session.execute(update(Wish).where(Wish.id == wish.id).values(locked_at=now()))
        db.session.commit()
        with pytest.raises(Conflict, match="locked"):
            say(world, "contact", wish)
        with pytest.raises(Conflict, match="locked"):
            stands.choose_stand(world.actor("organiser"), wish.id, world.society.id, Stand.USEFUL)


class TestPages:
    def test_htmx_gets_the_widget_and_a_plain_browser_a_redirect(self, client, world, wish):
        browser, at = client.as_(world.contact), f"/wishes/{wish.id}/stand"
        widget = browser.fragment("post", at, data={"stand": "useful"}, form_at=f"/wishes/{wish.id}")
        assert widget.status_code == 200
        assert widget.text.lstrip().startswith(f'<div class="wish-stand" id="stand-{wish.id}"')
        assert 'value="none"' in widget.text
        answer = browser.post(at, {"stand": "none"})
        assert (answer.status_code, answer.location) == (303, f"/wishes/{wish.id}")
        assert counted(wish) == 0
        assert 'value="none"' not in browser.get("/wishes").text

    @pytest.mark.parametrize("stand", ["", "loved", "\x00", "useful,neutral"])
    def test_what_is_no_stand_is_refused(self, client, world, wish, stand):
        assert client.as_(world.contact).post(f"/wishes/{wish.id}/stand", {"stand": stand}).status_code == 422
        assert heads(wish) == 0

    def test_a_colleagues_answer_is_told_without_a_name(self, client, world, wish):
        say(world, "organiser", wish)
        page = client.as_(world.contact).get(f"/wishes/{wish.id}").text
        assert "A colleague of yours" in page
        assert world.organiser.name not in page
        assert "A colleague of yours" not in client.as_(world.outsider).get(f"/wishes/{wish.id}").text

    def test_other_customers_are_not_shown_who_answered(self, client, world, wish):
        say(world, "organiser", wish)
        for address in ("/wishes", f"/wishes/{wish.id}"):
            page = client.as_(world.outsider).get(address).text
            assert world.society.name not in page
            assert world.organiser.name not in page

    def test_who_may_not_answer_is_offered_nothing(self, client, world, wish):
        for who in ("admin", "nobody"):
            answer = client.as_(getattr(world, who)).post(f"/wishes/{wish.id}/stand", {"stand": "useful"})
            assert answer.status_code == 403
        assert "/stand" not in client.as_(world.admin).get(f"/wishes/{wish.id}").text


class TestStaff:
    def test_they_answer_in_a_named_customers_name_on_record(self, client, world, wish):
        form = {"stand": "useful", "organisation_id": world.library.id, "note": "By phone."}
        assert client.as_(world.agent).post(f"/staff/wishes/{wish.id}/customers", form).status_code == 303
        assert counted(wish) == 1
        said = db.session.scalars(select(WishStand)).one()
        assert (said.organisation_id, said.person_id, said.on_behalf) == (
            world.library.id,
            world.agent.id,
            True,
        )
        last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (last.action, last.actor_id, last.organisation_id, last.after["note"]) == (
            "wish.stood", world.agent.id, world.library.id, "By phone.",
        )  # fmt: skip

    def test_what_a_customers_own_people_say_is_not_on_behalf(self, world, wish):
        grant(world.agent, Role.ORGANISER, organisation_id=world.society.id)
        db.session.commit()
        say(world, "agent", wish)
        assert not db.session.scalars(select(WishStand.on_behalf)).one()

    def test_they_take_back_their_own_and_nobody_elses(self, world, wish):
        say(world, "outsider", wish)
        say(world, "agent", wish, organisation_id=world.library.id)
        say(world, "manager", wish, None, organisation_id=world.library.id)
        assert heads(wish) == 2
        say(world, "agent", wish, None, organisation_id=world.library.id)
        assert (counted(wish), heads(wish)) == (1, 1)

    def test_without_a_customer_they_are_asked_for_one(self, client, world, wish):
        form = {"stand": "useful", "note": "Kept"}
        answer = client.as_(world.agent).post(f"/staff/wishes/{wish.id}/customers", form)
        assert answer.status_code == 422
        assert "Choose the customer" in answer.text
        assert 'value="Kept"' in answer.text
        assert client.as_(world.agent).post(f"/wishes/{wish.id}/stand", form).status_code == 403
        with pytest.raises(Forbidden) as refused:
            say(world, "agent", wish)
        assert refused.value.rule == "WISH-2"

    @pytest.mark.parametrize("customer", ["x", "-1", "999999", "9" * 40])
    def test_an_unknown_customer_is_refused(self, client, world, wish, customer):
        form = {"stand": "useful", "organisation_id": customer}
        assert client.as_(world.agent).post(f"/staff/wishes/{wish.id}/customers", form).status_code == 422
        assert heads(wish) == 0
        with pytest.raises(Invalid):
            say(world, "agent", wish, organisation_id=999_999)

    @pytest.mark.parametrize("who", ["organiser", "contact", "admin"])
    def test_nobody_else_speaks_for_a_customer(self, client, world, wish, who):
        for stand in ("useful", None):
            with pytest.raises(Forbidden):
                say(world, who, wish, stand, organisation_id=world.library.id)
        form = {"stand": "useful", "organisation_id": world.library.id}
        browser = client.as_(getattr(world, who))
        assert browser.post(f"/staff/wishes/{wish.id}/customers", form).status_code == 403
        assert browser.get(f"/staff/wishes/{wish.id}/customers").status_code == 403
        assert heads(wish) == 0

    def test_the_page_names_the_customers_to_staff(self, client, world, wish):
        say(world, "outsider", wish)
        page = client.as_(world.agent).get(f"/staff/wishes/{wish.id}/customers").text
        assert f'<th scope="row">{world.library.name}</th>' in page
        assert world.outsider.email not in page
        assert f'<th scope="row">{world.society.name}</th>' not in page
        assert "#WISH-2" in page
