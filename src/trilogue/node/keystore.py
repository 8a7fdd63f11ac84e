"""A participant's secret keys on disk: root, working keys, and its officers' release keys.

    keys/root.json            signs key statements; belongs offline between rotations
    keys/NNNN/checkpoint.json signs checkpoints and cosignatures
    keys/NNNN/sealing.bin     opens boxes
    keys/NNNN/tls.pem         key and certificate of both ports
    keys/officers/NAME.json   signs approvals
    keys/queue                seals what passes between the node's processes through a queue

`NNNN` is the sequence of the key statement that published them. Files are readable by their owner
alone, written whole and synced, then renamed into place.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from trilogue.encoding import base64, canonical, instant
from trilogue.errors import FormatError, InputError, NotFoundError, UnavailableError
from trilogue.node.guarded import make_private, sync_directory
from trilogue.protocol.bodies import KeyMaterial, ReleaseKey
from trilogue.sealing.box import SealingSecret
from trilogue.sealing.hidden import Hidden
from trilogue.signing.keys import SecretKey

__all__ = ["Keystore", "WorkingKeys", "certificate_pem", "write_private"]

VALID_DAYS = 400


class _Seeds(Hidden, msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    ed25519: str
    mldsa44: str


@dataclass(frozen=True, repr=False)
class WorkingKeys(Hidden):
    """The secret keys that one key statement published."""

    sequence: int
    checkpoint: SecretKey
    sealing: SealingSecret
    tls_pem: Path
    certificate: bytes


class Keystore:
    """The directory of secret keys of one participant."""

    def __init__(self, directory: Path, participant: str, origin: str) -> None:
        self._directory = directory
        self._participant = participant
        self._origin = origin

    def root(self) -> SecretKey:
        """Return the root key, making it on first use."""
        path = self._directory / "root.json"
        if not path.exists():
            _write_secret(path, SecretKey.generate(f"{self._origin}/root"))
        return _read_secret(path)

    def generate(self, tls_pem: Path | None = None) -> WorkingKeys:
        """Make the next working keys; nothing uses them before a key statement publishes them.

        `tls_pem` is a key of the channel to go on with, in place of a new one.
        """
        sequence = max(self.sequences(), default=-1) + 1
        directory = self._directory / f"{sequence:04d}"
        _write_secret(directory / "checkpoint.json", SecretKey.generate(self._origin))
        write_private(directory / "sealing.bin", SealingSecret.generate().to_bytes())
        tls = _new_certificate(self._origin) if tls_pem is None else tls_pem.read_bytes()
        write_private(directory / "tls.pem", tls)
        return self.working(sequence)

    def sequences(self) -> list[int]:
        """Return the sequences whose keys are here, oldest first."""
        if not self._directory.exists():
            return []
        return sorted(int(p.name) for p in self._directory.iterdir() if p.name.isdecimal())

    def working(self, sequence: int) -> WorkingKeys:
        """Return the working keys of one sequence. Raises `NotFoundError`."""
        directory = self._directory / f"{sequence:04d}"
        pem = directory / "tls.pem"
        if not pem.exists():
            raise NotFoundError(f"no keys of sequence {sequence} in {self._directory}")
        certificate = x509.load_pem_x509_certificate(pem.read_bytes())
        return WorkingKeys(
            sequence=sequence,
            checkpoint=_read_secret(directory / "checkpoint.json"),
            sealing=SealingSecret.from_bytes((directory / "sealing.bin").read_bytes()),
            tls_pem=pem,
            certificate=certificate.public_bytes(serialization.Encoding.DER),
        )

    def queue(self) -> bytes:
        """Return the key that seals what passes through a queue, made by whoever is first."""
        path = self._directory / "queue"
        if not path.exists():
            # Of a name of its own: processes and threads of a node come here at one moment.
            made = self._directory / f"queue.{secrets.token_hex(8)}"
            write_private(made, secrets.token_bytes(32))
            with suppress(FileExistsError):
                os.link(made, path)
            made.unlink()
        return path.read_bytes()

    def officers(self) -> list[str]:
        """Return the names of the release officers, sorted."""
        return sorted(p.stem for p in (self._directory / "officers").glob("*.json"))

    def officer(self, name: str) -> SecretKey:
        """Return an officer's release key. Raises `NotFoundError`."""
        path = self._directory / "officers" / f"{name}.json"
        if name not in self.officers():
            raise NotFoundError(
                f"no release officer {name!r}", hint=f"known: {', '.join(self.officers())}"
            )
        return _read_secret(path)

    def add_officer(self, name: str) -> None:
        """Make a release key for an officer; the next key statement publishes it."""
        if not name.replace("-", "").isalnum() or not name.isascii() or len(name) > 40:
            raise InputError(f"an officer's name is letters, digits and '-': {name!r}")
        if name in self.officers():
            raise InputError(f"there is a release officer {name!r} already")
        path = self._directory / "officers" / f"{name}.json"
        _write_secret(path, SecretKey.generate(f"{self._origin}/officer/{name}"))

    def material(self, keys: WorkingKeys, at: str) -> KeyMaterial:
        """Return what a key statement says of these keys and of the officers."""
        return KeyMaterial(
            participant=self._participant,
            sequence=keys.sequence,
            checkpoint=keys.checkpoint.public.vkeys(),
            sealing=base64.encode(keys.sealing.public.to_bytes()),
            tls=base64.encode(keys.certificate),
            release=tuple(
                ReleaseKey(officer=name, vkeys=self.officer(name).public.vkeys())
                for name in self.officers()
            ),
            not_before=instant.plus(at, -3600),
            expires=instant.plus(at, VALID_DAYS * 86400),
        )


def certificate_pem(der: bytes) -> str:
    """Return a certificate as PEM text."""
    certificate = x509.load_der_x509_certificate(der)
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def write_private(path: Path, data: bytes) -> None:
    """Write a file that its owner alone may read: whole, synced, then renamed into place.

    On return it is there whatever happens next, so that a statement may rely on it.
    """
    make_private(path.parent)
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)  # what a crash left keeps the rights that it had
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_directory(path.parent)


def _write_secret(path: Path, secret: SecretKey) -> None:
    ed25519, mldsa44 = secret.seeds()
    seeds = _Seeds(name=secret.name, ed25519=base64.encode(ed25519), mldsa44=base64.encode(mldsa44))
    write_private(path, canonical.encode(seeds))


def _read_secret(path: Path) -> SecretKey:
    """Read a key file. Raises `UnavailableError`, which quotes nothing of what stands in it."""
    try:
        seeds = canonical.decode(path.read_bytes(), _Seeds)
        return SecretKey.from_seeds(
            seeds.name, base64.decode(seeds.ed25519, 32), base64.decode(seeds.mldsa44, 32)
        )
    except FormatError:
        raise UnavailableError(
            f"{path} is damaged: it holds no key", hint="restore it from a backup"
        ) from None


def _new_certificate(name: str) -> bytes:
    """Return key and self-signed certificate: peers pin the certificate itself, not a name.

    It vouches for no other certificate: what is pinned is this one. Its own dates are wide; the
    key statement that carries it says how long it is to be used.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    start = instant.to_datetime("2014-12-29T00:00:00.000Z")
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365 * 50))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)
