"""Pictures of a wish: checked and drawn anew when they are chosen, sealed into the form, and kept with the wish.

What was sent is dropped at once; only pixels of it are ever kept or shown. Whoever may see a wish sees its pictures.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass

import structlog
from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import select

from portal.accounts.actor import NOWHERE, Actor, Scope
from portal.audit.record import record
from portal.db import db, use_case
from portal.errors import Invalid, NotFound
from portal.tickets.file_kinds import UnfitFile
from portal.tickets.previews import drawn
from portal.tickets.storage import StoreAway, store
from portal.tickets.uploads import SEAL_HOLDS, SentFile, Upload, take
from portal.wishlist.models import Wish
from portal.wishlist.models_images import WishImage
from portal.wishlist.queries import locked_wish, own_place, visible_wishes

log = structlog.get_logger(__name__)

PICTURES_MOST = 3
LONGEST_ALT = 200
NO_PICTURE = "this is no picture that can be shown. Send PNG, JPEG, GIF or WebP of at most 24 million pixels."
ONE_TOO_MANY = f"a wish carries at most {PICTURES_MOST} pictures; this one was left out."
AWAY = "it cannot be kept at the moment. Try again in a few minutes."
GONE = "A picture of your earlier try is gone. Please choose it again."
SAY_WHAT = "Say in a few words what each picture shows, for those who cannot see it."


@dataclass(frozen=True)
class Picture:
    """A picture in the store that belongs to no wish yet."""

    storage_name: str
    name: str
    width: int
    height: int


@dataclass(frozen=True)
class Chosen:
    """The pictures of a form, what each shows in words by its name in the store, and what was wrong."""

    pictures: tuple[Picture, ...] = ()
    alts: Mapping[str, str] | None = None
    problems: tuple[str, ...] = ()

    def alt_of(self, picture: Picture) -> str:
        """What a picture shows, as typed."""
        return (self.alts or {}).get(picture.storage_name, "")


def take_pictures(
    files: Iterable[SentFile], seals: Sequence[str], alts: Mapping[str, str], person_id: int
) -> Chosen:
    """Check and draw the pictures of a form, beside those that it kept from an earlier try of the same person.

    Called outside of a transaction: the store, the scanner and the day's quota are asked first.
    """
    kept, problems = _unsealed(seals, person_id)
    sent = take([file for file in files if file.filename], (), person_id)
    pictures = list(kept)
    for upload in sent.fresh:
        try:
            pictures.append(_drawn(upload, len(pictures)))
        except UnfitFile as unfit:
            problems.append(f"{upload.name}: {unfit}")
    tidied = {name: " ".join(alt.replace("\x00", "").split())[:LONGEST_ALT] for name, alt in alts.items()}
    return Chosen(tuple(pictures), tidied, (*sent.problems, *problems))


def sealed(picture: Picture, person_id: int) -> str:
    """A picture as a form carries it: only the same person's form can bring it back, for 24 hours."""
    return str(_serializer().dumps([person_id, *astuple(picture)]))


def keep_pictures(wish: Wish, chosen: Chosen) -> None:
    """Keep pictures with a wish, in the caller's transaction. Raises Invalid (`files`) for one that nothing is said of."""
    if any(not chosen.alt_of(picture) for picture in chosen.pictures):
        raise Invalid(files=SAY_WHAT)
    for picture in chosen.pictures:
        shown = {"width": picture.width, "height": picture.height, "storage_name": picture.storage_name}
        db.session.add(WishImage(wish_id=wish.id, alt=chosen.alt_of(picture), **shown))


def image_for(actor: Actor, image_id: int) -> WishImage:
    """A picture of a wish that the actor may see. Raises NotFound."""
    seen = visible_wishes(actor).with_only_columns(Wish.id)
    found = db.session.scalar(select(WishImage).where(WishImage.id == image_id, WishImage.wish_id.in_(seen)))
    if found is None:
        raise NotFound
    return found


def image_scope(actor: Actor, image_id: int) -> Scope | None:
    """Where rights over a picture hold: those over its wish; None when the actor may not know of it."""
    try:
        image_for(actor, image_id)
    except NotFound:
        return None
    return own_place(actor)


@use_case
def remove_picture(actor: Actor, image_id: int) -> Wish:
    """Take a picture away from a wish, for moderators; its file is cleared away later (WISH-1). Raises NotFound."""
    wish = locked_wish(actor, image_for(actor, image_id).wish_id)
    actor.require("wish:moderate", NOWHERE)
    image = image_for(actor, image_id)
    record(
        actor, "wish.picture_removed", wish, before={"picture": image.id, "alt": image.alt}, scope=wish.scope
    )
    db.session.delete(image)
    return wish


def _drawn(upload: Upload, before: int) -> Picture:
    try:
        with store().open(upload.storage_name) as file:
            preview = drawn(file.read(), upload.media_type)
        store().delete(upload.storage_name)
        if before >= PICTURES_MOST:
            raise UnfitFile(ONE_TOO_MANY)
        if preview is None:
            raise UnfitFile(NO_PICTURE)
        return Picture(store().put(preview.content), upload.name, preview.width, preview.height)
    except StoreAway as error:
        log.error("store_away", error=str(error))
        raise UnfitFile(AWAY) from None


def _unsealed(seals: Sequence[str], person_id: int) -> tuple[list[Picture], list[str]]:
    found: dict[str, Picture] = {}
    for seal in seals[:PICTURES_MOST]:
        try:
            owner, *values = _serializer().loads(seal, max_age=int(SEAL_HOLDS.total_seconds()))
        except BadData:
            return list(found.values()), [GONE]
        if owner == person_id:
            found[values[0]] = Picture(*values)
    there = [picture for picture in found.values() if _is_there(picture)]
    return there, [] if len(there) == len(found) else [GONE]


def _is_there(picture: Picture) -> bool:
    try:
        return store().has(picture.storage_name)
    except StoreAway as error:
        log.error("store_away", error=str(error))
        return True


def _serializer() -> URLSafeTimedSerializer:
    digest = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="wish-picture", signer_kwargs=digest)
