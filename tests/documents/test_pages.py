"""Documents are read, printed and saved by those who may read the order, and by nobody else."""

import html
import re

import pytest
from sqlalchemy import text

from portal.accounts.actor import SYSTEM
from portal.clock import now
from portal.db import db, in_transaction
from portal.documents.issue import issue_credit_note, issue_invoice, issue_receipt
from portal.documents.layout import layout_of
from portal.documents.models import Document
from tests.documents.test_reading import BAD


@pytest.fixture
def issue(place):
    """Issue the invoice of a new order."""

    def write(event=None, **changes):
        order = place(event, **changes)
        return in_transaction(lambda: issue_invoice(SYSTEM, db.session.merge(order)))

    return write


def again(document):
    return db.session.get_one(Document, document.id)


class TestWho:
    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("organiser", 200), ("manager", 200), ("agent", 200),
            ("outsider", 404), ("contact", 404), ("outside_contact", 404), ("moderator", 404), ("admin", 404),
        ],
    )  # fmt: skip
    def test_page_and_file(self, client, world, issue, who, status):
        document, browser = issue(), client.as_(getattr(world, who))
        assert browser.get(f"/documents/{document.id}").status_code == status
        assert browser.get(f"/documents/{document.id}.pdf").status_code == status
        assert browser.fragment("get", f"/documents/{document.id}").status_code == status

    def test_nobody_without_signing_in(self, client, issue):
        document = issue()
        for address in (f"/documents/{document.id}", f"/documents/{document.id}.pdf", "/documents"):
            assert "/sign-in" in client.get(address).location

    def test_a_right_that_ended_is_asked_for_each_time(self, client, world, issue):
        document, browser = issue(), client.as_(world.organiser)
        assert browser.get(f"/documents/{document.id}.pdf").status_code == 200
        db.session.execute(text("UPDATE role_grant SET ended_at = now() WHERE role = 'organiser'"))
        db.session.commit()
        assert browser.get(f"/documents/{document.id}.pdf").status_code == 404

    def test_each_customer_lists_its_own(self, client, world, issue):
        ours, theirs = issue(), issue(world.fair)
        listed = client.as_(world.organiser).get("/documents").text
        assert ours.reference in listed
        assert theirs.reference not in listed
        assert "Statement of Society of Tests" in listed
        assert theirs.reference in client.as_(world.manager).get("/documents").text
        assert client.as_(world.contact).get("/documents").status_code == 403
        foreign = f"/documents?order={theirs.order_id}"
        assert client.as_(world.organiser).get(foreign).status_code == 404
        assert (
            client.as_(world.organiser).get(f"/documents?organisation={world.library.id}").status_code == 404
        )


class TestReading:
    def test_the_page_says_what_the_file_says(self, client, world, issue):
        document = issue(purchase_order="PO & Söhne", tax_rate=825)
        page = html.unescape(client.as_(world.organiser).get(f"/documents/{document.id}").text)
        words = [said for said in layout_of(again(document)).texts() if said]
        assert [said for said in words if said not in page] == []
        assert "PO & Söhne" in words

    def test_the_file_is_a_download(self, client, world, issue):
        answer = client.as_(world.organiser).get(f"/documents/{issue().id}.pdf")
        assert answer.data.startswith(b"%PDF-")
        assert answer.mimetype == "application/pdf"
        assert answer.headers["Content-Disposition"] == "attachment; filename=INV-00001.pdf"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer.headers["Cache-Control"]

    def test_the_order_lists_its_documents(self, client, world, issue):
        document = issue()

        def more():
            order = again(document).order
            issue_receipt(
                SYSTEM,
                order,
                cents=50_000,
                method="On invoice",
                reference="B-1",
                received_at=now(),
                cause="p:1",
            )
            issue_credit_note(SYSTEM, again(document), cents=10_000, reason="Goodwill", cause="r:1")

        in_transaction(more)
        order = client.as_(world.organiser).get(f"/orders/{document.order_id}").text
        for reference in ("INV-00001", "RCP-00001", "CN-00001"):
            assert reference in order
        invoice = client.as_(world.organiser).get(f"/documents/{document.id}").text
        assert "RCP-00001" in invoice
        note = client.as_(world.organiser).get("/documents?kind=credit_note").text
        assert "CN-00001" in note
        assert "RCP-00001" not in note

    def test_the_list_is_paged_by_key(self, client, world, issue):
        references = [issue().reference for _ in range(27)]
        first = client.as_(world.organiser).get("/documents").text
        assert references[-1] in first
        assert references[0] not in first
        following = html.unescape(re.search(r'rel="next" href="([^"]+)"', first)[1])
        assert references[0] in client.as_(world.organiser).get(following).text

    @pytest.mark.parametrize(
        "query",
        ["?order=0", "?order=99999999999999999999", "?order=-1", "?organisation=99999999999999999999"],
    )
    def test_a_number_that_names_nothing_is_not_found(self, client, world, query):
        assert client.as_(world.organiser).get(f"/documents{query}").status_code == 404

    @pytest.mark.parametrize("query", ["?kind=x", "?order=x", "?cursor=%00", "?organisation=1e3"])
    def test_a_filter_that_cannot_be_read_filters_nothing(self, client, world, issue, query):
        document = issue()
        assert document.reference in client.as_(world.organiser).get(f"/documents{query}").text

    def test_an_empty_list_says_when_there_will_be_one(self, client, world):
        assert "No documents yet" in client.as_(world.organiser).get("/documents").text

    @pytest.mark.parametrize("name", BAD)
    def test_nothing_that_was_typed_breaks_page_file_or_mail(self, client, world, issue, name, run_jobs):
        typed = BAD[name].replace("\x00", "")
        for column in ("name", "billing_address"):
            kept = f"UPDATE organisation SET {column} = :typed WHERE id = :id"
            db.session.execute(text(kept), {"typed": typed or "-", "id": world.society.id})
        db.session.execute(
            text("UPDATE event SET name = :typed WHERE id = :id"),
            {"typed": typed or "-", "id": world.congress.id},
        )
        db.session.commit()
        db.session.close()
        document = issue(db.session.merge(world.congress), purchase_order=typed)
        browser = client.as_(world.organiser)
        page = browser.get(f"/documents/{document.id}")
        file = browser.get(f"/documents/{document.id}.pdf")
        assert (page.status_code, file.status_code) == (200, 200)
        assert "<script>alert" not in page.text
        assert file.headers["Content-Disposition"] == "attachment; filename=INV-00001.pdf"
        [letter] = run_jobs()
        assert letter["Bcc"] is None
        assert letter["Subject"].startswith("Invoice INV-00001 for")
        assert next(letter.iter_attachments()).get_content() == file.data
