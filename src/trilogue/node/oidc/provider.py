"""The provider: what it says of itself, its keys, and what it gives for a code.

Its description (OpenID Connect Discovery 1.0) and keys are kept for an hour. A key that is not
among them is looked for once more, since a provider changes its keys when it likes.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import re
from collections.abc import Callable
from typing import Annotated, TypeVar
from urllib.parse import quote_plus

import msgspec

from trilogue.encoding import canonical
from trilogue.errors import FormatError, InputError, UnavailableError
from trilogue.node.oidc.attempt import Attempt
from trilogue.node.oidc.fetch import Fetch
from trilogue.node.oidc.id_token import (
    ALGORITHMS,
    Identity,
    IdTokenError,
    Keys,
    UnknownKeyError,
    read_keys,
    verify,
)
from trilogue.node.oidc.settings import OidcSettings, check_url
from trilogue.node.problem import UnknownCallerError

__all__ = ["Description", "Provider"]

KEPT_SECONDS = 3600.0
MOST_AT_ONCE = 32
"""Codes that are exchanged at one time: whoever brings more is turned away."""

T = TypeVar("T")
log = logging.getLogger("trilogue.node")

_ERROR = re.compile(r"[a-z_]{1,40}", re.ASCII)
_Url = Annotated[str, msgspec.Meta(max_length=2048)]


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of a provider's description; it says more."""

    issuer: _Url
    authorization_endpoint: _Url
    token_endpoint: _Url
    jwks_uri: _Url
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    id_token_signing_alg_values_supported: tuple[str, ...] = ALGORITHMS
    code_challenge_methods_supported: tuple[str, ...] = ("S256",)
    authorization_response_iss_parameter_supported: bool = False


class _Given(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of the answer to a code."""

    token_type: str
    id_token: str


class Provider:
    """One provider, as one client of it. Lives in one event loop.

    `clock` is a steady one, in seconds.
    """

    def __init__(
        self,
        settings: OidcSettings,
        secret: str | None,
        fetch: Fetch,
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._secret = secret
        self._fetch = fetch
        self._clock = clock
        self._described: tuple[float, Description] | None = None
        self._keys: tuple[float, Keys] | None = None
        self._exchanging = asyncio.Semaphore(MOST_AT_ONCE)

    async def description(self) -> Description:
        """Return what the provider says of itself. Raises `UnavailableError`."""
        if self._described is None or self._clock() - self._described[0] > KEPT_SECONDS:
            url = self._settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
            self._described = self._clock(), self._checked(await self._ask(url))
        return self._described[1]

    async def identify(self, attempt: Attempt, code: str, address: str, at: str) -> Identity:
        """Exchange a code and return whom the ID token names.

        Raises `UnknownCallerError` when the provider refuses or its token does not verify, and
        `UnavailableError` when it does not answer.
        """
        if self._exchanging.locked():
            raise UnavailableError("too many sign in at once", hint="try again in a second")
        async with self._exchanging:
            described = await self.description()
            token = await self._exchange(described, attempt, code, address)
            try:
                return await self._verified(described, token, attempt, at)
            except IdTokenError as error:
                log.warning("an ID token failed step %d", error.step)
                raise

    async def _verified(
        self, described: Description, token: str, attempt: Attempt, at: str
    ) -> Identity:
        """Verify a token; a key that is not known is looked for once more, and no more."""
        try:
            return verify(token, await self._known(described), self._settings, attempt, at=at)
        except UnknownKeyError:
            self._keys = None
            return verify(token, await self._known(described), self._settings, attempt, at=at)

    def _checked(self, data: bytes) -> Description:
        found = _read(data, Description)
        if found.issuer != self._settings.issuer:
            raise UnavailableError(
                f"{self._settings.host} describes another issuer than oidc.issuer names",
                hint="write oidc.issuer exactly as the provider spells it",
            )
        try:
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                check_url(name, getattr(found, name).partition("?")[0])
        except InputError as error:
            raise UnavailableError(error.message, hint="the provider's description") from error
        if "S256" not in found.code_challenge_methods_supported:
            raise UnavailableError(f"{self._settings.host} does not support PKCE with S256")
        if not set(ALGORITHMS) & set(found.id_token_signing_alg_values_supported):
            raise UnavailableError(
                f"{self._settings.host} signs with none of {', '.join(ALGORITHMS)}"
            )
        return found

    async def _known(self, described: Description) -> Keys:
        if self._keys is None or self._clock() - self._keys[0] > KEPT_SECONDS:
            data = await self._ask(described.jwks_uri)
            try:
                self._keys = self._clock(), read_keys(data)
            except FormatError as error:
                raise UnavailableError(f"its keys do not read: {error.message}") from error
        return self._keys[1]

    async def _ask(self, url: str) -> bytes:
        status, body = await self._fetch(url)
        if status != 200:
            raise UnavailableError(f"{self._settings.host} answers with status {status}")
        return body

    async def _exchange(
        self, described: Description, attempt: Attempt, code: str, address: str
    ) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": address,
            "code_verifier": attempt.verifier,
        }
        headers: dict[str, str] = {}
        client, methods = self._settings.client_id, described.token_endpoint_auth_methods_supported
        if self._secret is None:
            form["client_id"] = client
        elif "client_secret_basic" in methods:
            # RFC 6749 section 2.3.1: each is form-encoded before they are joined.
            pair = f"{quote_plus(client)}:{quote_plus(self._secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": client, "client_secret": self._secret}
        status, body = await self._fetch(described.token_endpoint, form, headers)
        if status != 200:
            raise self._refused(status, body)
        given = _read(body, _Given)
        if given.token_type.lower() != "bearer":
            raise UnavailableError(f"{self._settings.host} gives tokens of an unknown type")
        return given.id_token

    def _refused(self, status: int, body: bytes) -> UnavailableError | UnknownCallerError:
        """Return what it means that a code was not taken; the provider's own words are not told."""
        try:
            value = canonical.loads(body)
        except FormatError:
            value = None
        error = value.get("error") if isinstance(value, dict) else None
        if error == "invalid_grant":
            return UnknownCallerError(
                f"{self._settings.host} does not take this sign-in (invalid_grant)",
                hint="it was used already or came too late: sign in again",
            )
        said = error if isinstance(error, str) and _ERROR.fullmatch(error) else f"status {status}"
        return UnavailableError(
            f"{self._settings.host} does not take this node's question: {said}",
            hint="an administrator looks at oidc.client_id, client_secret and address",
        )


def _read(data: bytes, shape: type[T]) -> T:
    try:
        return msgspec.convert(canonical.loads(data), shape)
    except (FormatError, msgspec.ValidationError) as error:
        raise UnavailableError(f"the provider's answer does not read: {error}") from error
