"""The two halves of signing in through a provider: sending a browser there, and taking it back."""

from __future__ import annotations

import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from trilogue.encoding import instant
from trilogue.errors import InputError
from trilogue.node.oidc.attempt import Attempt
from trilogue.node.oidc.fetch import Fetch, HttpFetch, trust
from trilogue.node.oidc.settings import OidcSettings
from trilogue.node.problem import UnknownCallerError

if TYPE_CHECKING:
    from trilogue.node.oidc.id_token import Identity
    from trilogue.node.oidc.provider import Provider

__all__ = ["RETURN", "Returned", "SignOn", "open_sign_on"]

RETURN = "/sign-on/return"
"""The page to which a provider sends people back."""
LONGEST = 4096
"""Characters of a code, as it comes back in an address."""


@dataclass(frozen=True)
class Returned:
    """Somebody whom the provider named, in an attempt that the caller still has to use up."""

    identity: Identity
    attempt: Attempt
    until: str
    """When a session has to end."""


class SignOn:
    """Signing in at one node through one provider. `address` is where its pages are reached."""

    def __init__(
        self, settings: OidcSettings, address: str, secret: str | None, fetch: Fetch
    ) -> None:
        self.settings = settings
        self.back = address + RETURN
        self._secret = secret
        self._fetch = fetch
        self._made: Provider | None = None

    @property
    def _provider(self) -> Provider:
        """The provider; what verifies tokens is loaded when somebody first signs in."""
        if self._made is None:
            from trilogue.node.oidc.provider import Provider

            self._made = Provider(self.settings, self._secret, self._fetch, time.monotonic)
        return self._made

    async def begin(self, to: str, at: str) -> tuple[str, Attempt]:
        """Begin an attempt: return where the browser goes. Raises `UnavailableError`."""
        attempt = Attempt.begin(to, at)
        described = await self._provider.description()
        query = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.back,
            "scope": " ".join(dict.fromkeys(("openid", *self.settings.scopes))),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        endpoint = described.authorization_endpoint
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}", attempt

    async def finish(self, cookie: str, query: Mapping[str, str], at: str) -> Returned:
        """Take a browser back: return who it is. Raises `UnknownCallerError`.

        The attempt comes first: nothing else is looked at of an answer that nobody here asked for.
        """
        attempt = Attempt.parse(cookie, at)
        attempt.check_state(query.get("state", ""))
        described = await self._provider.description()
        issuer = query.get("iss")  # RFC 9207: another provider's answer is not exchanged here
        if issuer != self.settings.issuer and (
            issuer is not None or described.authorization_response_iss_parameter_supported
        ):
            raise UnknownCallerError("this answer is another provider's", hint="sign in again")
        if "error" in query:
            raise UnknownCallerError(
                f"{self.settings.host} did not sign you in", hint="sign in again, or ask there why"
            )
        code = query.get("code", "")
        if not 0 < len(code) <= LONGEST:
            raise UnknownCallerError("this answer carries no code", hint="sign in again")
        identity = await self._provider.identify(attempt, code, self.back, at)
        hours = self.settings.hours
        until = identity.until if hours is None else instant.plus(at, hours * 3600)
        return Returned(identity, attempt, until)


def open_sign_on(settings: OidcSettings, directory: Path, address: str) -> SignOn:
    """Return the sign-on that settings ask for. Raises `InputError` when they cannot be met."""
    if find_spec("jwt") is None:
        raise InputError(
            "node.toml asks for OpenID Connect, and nothing here verifies its tokens",
            hint="pip install 'trilogue[oidc]', or remove `[oidc]`",
        )
    authority = None if settings.authority is None else directory / settings.authority
    return SignOn(settings, address, _secret(settings, directory), HttpFetch(trust(authority)))


def _secret(settings: OidcSettings, directory: Path) -> str | None:
    """Return what the node shows the provider to be the client that it says it is."""
    if settings.client_secret is None:
        return None
    path = directory / settings.client_secret
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"oidc.client_secret: {path} does not read: {type(error).__name__}",
            hint="it is a file with the secret that the provider gave",
        ) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise InputError(
            f"oidc.client_secret: others on this machine may read {path}: its mode is {mode:04o}",
            hint=f"chmod go-rwx {path}",
        )
    if not text or any(char <= " " for char in text):
        raise InputError(f"oidc.client_secret: {path} does not hold one secret alone")
    return text
