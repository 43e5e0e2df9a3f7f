"""Attachments in a bucket of an S3-compatible store, which several machines share."""

import io
import secrets
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import BinaryIO
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from portal.tickets.storage import StoreAway, is_name

FOLDER = "attachments/"
AWAY = (MinioException, urllib3.exceptions.HTTPError, OSError)
PATIENCE = urllib3.Timeout(connect=5, read=30)
RETRIES = urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504])


class BucketStore:
    """A store in a bucket. Its requests are signed; nothing in it is public."""

    def __init__(self, client: Minio, bucket: str) -> None:
        self.client, self.bucket = client, bucket

    def put(self, content: bytes) -> str:
        """Keep `content` under a random name. Raises StoreAway."""
        name = secrets.token_hex(20)
        try:
            self.client.put_object(self.bucket, FOLDER + name, io.BytesIO(content), len(content))
        except AWAY as error:
            raise StoreAway(str(error)) from error
        return name

    def open(self, name: str) -> BinaryIO:
        """What is kept under `name`, read whole. Raises FileNotFoundError, StoreAway."""
        answer = None
        try:
            answer = self.client.get_object(self.bucket, _key(name))
            return io.BytesIO(answer.read())
        except AWAY as error:
            raise _told(error, name) from error
        finally:
            if answer is not None:
                answer.close()
                answer.release_conn()

    def has(self, name: str) -> bool:
        """Whether something is kept under `name`. Raises StoreAway."""
        try:
            self.client.stat_object(self.bucket, _key(name))
        except AWAY as error:
            told = _told(error, name)
            if isinstance(told, FileNotFoundError):
                return False
            raise told from error
        return True

    def delete(self, name: str) -> None:
        """Drop what is kept under `name`, if anything is. Raises StoreAway."""
        try:
            self.client.remove_object(self.bucket, _key(name))
        except AWAY as error:
            raise _told(error, name) from error

    def names_before(self, moment: datetime) -> Iterator[str]:
        """The names of what was put before an instant. Raises StoreAway."""
        try:
            for kept in self.client.list_objects(self.bucket, prefix=FOLDER, recursive=True):
                name = str(kept.object_name).removeprefix(FOLDER)
                if is_name(name) and kept.last_modified and kept.last_modified < moment:
                    yield name
        except AWAY as error:
            raise StoreAway(str(error)) from error


def _key(name: str) -> str:
    if not is_name(name):
        raise FileNotFoundError(name)
    return FOLDER + name


def _told(error: Exception, name: str) -> Exception:
    missing = isinstance(error, FileNotFoundError) or (
        isinstance(error, S3Error) and error.code in ("NoSuchKey", "NoSuchObject")
    )
    return FileNotFoundError(name) if missing else StoreAway(str(error))


@lru_cache(maxsize=4)
def bucket_store(endpoint: str, bucket: str, access_key: str, secret_key: str, region: str) -> BucketStore:
    """The store in `bucket` at an address such as `https://s3.example`; one client for a whole process."""
    address = urlsplit(endpoint)
    pool = urllib3.PoolManager(timeout=PATIENCE, retries=RETRIES, maxsize=10)
    client = Minio(
        address.netloc, access_key=access_key, secret_key=secret_key, secure=address.scheme == "https",
        region=region, http_client=pool,
    )  # fmt: skip
    return BucketStore(client, bucket)
