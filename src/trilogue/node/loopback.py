"""Which hosts are this machine: what travels to them needs no TLS."""

from __future__ import annotations

import ipaddress

__all__ = ["is_loopback"]


def is_loopback(host: str) -> bool:
    """Whether a host is this machine. A name other than localhost may lead anywhere.

    >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "node.example")]
    [True, True, True, False]
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
