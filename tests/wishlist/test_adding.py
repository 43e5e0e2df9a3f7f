"""Everyone may add a wish; what is alike is shown first, once (WISH-1)."""

import uuid

import pytest
from sqlalchemy import func, select, update

from portal import create_app
from portal.accounts.models import Grant
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from portal.errors import Forbidden, Invalid
from portal.wishlist.models import Wish
from portal.wishlist.similar import similar_wishes
from tests import conftest
from tests.people import contact
from tests.signing_in import PortalClient
from tests.wishlist.wishes import STATES, actions, add, in_state, published

pytestmark = pytest.mark.usefixtures("outbox")

TYPED = {"title": "Print badges for late guests", "problem": "They queue for an hour.", "idea": "A kiosk."}


def wishes():
    return db.session.scalar(select(func.count()).select_from(Wish))


class TestAdding:
    @pytest.mark.parametrize(
        "who", ["organiser", "contact", "outsider", "agent", "moderator", "manager", "admin"]
    )
    def test_everyone_may(self, client, world, outbox, who):
        browser = client.as_(getattr(world, who))
        answer = browser.post("/wishes/new", TYPED)
        assert answer.status_code == 303
        assert "With the moderators" in browser.get(answer.location).text
        assert outbox.subjects() == []
        assert actions()[0] == "wish.submitted"

    def test_nobody_without_a_role_may(self, client, world):
        assert client.as_(world.nobody).get("/wishes/new").status_code == 403
        with pytest.raises(Forbidden):
            add(world.actor("nobody"))

    def test_who_lost_the_last_role_adds_nothing_more(self, world):
        actor = world.actor("contact")
        db.session.execute(update(Grant).where(Grant.person_id == world.contact.id).values(ended_at=now()))
        db.session.commit()
        with pytest.raises(Forbidden):
            add(actor)
        assert wishes() == 0

    def test_a_customers_wish_counts_for_that_customer_and_says_so_on_record(self, world):
        wish = add(world.actor("contact"))
        assert (wish.organisation_id, wish.useful, wish.state) == (world.society.id, 1, "submitted")
        assert actions() == ["wish.submitted", "wish.stood"]
        trail = db.session.scalars(select(AuditEntry)).first()
        assert (trail.organisation_id, trail.after["title"]) == (world.society.id, wish.title)

    def test_staff_add_for_a_customer_or_in_nobodys_name(self, client, world):
        agent = client.as_(world.agent)
        agent.post("/wishes/new", TYPED | {"organisation_id": world.library.id})
        agent.post("/wishes/new", TYPED | {"organisation_id": ""})
        found = [(wish.organisation_id, wish.useful) for wish in db.session.scalars(select(Wish))]
        assert found == [(world.library.id, 1), (None, 0)]
        page = agent.get("/wishes/1").text
        assert "On behalf of" in page
        assert world.library.name in page

    def test_who_added_it_is_told_to_staff_alone(self, client, world):
        wish = published(world, who="other_contact")
        page = client.as_(world.outsider).get(f"/wishes/{wish.id}").text
        assert world.other_contact.name not in page
        assert world.society.name not in page
        assert world.other_contact.name in client.as_(world.agent).get(f"/wishes/{wish.id}").text

    @pytest.mark.parametrize("who", ["organiser", "contact"])
    def test_nobody_adds_in_another_customers_name(self, client, world, who):
        answer = client.as_(getattr(world, who)).post(
            "/wishes/new", TYPED | {"organisation_id": world.library.id}
        )
        assert answer.status_code == 422
        with pytest.raises(Invalid):
            add(world.actor(who), organisation_id=world.library.id)
        assert wishes() == 0

    def test_who_belongs_to_several_customers_says_for_which(self, client, world):
        contact(world.fair, world.organiser)
        db.session.commit()
        browser = client.as_(world.organiser)
        assert browser.post("/wishes/new", TYPED).status_code == 422
        assert browser.post("/wishes/new", TYPED | {"organisation_id": world.library.id}).status_code == 303
        db.session.rollback()
        assert db.session.scalars(select(Wish.organisation_id)).one() == world.library.id

    def test_a_double_click_is_one_wish(self, world):
        key = str(uuid.uuid4())
        assert add(world.actor("contact"), form_key=key).id == add(world.actor("contact"), form_key=key).id
        assert wishes() == 1

    def test_nothing_typed_is_told_beside_each_field(self, client, world):
        answer = client.as_(world.contact).post(
            "/wishes/new", {"title": " ", "problem": "", "idea": "Keep me"}
        )
        assert answer.status_code == 422
        assert "Say in one line" in answer.text
        assert "Describe the problem" in answer.text
        assert "Keep me" in answer.text

    @pytest.mark.parametrize(
        "typed",
        [
            {"title": "x" * 121}, {"problem": "x" * 4001}, {"idea": "x" * 4001}, {"organisation_id": "x"},
            {"organisation_id": "9" * 30}, {"organisation_id": "-1"}, {"organisation_id": "999999"},
        ],
    )  # fmt: skip
    def test_what_cannot_be_taken_is_refused(self, client, world, typed):
        assert client.as_(world.agent).post("/wishes/new", TYPED | typed).status_code == 422
        db.session.rollback()
        assert wishes() == 0

    def test_a_form_cannot_decide_what_is_not_in_it(self, client, world):
        forged = {
            "state": "published",
            "useful": "99",
            "decision": "planned",
            "author_id": world.manager.id,
            "title": "A\x00 b\nc",
        }
        client.as_(world.contact).post("/wishes/new", TYPED | forged)
        wish = db.session.scalars(select(Wish)).one()
        assert (wish.state, wish.useful, wish.author_id, wish.title) == (
            "submitted", 1, world.contact.id, "A b c",
        )  # fmt: skip

    def test_another_page_can_fill_it_in(self, client, world):
        page = (
            client.as_(world.contact).get("/wishes/new?title=Say+%22who%22&problem=Typed+in+a+ticket%00").text
        )
        assert 'value="Say &#34;who&#34;"' in page
        assert "Typed in a ticket</textarea>" in page

    def test_it_says_that_no_date_is_promised(self, client, world):
        page = client.as_(world.contact).get("/wishes/new").text
        assert "no date can be promised" in page
        assert "#WISH-3" in page

    def test_twenty_a_day(self, database_url, tmp_path, world):
        app = create_app(conftest.test_settings(database_url, tmp_path, rate_limits=True))
        browser = PortalClient(app, world.contact)
        try:
            for number in range(20):
                assert browser.post("/wishes/new", {"title": "refused"}).status_code == 422
                assert browser.post("/wishes/new", TYPED | {"title": f"W{number}"}).status_code == 303
            answer = browser.post("/wishes/new", TYPED | {"title": "One too many"})
            assert answer.status_code == 429
            assert PortalClient(app, world.outsider).post("/wishes/new", TYPED).status_code == 303
        finally:
            with app.app_context():
                db.engine.dispose()


