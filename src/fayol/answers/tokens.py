"""Secrets that stand in letters: computed from the installation's key, so that no row gives one away.

A letter that has to be sent again must be the very same letter, so its tokens cannot be thrown dice kept as a hash
only. Here the dice is a row's `nonce`, the token a keyed hash of it, and what is stored is the hash of that: whoever
reads the database has no token, whoever has the key has no nonce.
"""

from __future__ import annotations

import re
from base64 import b32encode, urlsafe_b64encode
from hashlib import sha256
from hmac import compare_digest

from django.utils.crypto import salted_hmac

from fayol.answers.policy import in_base36


def link_token(nonce: str) -> str:
    """192 bits, 32 characters that survive every mail program."""
    return urlsafe_b64encode(_keyed("fayol.answers.link", nonce)[:24]).decode("ascii")


def hash_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def stamp_of(token: str, round: int) -> str:
    """What the form of a link carries: shows that the page was read, and which state of it."""
    return _keyed("fayol.answers.form", f"{token}:{round}").hex()[:32]


def same(one: str, other: str) -> bool:
    return compare_digest(one.encode(), other.encode())


def reply_token(bundle_id: int) -> str:
    """Small letters, digits and one hyphen: it stands in the local part of an address, where some servers fold case."""
    mark = b32encode(_keyed("fayol.answers.reply", str(bundle_id)))[:20].decode("ascii").lower()
    return f"{in_base36(bundle_id)}-{mark}"


def bundle_of(token: str) -> int | None:
    """The key of the bundle, None for a token that is not ours."""
    bundle_id = int(token.partition("-")[0], 36)
    return bundle_id if bundle_id < 2**63 and same(token, reply_token(bundle_id)) else None


def invitation_uid(subject_type: str, subject_id: int, person_id: int, host: str) -> str:
    """Names an event and who is asked to it, and can be written by nobody but us."""
    named = f"{subject_type}-{subject_id}-{person_id}"
    mark = b32encode(_keyed("fayol.answers.invitation", named))[:26].decode("ascii").lower()
    return f"{named}-{mark}@{host}"


def invited_by(uid: str, host: str) -> tuple[str, int, int] | None:
    """Type and key of the subject and the key of the person; None for a UID that is not ours."""
    found = re.fullmatch(r"([a-z_]+)-(\d{1,18})-(\d{1,18})-[a-z2-7]{26}@.+", uid.strip().casefold())
    if not found:
        return None
    about = found[1], int(found[2]), int(found[3])
    return about if same(uid.strip().casefold(), invitation_uid(*about, host).casefold()) else None


def _keyed(salt: str, value: str) -> bytes:
    return salted_hmac(salt, value, algorithm="sha256").digest()
