"""Standard base64 (RFC 4648 section 4), strict: padding, alphabet and unused bits are checked.

What browsers sign holds base64url without padding (section 5), as strictly: `encode_url`.

>>> decode("QQ==")
b'A'
>>> decode("QR==")
Traceback (most recent call last):
    ...
trilogue.errors.FormatError: not canonical base64: 'QR=='
>>> encode_url(bytes([251, 239])), decode_url("QQ")
('--8', b'A')
"""

from __future__ import annotations

import binascii

from trilogue.errors import FormatError

__all__ = ["decode", "decode_url", "encode", "encode_url"]

_TO_URL = str.maketrans({"+": "-", "/": "_", "=": None})
_FROM_URL = str.maketrans({"-": "+", "_": "/", "+": None, "/": None, "=": None})


def encode(data: bytes) -> str:
    """Return the padded standard base64 of `data`, without line breaks."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def decode(text: str, size: int | None = None) -> bytes:
    """Return the bytes of canonical base64; `size` is the length they must have.

    Raises `FormatError`.
    """
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except (binascii.Error, ValueError) as error:
        raise FormatError(f"not canonical base64: {text[:40]!r}") from error
    if encode(data) != text:
        raise FormatError(f"not canonical base64: {text[:40]!r}")
    if size is not None and len(data) != size:
        raise FormatError(f"{len(data)} bytes where {size} must stand: {text[:40]!r}")
    return data


def encode_url(data: bytes) -> str:
    """Return base64url of `data`, without padding."""
    return encode(data).translate(_TO_URL)


def decode_url(text: str, size: int | None = None) -> bytes:
    """Return the bytes of canonical base64url; `size` is the length they must have.

    Raises `FormatError`.
    """
    standard = text.translate(_FROM_URL)
    data = decode(standard + "=" * (-len(standard) % 4), size)
    if encode_url(data) != text:
        raise FormatError(f"not canonical base64url: {text[:40]!r}")
    return data
