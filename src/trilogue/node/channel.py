"""The channel: TLS 1.3 between two neighbours, each pinned to the other's very certificate.

There is no authority and no name to trust. A node trusts exactly the certificates that its
neighbours' key statements name, in both directions; whoever else connects fails in the handshake.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from pathlib import Path

from trilogue.encoding import base64
from trilogue.node.books import Books
from trilogue.node.keystore import certificate_pem
from trilogue.protocol.bodies import KeyMaterial

__all__ = ["client_context", "pinned", "server_context"]

PINNED = 2
"""How many of a neighbour's newest certificates count: while one replaces the other, both do."""


def pinned(books: Books, neighbour: str, at: str) -> tuple[bytes, ...]:
    """Return the certificates (DER) that a neighbour may show at `at`, newest first.

    One whose keys have all ended may still show the last: over the channel it says which keys
    follow, under its root. Nothing else that it says counts before that (step 1).
    """
    materials: list[KeyMaterial] = [m for _, m in books.materials(neighbour)]
    materials.sort(key=lambda material: material.sequence, reverse=True)
    valid = [material.tls for material in materials if material.not_before <= at < material.expires]
    last = [material.tls for material in materials[:1]]
    return tuple(base64.decode(tls) for tls in dict.fromkeys(valid or last))[:PINNED]


def server_context(own: Path, neighbours: Iterable[bytes]) -> ssl.SSLContext:
    """Return the context of the peer port: a certificate is asked for, and must be pinned."""
    return _context(ssl.PROTOCOL_TLS_SERVER, own, neighbours)


def client_context(own: Path, neighbour: Iterable[bytes]) -> ssl.SSLContext:
    """Return the context with which to reach one neighbour, and nobody else."""
    return _context(ssl.PROTOCOL_TLS_CLIENT, own, neighbour)


def _context(protocol: int, own: Path, peers: Iterable[bytes]) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # the certificate itself is pinned, whatever its name
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_cert_chain(own)
    for certificate in peers:
        context.load_verify_locations(cadata=certificate_pem(certificate))
    return context