class TestSimilar:
    def test_alike_ones_are_shown_once_with_all_that_was_typed(self, client, world):
        wish = published(world, "Badge printing at the door")
        browser = client.as_(world.contact)
        step = browser.post("/wishes/new", TYPED | {"title": "Printing a badge for guests"})
        assert step.status_code == 200
        for words in ("Similar wishes", wish.title, "Add mine anyway", TYPED["problem"], TYPED["idea"]):
            assert words in step.text
        assert wishes() == 1
        again = browser.post(
            "/wishes/new", TYPED | {"title": "Printing a badge for guests", "similar_seen": "yes"}
        )
        assert again.status_code == 303
        db.session.rollback()
        assert wishes() == 2

    @pytest.mark.parametrize(
        ("title", "found"),
        [
            ("badges, printed", True), ("PRINTING of a Badge", True), ("Print the invoices", False),
            ("The and of", False), ("", False), ("' & | ! :* <-> ( \\ --", False), ("badge or or print", True),
        ],
    )  # fmt: skip
    def test_two_words_in_common_are_alike(self, world, title, found):
        wish = published(world, "Badge printing at the door")
        assert [each.id for each in similar_wishes(world.actor("contact"), title)] == [wish.id] * found

    @pytest.mark.parametrize("state", STATES)
    def test_only_what_everybody_sees_is_alike(self, client, world, state):
        wish = in_state(world, state)
        listed = state in ("published", "planned", "done")
        for who in ("organiser", "outsider", "moderator"):
            assert bool(similar_wishes(world.actor(who), wish.title)) == listed
        step = client.as_(world.outsider).post("/wishes/new", TYPED | {"title": wish.title})
        assert (f"/wishes/{wish.id}" in step.text) == listed
