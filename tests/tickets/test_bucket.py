"""Attachments in a bucket. The store here is a stand-in that checks signatures (see stand_ins)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from pydantic import SecretStr

from portal.cli.examinations import Wrong, storage
from portal.clock import now
from portal.config import ConfigError, load_settings
from portal.db import db
from portal.tickets.clearing import forget_unsent
from portal.tickets.models import Attachment
from portal.tickets.object_store import BucketStore, bucket_store
from portal.tickets.storage import StoreAway, store
from portal.tickets.uploads import take
from tests.people import World
from tests.signing_in import PortalClient
from tests.tickets.scenes import asked
from tests.tickets.stand_ins import Bucket
from tests.tickets.test_attachments import Sent

pytestmark = pytest.mark.usefixtures("outbox")

NOBODY_THERE = "http://127.0.0.1:9"


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with Bucket() as server:
        yield server


def at(bucket: Bucket, **changes: str) -> BucketStore:
    values = {
        "endpoint": bucket.endpoint, "bucket": bucket.name, "access_key": bucket.access_key,
        "secret_key": bucket.secret_key, "region": bucket.region,
    }  # fmt: skip
    return bucket_store(**values | changes)


@pytest.fixture
def in_bucket(app: Flask, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """The portal with the bucket as its store."""
    changes: dict[str, Any] = {
        "s3_endpoint": bucket.endpoint, "s3_bucket": bucket.name, "s3_access_key": bucket.access_key,
        "s3_secret_key": SecretStr(bucket.secret_key), "s3_region": bucket.region,
    }  # fmt: skip
    monkeypatch.setitem(app.extensions, "settings", app.extensions["settings"].model_copy(update=changes))
    return bucket


def test_what_is_put_is_kept_under_a_random_name_and_comes_back(bucket: Bucket) -> None:
    name = at(bucket).put(b"some text")
    assert list(bucket.objects) == [f"attachments/{name}"]
    with at(bucket).open(name) as kept:
        assert kept.read() == b"some text"
    assert at(bucket).has(name)
    assert list(at(bucket).names_before(now() + timedelta(minutes=1))) == [name]
    assert list(at(bucket).names_before(now() - timedelta(minutes=1))) == []
    at(bucket).delete(name)
    assert not at(bucket).has(name)
    assert bucket.refused == []


def test_the_store_refuses_a_wrong_signature_so_requests_are_signed(bucket: Bucket) -> None:
    for wrong in ({"secret_key": "another"}, {"access_key": "another"}, {"region": "us-east-1"}):
        with pytest.raises(StoreAway):
            at(bucket, **wrong).put(b"text")
    assert len(bucket.refused) == 3
    assert bucket.objects == {}


@pytest.mark.parametrize("name", ["", "..", "../secret", "a" * 39, "Z" * 40])
def test_no_name_but_its_own_is_asked_for(bucket: Bucket, name: str) -> None:
    for verb in (at(bucket).open, at(bucket).delete):
        with pytest.raises(FileNotFoundError):
            verb(name)
    assert not at(bucket).has(name)
    with pytest.raises(FileNotFoundError):
        at(bucket).open("a" * 40)


def test_a_store_that_is_away_says_so(bucket: Bucket) -> None:
    bucket.fails = 403
    for broken in (at(bucket), at(bucket, endpoint=NOBODY_THERE)):
        with pytest.raises(StoreAway):
            broken.put(b"text")
        with pytest.raises(StoreAway):
            broken.open("a" * 40)
        with pytest.raises(StoreAway):
            broken.has("a" * 40)
        with pytest.raises(StoreAway):
            list(broken.names_before(now()))


def test_a_file_goes_through_the_bucket_to_who_may_have_it(
    client: PortalClient, world: World, in_bucket: Bucket
) -> None:
    taken = take([Sent("a.txt", b"text")], [], world.contact.id)
    asked(world, uploads=taken.uploads)
    file_id = db.session.scalar(db.select(Attachment.id))
    got = client.as_(world.agent).get(f"/attachments/{file_id}")
    assert (got.status_code, got.get_data()) == (200, b"text")
    assert got.headers["Content-Disposition"].startswith("attachment;")
    assert client.as_(world.outsider).get(f"/attachments/{file_id}").status_code == 404
    unsent = take([Sent("b.txt", b"text")], [], world.contact.id).uploads[0]
    with time_machine.travel(now() + timedelta(days=3)):
        in_bucket.objects = {n: (c, t - timedelta(days=0)) for n, (c, t) in in_bucket.objects.items()}
        forget_unsent()
    assert store().has(taken.uploads[0].storage_name)
    assert not store().has(unsent.storage_name)


def test_while_the_store_is_away_nothing_breaks(
    client: PortalClient, world: World, in_bucket: Bucket
) -> None:
    taken = take([Sent("a.txt", b"text")], [], world.contact.id)
    asked(world, uploads=taken.uploads)
    in_bucket.fails = 403
    (problem,) = take([Sent("b.txt", b"text")], [], world.contact.id).problems
    assert problem == "b.txt: it cannot be kept at the moment. Try again in a few minutes."
    page = client.as_(world.agent).get(f"/attachments/{db.session.scalar(db.select(Attachment.id))}")
    assert page.status_code == 503
    assert "Files cannot be read at the moment" in page.get_data(as_text=True)


def test_the_check_command_asks_the_bucket(app: Flask, in_bucket: Bucket) -> None:
    assert "bucket attachments-test answers" in storage(app.extensions["settings"])
    in_bucket.fails = 403
    with pytest.raises(Wrong, match="PORTAL_S3"):
        storage(app.extensions["settings"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"s3_bucket": "b"}, {"s3_bucket": "b", "s3_endpoint": "https://s3.example", "s3_access_key": "a"},
        {"s3_endpoint": "s3.example"}, {"s3_endpoint": "http://s3.example"}, {"s3_endpoint": "https://s3.example/path"},
        {"clamav_address": "somewhere"}, {"clamav_address": "unix:relative"},
    ],
)  # fmt: skip
def test_settings_that_cannot_work_stop_the_start(wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        load_settings({}, **wrong)
