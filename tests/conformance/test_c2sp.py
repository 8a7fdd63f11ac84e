"""C2SP formats against what other implementations and running logs have signed.

Our own tests show that we read what we write; these show that we read what others write.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from trilogue.encoding import base64
from trilogue.errors import FormatError, SignatureError
from trilogue.signing.keys import ED25519, PublicKey, SecretKey, TextVerifier
from trilogue.signing.note import UnverifiedNote, parse_note, verify_note
from trilogue.signing.vkeys import format_vkey, key_id, parse_vkey
from trilogue.tlog.checkpoint import (
    MLDSA44_COSIGNATURE,
    mldsa44_verifier,
    parse_checkpoint,
    parse_checkpoint_text,
)
from trilogue.tlog.cosignature import ED25519_COSIGNATURE, ed25519_verifier
from trilogue.tlog.timestamped import split_timestamp
from trilogue.tlog.tree import leaf_hash, verify_inclusion
from trilogue.tlog.witness import format_add_checkpoint, parse_add_checkpoint

DATA = Path(__file__).parent / "data"


def ed25519_of(vkey: str, algorithm: bytes = ED25519) -> PublicKey:
    """Return a pair that knows one Ed25519 key and no ML-DSA-44 key."""
    name, public = parse_vkey(vkey, algorithm)
    assert format_vkey(name, algorithm, public) == vkey
    return PublicKey(name, public, bytes(1312))


def signed_by(vkey: str, note: str) -> str:
    """Return the text of a note that one Ed25519 key of type 0x01 signed."""
    public = ed25519_of(vkey)
    verifier = TextVerifier(
        public.name, key_id(public.name, ED25519, public.ed25519), public.verify_ed25519
    )
    return verify_note(parse_note(note), [verifier]).text


class TestSignedNote:
    """golang.org/x/mod/sumdb/note, note_test.go."""

    VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    SKEY = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    TEXT = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    LINE = (
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdng"
        "otpRZb6KE6RyyBwJnAM=\n"
    )

    def test_verifies(self):
        assert signed_by(self.VKEY, f"{self.TEXT}\n{self.LINE}") == self.TEXT

    def test_signs_the_same_bytes(self):
        seed = base64.decode(self.SKEY).removeprefix(ED25519)
        signer, _ = SecretKey.from_seeds("PeterNeumann", seed, bytes(32)).note_signers()
        assert base64.encode(signer.key_id + signer.sign(self.TEXT)) == self.LINE.split()[2]

    @pytest.mark.parametrize(
        "vkey",
        [
            "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
            "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        ],
        ids=["wrong length", "unknown algorithm"],
    )
    def test_refuses_the_bad_keys(self, vkey: str):
        with pytest.raises(FormatError):
            ed25519_of(vkey)


class TestGoChecksumDatabase:
    """One entry of sum.golang.org at 58 million, proven to its signed root."""

    VKEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"

    def test_an_entry_of_a_running_log_is_proven(self):
        head, _, note = (DATA / "go-sumdb-43930254.tlog-proof").read_text().partition("\n\n")
        _, index, *hashes = head.split("\n")
        checkpoint = parse_checkpoint_text(signed_by(self.VKEY, note))
        assert (checkpoint.origin, checkpoint.size) == ("go.sum database tree", 58253265)
        verify_inclusion(
            leaf_hash((DATA / "go-sumdb-43930254.leaf").read_bytes()),
            int(index.removeprefix("index ")),
            checkpoint.size,
            [base64.decode(value) for value in hashes],
            checkpoint.root,
        )


class TestCosignatureByEd25519:
    """A Certificate Transparency log of 1.4 billion entries, cosigned by public witnesses."""

    LOG = (
        "arche2025h1.staging.ct.transparency.dev+ba2f06c0"
        "+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
    )
    WITNESS = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
    NOTE = (DATA / "arche2025h1.checkpoint").read_text()

    def test_the_log_signed(self):
        checkpoint = parse_checkpoint_text(signed_by(self.LOG, self.NOTE))
        assert checkpoint.size == 1432088532

    def test_the_witness_cosigned(self):
        verifier = ed25519_verifier(ed25519_of(self.WITNESS, ED25519_COSIGNATURE))
        note = verify_note(parse_note(self.NOTE), [verifier])
        assert len(note.ignored) == 5
        assert split_timestamp(note.signatures[0].value)[0] == 1779573024

    def test_another_size_is_not_cosigned(self):
        verifier = ed25519_verifier(ed25519_of(self.WITNESS, ED25519_COSIGNATURE))
        with pytest.raises(SignatureError, match="does not verify"):
            verify_note(parse_note(self.NOTE.replace("\n1432088532\n", "\n42\n")), [verifier])


class TestCosignatureByMlDsa44:
    """A log that signs with ML-DSA-44 alone, made by filippo.io/torchwood with time 0."""

    def read(self) -> tuple[PublicKey, UnverifiedNote]:
        vkey = (DATA / "mldsa-log.vkey").read_text().removesuffix("\n")
        name, public = parse_vkey(vkey, MLDSA44_COSIGNATURE)
        assert format_vkey(name, MLDSA44_COSIGNATURE, public) == vkey
        note = (DATA / "mldsa-log.checkpoint").read_text()
        ed25519 = SecretKey.from_seeds(name, bytes(32), bytes(32)).public.ed25519
        return PublicKey(name, ed25519, public), parse_note(note)

    def test_the_log_signed(self):
        public, note = self.read()
        verified = verify_note(note, [mldsa44_verifier(public)])
        assert parse_checkpoint_text(verified.text).size == 1
        assert split_timestamp(verified.signatures[0].value)[0] == 0

    def test_another_size_is_not_signed(self):
        public, note = self.read()
        changed = UnverifiedNote(note.text.replace("\n1\n", "\n2\n"), note.signatures)
        with pytest.raises(SignatureError, match="does not verify"):
            verify_note(changed, [mldsa44_verifier(public)])


SOFA = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
"""  # noqa: E501 - as it stands in the document


def test_the_example_of_tlog_checkpoint_is_read():
    unverified = parse_checkpoint(SOFA)
    assert (unverified.origin, unverified.size) == ("example.com/behind-the-sofa", 20852163)
    assert f"{unverified.checkpoint.text()}\n" == SOFA[: SOFA.index("—")]


def test_the_example_of_tlog_cosignature_is_read():
    line = (
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJs"
        "X3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    )
    witness = parse_checkpoint(SOFA + line).parsed.signatures[1]
    assert witness.name == "witness.example.com/w1"
    assert split_timestamp(witness.value)[0] == 1679315147


def test_the_example_of_tlog_witness_is_read():
    proof = [
        "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=",
        "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=",
        "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=",
        "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=",
    ]
    body = "old 20852014\n" + "".join(f"{value}\n" for value in proof) + f"\n{SOFA}"
    request = parse_add_checkpoint(body)
    assert (request.old_size, [base64.encode(v) for v in request.proof]) == (20852014, proof)
    assert format_add_checkpoint(request.old_size, request.proof, request.note) == body
