"""What every answer of the console carries: nothing is kept, framed, or taken from elsewhere.

A page whose scripts need more says which directive and what for; nothing else may do it.

>>> headers({"worker-src": "'self'"})["Content-Security-Policy"].rpartition("; ")[2]
"worker-src 'self'"
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["HEADERS", "headers"]

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def headers(more: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of a page that is allowed more, by directive."""
    policy = {**_POLICY, **{name: f"{_POLICY.get(name, '')} {also}" for name, also in more.items()}}
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "; ".join(
            f"{name} {sources.strip()}" for name, sources in policy.items()
        ),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": (
            "camera=(), geolocation=(), microphone=(),"
            " publickey-credentials-create=(self), publickey-credentials-get=(self)"
        ),
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }


HEADERS = headers({})
