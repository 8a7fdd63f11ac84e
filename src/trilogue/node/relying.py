"""The relying party, as passkeys know a node: the address at which people open its console.

A browser makes and uses a passkey for a host name alone, the RP ID, and on pages that came over TLS
or from `localhost` (WebAuthn Level 2, §5.1.3, §5.1.4.1).

>>> Relying("https://console.kr.example:7201").rp
'console.kr.example'
>>> is_console("http://127.0.0.1:7201"), is_console("http://localhost:7201")
(False, True)
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from trilogue.errors import FormatError
from trilogue.signing.passkey import check_rp

__all__ = ["Relying", "is_console"]

_ORIGIN = re.compile(r"(https?)://([a-z0-9.-]+)(?::([1-9][0-9]{0,4}))?", re.ASCII)
_USUAL = {"https": "443", "http": "80"}


@dataclass(frozen=True)
class Relying:
    """Where the console is: an origin as browsers spell it."""

    origin: str

    @property
    def rp(self) -> str:
        """The RP ID: the origin's host."""
        found = _ORIGIN.fullmatch(self.origin)
        assert found is not None
        return found[2]


def is_console(url: str) -> bool:
    """Whether browsers make passkeys at an address, and spell it so."""
    found = _ORIGIN.fullmatch(url)
    if found is None or (found[1] == "http" and found[2] != "localhost"):
        return False
    try:
        check_rp(found[2])
    except FormatError:
        return False
    return found[3] != _USUAL[found[1]]
