"""One attempt to sign in through a provider, of one browser.

The browser keeps a cookie: when the attempt began, 32 random bytes, and where to go on to. State,
nonce and PKCE verifier are digests of it, each under a label of its own. So the node keeps nothing
until somebody comes back, and each says something else:

    state      whoever comes back is the browser that was sent (RFC 9700 section 2.1)
    nonce      the ID token was made for this attempt (OpenID Connect Core section 3.1.2.1)
    verifier   the code was given to this attempt (RFC 7636)

Who sees one of them, in an address or in a log, learns none of the others and not the cookie.

>>> begun = Attempt.begin("/desk", "2017-11-28T18:00:00.000Z")
>>> Attempt.parse(begun.cookie, "2017-11-28T18:09:00.000Z") == begun
True
>>> len({begun.state, begun.nonce, begun.verifier, begun.challenge})
4
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass

from trilogue.encoding import instant
from trilogue.encoding.digest import commit, same, sha256
from trilogue.errors import FormatError
from trilogue.node.problem import UnknownCallerError
from trilogue.sealing.hidden import Hidden

__all__ = ["ATTEMPT_SECONDS", "LEEWAY_SECONDS", "Attempt"]

ATTEMPT_SECONDS = 600
"""For how long a provider may take to find out who somebody is."""
LEEWAY_SECONDS = 60
"""How far two clocks may differ: the provider's and a node's, or those of a node's processes."""
LONGEST_WAY = 400
_DOMAIN = b"trilogue/v1/sign-on/"
_BYTES = 32


@dataclass(frozen=True, repr=False)
class Attempt(Hidden):
    """An attempt that `cookie` stands for."""

    begun: str
    secret: str
    to: str

    @classmethod
    def begin(cls, to: str, at: str) -> Attempt:
        """Begin an attempt; who signs in goes on `to` a page of this node."""
        way = to if len(to) <= LONGEST_WAY else "/"
        return cls(begun=at, secret=secrets.token_urlsafe(_BYTES), to=way)

    @classmethod
    def parse(cls, cookie: str, at: str) -> Attempt:
        """Return the attempt of a cookie. Raises `UnknownCallerError` without one that lasts."""
        begun, _, rest = cookie.partition("~")
        secret, _, way = rest.partition("~")
        try:
            found = cls(begun=begun, secret=secret, to=bytes.fromhex(way).decode())
            age = instant.seconds_between(begun, at)
        except (FormatError, ValueError):
            found, age = cls(begun="", secret="", to=""), 0.0
        # What is spelled otherwise than it was made is not what was made.
        if found.cookie != cookie or not -LEEWAY_SECONDS <= age <= ATTEMPT_SECONDS:
            raise UnknownCallerError(
                "this browser did not begin to sign in here within the last ten minutes",
                hint="sign in again, in the same window",
            )
        return found

    @property
    def cookie(self) -> str:
        """What the browser keeps."""
        return f"{self.begun}~{self.secret}~{self.to.encode().hex()}"

    @property
    def state(self) -> str:
        """What the provider sends back with the browser."""
        return self._derived(b"state\n")

    @property
    def nonce(self) -> str:
        """What the provider puts into the ID token."""
        return self._derived(b"nonce\n")

    @property
    def verifier(self) -> str:
        """What the node shows with the code."""
        return self._derived(b"verifier\n")

    @property
    def challenge(self) -> str:
        """What the provider is shown beforehand of the verifier (method S256)."""
        return _text(sha256(self.verifier.encode()))

    @property
    def digest(self) -> bytes:
        """What the store keeps of an attempt that was used up."""
        return sha256(self.cookie.encode())

    def check_state(self, given: str) -> None:
        """Raise `UnknownCallerError` unless the provider answers this attempt."""
        if not same(self.state.encode(), given.encode("utf-8", "replace")):
            raise UnknownCallerError(
                "this answer is to another attempt to sign in",
                hint="sign in again, in one window at a time",
            )

    def _derived(self, label: bytes) -> str:
        return _text(commit(_DOMAIN + label, self.cookie.encode()))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
