"""Keys of the HTTP API: created once, shown once, kept only as a digest."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from perennial.database import Role, connect

_PREFIX = "pk"
_UNKNOWN_DIGEST = hashlib.sha256(b"nobody").hexdigest()


class Scope(StrEnum):
    """What a key is for. `ADMIN` may do everything that the others may."""

    WRITE = "write"
    DECIDE = "decide"
    READ = "read"
    ADMIN = "admin"


class UnknownScopeError(ValueError):
    """A scope was named that does not exist."""


class UnknownKeyError(LookupError):
    """There is no key of that id."""


@dataclass(frozen=True)
class Key:
    """A key as it is stored: everything but its secret."""

    key_id: str
    scope: str
    note: str
    created_at: datetime
    revoked_at: datetime | None

    def allows(self, scope: Scope) -> bool:
        return self.scope in {scope, Scope.ADMIN}


def create_key(scope: str, *, note: str = "") -> str:
    """A new key `pk_<id>_<secret>` of `scope`. It is shown here and never again.

    Raises UnknownScopeError listing the scopes there are.
    """
    if scope not in set(Scope):
        raise UnknownScopeError(f"'{scope}' is no scope; there are: {', '.join(Scope)}")
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    with connect(Role.PUBLISHER) as connection:
        connection.execute(
            "insert into access.keys (key_id, scope, digest, note) values (%s, %s, %s, %s)",
            [key_id, scope, _digest(secret), note],
        )
    return f"{_PREFIX}_{key_id}_{secret}"


def verify_key(text: str) -> Key | None:
    """The key that `text` is, or None when it is none, is wrong or was revoked; takes the same time for each."""
    prefix, _, id_and_secret = text.partition("_")
    key_id, _, secret = id_and_secret.partition("_")
    with connect(Role.PUBLISHER) as connection:
        row = connection.execute(f"{_SELECT} where key_id = %s", [key_id]).fetchone()
    *known, digest = row or (None, None, None, None, None, _UNKNOWN_DIGEST)
    if not hmac.compare_digest(_digest(secret), str(digest)) or row is None or prefix != _PREFIX:
        return None
    key = Key(*known)
    return None if key.revoked_at else key


def list_keys() -> list[Key]:
    """Every key ever created, oldest first."""
    with connect(Role.PUBLISHER) as connection:
        rows = connection.execute(f"{_SELECT} order by created_at, key_id").fetchall()
    return [Key(*known) for *known, _ in rows]


def revoke_key(key_id: str) -> Key:
    """The key opens nothing any more. Safe to repeat. Raises UnknownKeyError."""
    with connect(Role.PUBLISHER) as connection:
        connection.execute(
            "update access.keys set revoked_at = now() where key_id = %s and revoked_at is null", [key_id]
        )
        row = connection.execute(f"{_SELECT} where key_id = %s", [key_id]).fetchone()
    if row is None:
        raise UnknownKeyError(f"There is no key '{key_id}'.")
    return Key(*row[:-1])


_SELECT = "select key_id, scope, note, created_at, revoked_at, digest from access.keys"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
