"""Keys are shown once, kept as digests, and open only what they are for."""

import psycopg
import pytest

from perennial.console.api.keys import (
    Scope,
    UnknownKeyError,
    UnknownScopeError,
    create_key,
    list_keys,
    revoke_key,
    verify_key,
)
from perennial.database import Role, connect

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("warehouse")]


def test_a_new_key_is_valid_for_its_scope_only() -> None:
    key = verify_key(create_key("read", note="for a dashboard"))
    assert key is not None
    assert (key.allows(Scope.READ), key.allows(Scope.WRITE), key.note) == (True, False, "for a dashboard")


def test_an_admin_key_is_valid_for_every_scope() -> None:
    key = verify_key(create_key("admin"))
    assert key is not None
    assert all(key.allows(scope) for scope in Scope)


def test_the_secret_is_stored_nowhere() -> None:
    secret = create_key("read").split("_", 2)[2]
    with connect(Role.PUBLISHER) as connection:
        rows = connection.execute("select keys::text from access.keys as keys").fetchall()
    assert len(rows) == 1
    assert secret not in rows[0][0]
    assert len(secret) >= 43


@pytest.mark.parametrize("text", ["", "pk", "pk__", "pk_0_x", "nonsense", "pk_\x27; --_x"])
def test_what_is_no_key_is_not_valid(text: str) -> None:
    create_key("read")
    assert verify_key(text) is None


def test_a_changed_or_shortened_key_is_not_valid() -> None:
    key = create_key("read")
    assert verify_key(key[:-1]) is None
    assert verify_key(f"{key}x") is None
    assert verify_key(key.replace("pk_", "xx_", 1)) is None


def test_a_revoked_key_is_not_valid_and_stays_on_the_list() -> None:
    key = create_key("read")
    (known,) = list_keys()
    assert revoke_key(known.key_id).revoked_at is not None
    assert verify_key(key) is None
    assert len(list_keys()) == 1


def test_an_unknown_scope_or_key_is_named() -> None:
    with pytest.raises(UnknownScopeError, match="'root' is no scope; there are: write, decide, read, admin"):
        create_key("root")
    with pytest.raises(UnknownKeyError, match="no key 'abc'"):
        revoke_key("abc")


@pytest.mark.parametrize("role", [Role.READER, Role.LOADER, Role.TRANSFORMER])
def test_no_other_role_may_read_the_digests(role: Role) -> None:
    with connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select * from access.keys")
