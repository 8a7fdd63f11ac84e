"""Entity tags: whoever has an answer already is told that it is the same still (RFC 9110, 304).

    GET /v1/grants                              200  ETag: "jzhbWtjLRTRnvl2Ag1Rz-g"
    GET /v1/grants  If-None-Match: "jzhb…"      304  and no body

A tag is strong: a digest of the very bytes that would be sent. The question is answered each time,
with all that is checked on the way; what is saved is the way back alone, so that nothing is shown
to anybody who might not see it now.

>>> matches('W/"a", "b"', '"a"'), matches("*", '"a"'), matches('"ab"', '"a"'), matches("", '"a"')
(True, True, False, False)
"""

from __future__ import annotations

import base64
import re
from typing import Any

from litestar import Response

from trilogue.encoding.digest import sha256

__all__ = ["IF_NONE_MATCH", "OWN", "matches", "tag_of", "tagged"]

IF_NONE_MATCH = "If-None-Match"
OWN = {
    "Cache-Control": "private, no-cache",
    "Vary": "Authorization",
    "X-Content-Type-Options": "nosniff",
}
"""An answer to one token: no shared cache keeps it, and a caller's own asks before it is shown."""

_BYTES = 16
_TAG = re.compile(r'(?:W/)?("[!#-~]*")', re.ASCII)


def tag_of(body: bytes) -> str:
    """Return the strong entity tag of a body."""
    return f'"{base64.urlsafe_b64encode(sha256(body)[:_BYTES]).rstrip(b"=").decode("ascii")}"'


def matches(given: str, tag: str) -> bool:
    """Say whether an `If-None-Match` names a tag (RFC 9110 section 13.1.2)."""
    return given.strip() == "*" or tag in _TAG.findall(given)


def tagged(body: bytes, given: str, media_type: str, headers: dict[str, str]) -> Response[Any]:
    """Return a body with its tag, or 304 for whoever has it."""
    tag = tag_of(body)
    if matches(given, tag):
        return Response(None, status_code=304, headers={**headers, "ETag": tag})
    return Response(body, media_type=media_type, headers={**headers, "ETag": tag}, status_code=200)
