"""Who may ask: bearer keys with scopes."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from perennial.console.api.keys import Key, Scope, verify_key
from perennial.console.api.problems import Problem

_bearer = HTTPBearer(auto_error=False, description="A key created by `perennial keys create`.")
_Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def require(scope: Scope) -> Callable[[HTTPAuthorizationCredentials | None], Key]:
    """A dependency that lets only keys of `scope` (or admin) through: 401 without a valid key, 403 with another's."""

    def check(credentials: _Credentials) -> Key:
        key = verify_key(credentials.credentials) if credentials else None
        if key is None:
            reason = "This key is not valid, or was revoked." if credentials else "A key is needed."
            raise Problem(
                401,
                "unauthorized",
                f"{reason} Make one with `perennial keys create --scope {scope}` and send it as "
                "`Authorization: Bearer <key>`.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        if not key.allows(scope):
            raise Problem(
                403,
                "wrong-scope",
                f"This key has the scope {key.scope}; {scope} is needed. "
                f"Make one with `perennial keys create --scope {scope}`.",
            )
        return key

    return check


CanRead = Depends(require(Scope.READ))
