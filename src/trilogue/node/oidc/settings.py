"""Whom to ask who somebody is, and what the answer means here. `[oidc]` in `node.toml`:

    [oidc]
    issuer = "https://login.example/realms/kr"
    client_id = "trilogue-kr"
    client_secret = "keys/oidc"
    address = "https://console.kr.example"
    name = "preferred_username"
    roles = "groups"

    [oidc.values]
    kr-analysts = ["analyst"]
    kr-release = ["analyst", "release-officer"]

`name` is the claim that names people as grants and the access register name them, `roles` the claim
whose values mean roles as `values` has it. Whoever has no value that stands there is refused.
`client_secret` is a file that holds the secret, relative to the node's directory; a public client
has none. `address` is where people's browsers reach the pages; without it, the API's own address.
`scopes` are asked for beside `openid` (by default `profile`), and `authority` is a PEM file of the
authorities to trust, in place of the system's.

A session ends when its ID token does, or after `hours`, twelve at most.

Each may stand in the environment instead, which goes before the file: `TRILOGUE_OIDC_ISSUER` and so
on. There `TRILOGUE_OIDC_VALUES` is `kr-analysts=analyst,kr-release=analyst+release-officer`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec

from trilogue.errors import InputError
from trilogue.node.loopback import is_loopback

__all__ = ["PREFIX", "OidcSettings", "SignedIn", "check_url", "merge"]

PREFIX = "TRILOGUE_OIDC_"

# `trilogue.node.tokens.Role`, which a test compares: the settings are read without a store at hand.
SignedIn = Literal[
    "analyst", "release-officer", "watch-officer", "security-officer", "administrator", "auditor"
]
"""What people may be. A monitor is a program, and has a token."""

_Word = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
_SCOPE = re.compile(r"[!#-\[\]-~]{1,64}", re.ASCII)  # RFC 6749 section 3.3


class OidcSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of signing in through a provider. Raises `InputError` when they do not fit."""

    issuer: str
    client_id: _Word
    client_secret: _Word | None = None
    address: str | None = None
    name: _Word
    roles: _Word
    values: dict[_Word, tuple[SignedIn, ...]]
    scopes: tuple[str, ...] = ("profile",)
    hours: Annotated[float, msgspec.Meta(gt=0, le=12)] | None = None
    authority: _Word | None = None

    def __post_init__(self) -> None:
        """Check what types do not say."""
        check_url("oidc.issuer", self.issuer)
        if self.address is not None:
            check_url("oidc.address", self.address)
            if urlsplit(self.address).path:
                raise InputError(
                    f"oidc.address: {self.address!r} has a path",
                    hint="write scheme, host and port alone: https://console.example",
                )
        if not self.values or not all(self.values.values()):
            raise InputError(
                "oidc.values: nothing, or a value without a role",
                hint='write which value of the claim means which roles: kr-analysts = ["analyst"]',
            )
        for scope in self.scopes:
            if not _SCOPE.fullmatch(scope):
                raise InputError(f"oidc.scopes: {scope!r} is no scope")

    @property
    def host(self) -> str:
        """The provider's host, as people are told where they are sent."""
        return urlsplit(self.issuer).hostname or ""


def merge(table: OidcSettings | None, environment: Mapping[str, str]) -> OidcSettings | None:
    """Return what file and environment say together, or None when they say nothing.

    Raises `InputError` for a variable that is not known, does not read or leaves something out.

    >>> merge(None, {}) is None
    True
    """
    given = {
        name.removeprefix(PREFIX): text
        for name, text in environment.items()
        if name.startswith(PREFIX) and text
    }
    if not given:
        return table
    whole: dict[str, Any] = {} if table is None else msgspec.to_builtins(table)
    for name, text in given.items():
        whole[name.lower()] = _READ.get(name, str)(text)
    try:
        return msgspec.convert(whole, OidcSettings, strict=False)
    except msgspec.ValidationError as error:
        raise InputError(
            f"{PREFIX}{', '.join(sorted(given))}: {error}",
            hint="`[oidc]` in node.toml has the same names in small letters",
        ) from error


def check_url(name: str, url: str) -> None:
    """Raise `InputError` unless a URL is https, or http to this machine, without query and user."""
    try:
        parts = urlsplit(url)
        host, user, _ = parts.hostname or "", parts.username, parts.port
    except ValueError as error:
        raise InputError(f"{name}: {url!r} is no URL: {error}") from error
    odd = parts.query or parts.fragment or user is not None or "?" in url or "#" in url
    if not host or odd or not url.isascii() or any(char <= " " for char in url):
        raise InputError(f"{name}: {url!r} is no URL of a host", hint="write https://HOST/PATH")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise InputError(
            f"{name}: {url!r}: what is asked there would travel in clear", hint="write https://…"
        )


def _read_values(text: str) -> dict[str, list[str]]:
    pairs = (pair.partition("=") for pair in text.split(","))
    return {value.strip(): roles.strip().split("+") for value, _, roles in pairs}


_READ: Mapping[str, Any] = {"VALUES": _read_values, "SCOPES": str.split}
