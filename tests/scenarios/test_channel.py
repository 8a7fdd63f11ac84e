"""The channel over real sockets: TLS 1.3 alone, and nobody but the pinned neighbours."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.support.channel import Impostor, channel, context, request, tls_key
from tests.support.processes import Nodes

from trilogue.encoding import instant
from trilogue.node.keystore import _new_certificate

pytestmark = pytest.mark.processes


def test_a_neighbour_is_answered(running: Nodes) -> None:
    with channel(running["JP"], context(tls_key(running["US"]))) as connection:
        assert connection.version() == "TLSv1.3"
        assert request(connection, "GET", "/seen") == 204


@pytest.mark.threat("T02", "T19")
def test_tls_below_1_3_is_refused(running: Nodes) -> None:
    old = context(tls_key(running["US"]), highest=ssl.TLSVersion.TLSv1_2)
    with pytest.raises(OSError), channel(running["JP"], old):
        pass


@pytest.mark.threat("T02")
@pytest.mark.parametrize(
    "shown",
    [
        "nothing",
        "a stranger's",
        "KR's",  # the real key of a participant with which JP has no pact
        "one that US's key signed",  # what a neighbour's key vouches for is not pinned
    ],
)
def test_whoever_is_no_neighbour_gets_no_answer(running: Nodes, tmp_path: Path, shown: str) -> None:
    us = tls_key(running["US"])
    key = {
        "nothing": lambda: None,
        "a stranger's": lambda: _key_file(tmp_path, _new_certificate("us.tisa-2014.trilogue")),
        "KR's": lambda: tls_key(running["KR"]),
        "one that US's key signed": lambda: _key_file(tmp_path, _issued_by(us)),
    }[shown]()
    # A TLS 1.3 client ends its handshake before the server has seen the certificate: that it was
    # refused is what it reads first, in place of an answer.
    with pytest.raises(OSError), channel(running["JP"], context(key)) as connection:
        request(connection, "GET", "/seen")


@pytest.mark.threat("T02")
@pytest.mark.parametrize("shown", ["a stranger's", "KR's"])
def test_a_server_with_another_certificate_is_not_talked_to(
    nodes: Nodes, tmp_path: Path, shown: str
) -> None:
    key = {
        "a stranger's": _key_file(tmp_path, _new_certificate("jp.tisa-2014.trilogue")),
        # KR is US's neighbour, but not at JP's address.
        "KR's": tls_key(nodes["KR"]),
    }[shown]
    nodes.start("KR", "US")
    with Impostor(nodes["JP"].settings.listen_address, key) as impostor:
        what = nodes["KR"].submit()
        nodes["KR"].grant(what)
        nodes.until(lambda: impostor.refusals, "US does not try to reach JP")
    assert impostor.heard == []
    nodes.start("JP")
    nodes.settle()
    assert nodes["JP"].read(what) == "seen"


def _key_file(directory: Path, pem: bytes) -> Path:
    path = directory / "tls.pem"
    path.write_bytes(pem)
    return path


def _issued_by(issuer: Path) -> bytes:
    """Return a fresh key and a certificate for it that the key in `issuer` signs."""
    pem = issuer.read_bytes()
    authority = serialization.load_pem_private_key(pem, None)
    name = x509.load_pem_x509_certificate(pem).subject
    key = ec.generate_private_key(ec.SECP256R1())
    assert isinstance(authority, ec.EllipticCurvePrivateKey)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(instant.to_datetime("2016-01-01T00:00:00.000Z"))
        .not_valid_after(instant.to_datetime("2060-01-01T00:00:00.000Z"))
        .sign(authority, hashes.SHA256())
    )
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)
