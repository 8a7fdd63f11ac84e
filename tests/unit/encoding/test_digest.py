"""Digests and commitments."""

from __future__ import annotations

import hashlib

from trilogue.encoding.digest import SIZE, Domain, commit, sha256

DOMAINS = [value for name, value in vars(Domain).items() if name.isupper()]


def test_a_commitment_is_sha256_over_domain_and_parts():
    expected = hashlib.sha256(b"trilogue/v1/plaintext\nsaltcontent").digest()
    assert commit(Domain.PLAINTEXT, b"salt", b"content") == expected
    assert len(expected) == SIZE


def test_plain_sha256_has_no_domain():
    assert sha256(b"abc").hex().startswith("ba7816bf")  # FIPS 180-2, appendix B.1


def test_no_domain_begins_another():
    # Otherwise a commitment for one purpose could be opened as one for another.
    assert len(set(DOMAINS)) == len(DOMAINS) > 0
    for domain in DOMAINS:
        assert domain.endswith(b"\n")
        assert not any(other.startswith(domain) for other in DOMAINS if other != domain)
