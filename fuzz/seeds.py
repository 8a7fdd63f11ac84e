"""Where fuzzing begins: what the test vectors hold, and one good example for every target."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
from tests.support.authenticator import Authenticator, client_data
from tests.unit.reports.payload_examples import EXAMPLES

from fuzz import asked, hands, kept, named, sealed, signed, written
from trilogue.api.examples import GIVEN
from trilogue.encoding import base64, canonical
from trilogue.protocol.delivery import Ack, Outcome, Seen, parse_delivery
from trilogue.protocol.publiclog import open_line
from trilogue.protocol.statement import OPEN_KINDS, leaf_of, parse_statement
from trilogue.reports.payloads import encode_payload, payload_type
from trilogue.sealing.box import SealingSecret
from trilogue.tlog.tiles import encode_bundle, tile_bytes, tile_path
from trilogue.tlog.tiles import parse_tile_path as parse_path
from trilogue.tlog.tree import consistency_proof, inclusion_proof

__all__ = ["seeds_of"]

VECTORS = Path(__file__).parents[1] / "tests" / "vectors"
ASCENTS = Path(__file__).parents[1] / "tests" / "data" / "ascents"

QUAKEML = """\
<?xml version="1.0" encoding="utf-8"?>
<q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2"
  xmlns="http://quakeml.org/xmlns/bed/1.2" xmlns:t="{ours}">
 <eventParameters publicID="smi:local/p">
  <event publicID="smi:local/DPRK5">
   <pick publicID="smi:local/1" t:x="1">
    <time><value>2016-09-09T00:31:18.793+09:00</value><uncertainty>0.1</uncertainty></time>
    <waveformID networkCode="KG" stationCode="TJN" channelCode="BHZ"/>
    <phaseHint>P</phaseHint><t:snr>173.5</t:snr>
    <t:position latitude="36.3805" longitude="127.3617"/>
   </pick>
  </event>
 </eventParameters>
</q:quakeml>
"""


def seeds_of(name: str) -> Iterator[bytes]:
    """Go through the seeds of a target."""
    yield from SEEDS[name]()


def _vectors(folder: str) -> Iterator[Any]:
    for path in sorted((VECTORS / folder).glob("*.json")):
        yield json.loads(path.read_text("utf-8"))


def _acceptance() -> Iterator[bytes]:
    for vector in _vectors("acceptance"):
        if "delivery" in vector and vector["expect"] == "accept":
            yield vector["delivery"].encode()


def _deliveries() -> Iterator[bytes]:
    yield from _acceptance()
    for vector in _vectors("acceptance"):
        if vector.get("step") == 0:
            yield vector["delivery"].encode()


def _hands(what: str) -> Iterator[bytes]:
    """What the vectors of passkeys hold."""
    for vector in _vectors("passkey"):
        yield base64.decode(vector[what])


def _registrations() -> Iterator[bytes]:
    yield from _hands("authenticator_data")
    for algorithm in ("EdDSA", "ES256"):
        yield Authenticator(bytes(32), algorithm).registration()


def _statements() -> Iterator[bytes]:
    """One statement of each kind."""
    kinds = set()
    for data in _acceptance():
        for voice in parse_delivery(data).voices:
            for spoken in voice.statements:
                kind = parse_statement(spoken.raw).kind
                if kind not in kinds:
                    kinds.add(kind)
                    yield spoken.raw
    for data in _cards():
        sent = canonical.decode(data)["card"]
        for voice in parse_delivery(canonical.encode(sent)).voices:
            yield from (spoken.raw for spoken in voice.statements)


def _leaves() -> Iterator[bytes]:
    for raw in _statements():
        yield leaf_of(parse_statement(raw), raw)


def _open() -> Iterator[bytes]:
    said = {}
    for raw in _statements():
        statement = parse_statement(raw)
        if statement.kind in OPEN_KINDS:
            said[statement.index] = raw
    yield b"".join(open_line(index, raw) for index, raw in sorted(said.items()))
    yield b""


def _cards() -> Iterator[bytes]:
    (world,) = (one for one in _vectors("acceptance") if "cards" in one)
    yield from (card.encode() for card in world["cards"].values())


def _headers() -> Iterator[bytes]:
    for vector in _vectors("reports"):
        if vector["expect"] == "ok" or vector["comment"].startswith("header"):
            yield vector["header"].encode()


def _notes() -> Iterator[bytes]:
    yield signed.signed_note().encode()
    for vector in _vectors("signing"):
        yield vector["note"].encode("utf-8", "surrogatepass")


def _canonical() -> Iterator[bytes]:
    yield from _statements()
    yield from (
        b'{"a":[1,true,null,"\xc3\xa9"],"b":{}}',
        b'{"a":1,"a":2}',
        b"[1.0]",
        b'["12:30.5"]',
        b"[9007199254740992]",
        b'["\\ud800"]',
        b"[NaN]",
        b"[1e999]",
        b"[-0]",
        b'{"\xc3\xa9":1}',
        b"[" * 200 + b"]" * 200,
    )


def _payloads() -> Iterator[bytes]:
    for payload in EXAMPLES.values():
        yield bytes([sealed.TYPES.index(payload_type(payload))]) + encode_payload(payload)


def _bodies() -> Iterator[bytes]:
    named = [one for one in asked._OPERATIONS if one.given is not None]
    for number, operation in enumerate(named):
        yield bytes([number]) + msgspec.json.encode(GIVEN[operation.name])


def _arrangement(name: str) -> Callable[[], Iterator[bytes]]:
    return lambda: iter([written._shipped()[name]])


def _proofs() -> Iterator[bytes]:
    for index in range(signed.NEW):
        proof = inclusion_proof(index, signed.NEW, signed.tree())
        yield bytes([index, signed.NEW]) + b"".join(proof)


def _consistency() -> Iterator[bytes]:
    proof = consistency_proof(signed.OLD, signed.NEW, signed.tree())
    yield bytes([signed.OLD, signed.NEW]) + b"".join(proof)
    yield bytes([0, signed.NEW])


def _csv() -> Iterator[bytes]:
    text = (resources.files("trilogue.data") / "seismic_arrivals.csv").read_bytes()
    lines = text.splitlines(keepends=True)
    yield b"".join(lines[:6])


def _telemetry() -> Iterator[bytes]:
    yield b"time_s,altitude_m,speed_mps\n0,0,0\n1,0,9.5\n2,100,19.2\n3,100,29\n"
    for path in sorted(ASCENTS.glob("*.csv")):
        yield b"".join(path.read_bytes().splitlines(keepends=True)[:60])


def _scenarios() -> Iterator[bytes]:
    folder = resources.files("trilogue.analysis.scenario") / "data"
    for name in ("single", "withdrawal"):
        yield (folder / f"{name}.toml").read_bytes()


def _parameters() -> Iterator[bytes]:
    for number in range(len(asked.ASKED)):
        for text in (b"after=17&most=1", b"lang=ko", b"speaker=KR&index=17", b"id=1", b"most=1e1"):
            yield bytes([number]) + text


def _just(*found: bytes | str) -> Callable[[], Iterator[bytes]]:
    return lambda: iter([one.encode() if isinstance(one, str) else one for one in found])


def _quakeml() -> Iterator[bytes]:
    from trilogue.interop.quakeml import OURS

    yield QUAKEML.format(ours=OURS).encode()


ACK = Ack(
    v=1,
    recipient="JP",
    outcomes=(
        Outcome(speaker="KR", index=3, step=None, reason="", again=False),
        Outcome(speaker="US", index=0, step=6, reason="no pact", again=True),
    ),
    seen=(Seen(speaker="KR", size=4),),
)

SEEDS: dict[str, Callable[[], Iterator[bytes]]] = {
    "acknowledgement": _just(canonical.encode(ACK)),
    "add_checkpoint": lambda: iter([signed.witness_request().encode()]),
    "address": _just("127.0.0.1:7201", "[::1]:7201", "localhost:0", "a:65536"),
    "archive": lambda: iter(
        [
            kept.tar({"node.toml": b"x", "card.json": b"{}", "store.sqlite": b"y", "keys/a": b"z"}),
            kept.tar({"../out": b"x"}),
            kept.tar({"keys/link": b""}, tarfile.SYMTYPE),
        ]
    ),
    "arrangement": _arrangement("arrangement.toml"),
    "arrangement_text": _arrangement("arrangement.toml"),
    "arrivals_csv": _csv,
    "attempt": _just(named.ATTEMPT.cookie, "~~"),
    "authenticator_data": _registrations,
    "authorization": lambda: iter([asked.authorization_seed(), b"Bearer x", b"Basic x", b""]),
    "base64_text": _just("QQ==", "QR==", "QUE=", "QUFB", "", "Q-_="),
    "base64_url": lambda: iter([b"", b"QQ", b"-_8"]),
    "body": _bodies,
    "bundle": _just('[{"header":"e30=","key":"AAAA"}]'),
    "canonical_json": _canonical,
    "card": _cards,
    "checkpoint": lambda: iter([signed.checkpoint_note().encode()]),
    "claims": _just(json.dumps(named.CLAIMS), "{}", "[]"),
    "client_data": lambda: iter(
        [client_data("webauthn.get", hands.CHALLENGE), *_hands("client_data")]
    ),
    "consistency_proof": _consistency,
    "cosignatures": lambda: iter([signed.cosigned().encode(), b""]),
    "credential_key": lambda: _hands("key"),
    "delivery": _deliveries,
    "entry_bundle": lambda: iter(
        [bytes([len(all_) - 1]) + encode_bundle(all_) for all_ in [list(_leaves())]]
    ),
    "header": _headers,
    "id_token": _just(named.signed(json.dumps(named.CLAIMS).encode()), "e30.e30.", ".."),
    "inclusion_proof": _proofs,
    "instants": _just("2016-09-09T00:30:01.353Z", "0001-01-01T00:00:00.000Z", "2016-02-30T"),
    "jwk_set": _just(json.dumps({"keys": [named.JWK]}), '{"keys":[]}'),
    "leaf": _leaves,
    "loose_json": _canonical,
    "mark_line": _just("(S//ORCON//REL TO JP, US)", "(C//NOT RELEASABLE)", "(U//REL TO KR)"),
    "note": _notes,
    "open_file": _open,
    "parameters": _parameters,
    "payload": _payloads,
    "problem": _just(
        '{"type":"urn:trilogue:error:refused","title":"no","status":403,"rules":["x"],"index":7}',
        '{"type":"urn:trilogue:error:format","title":"no","status":400,"step":0}',
        "<html>",
    ),
    "public_key": lambda: iter(["\n".join(signed.secret().public.vkeys()).encode()]),
    "quakeml": _quakeml,
    "received": _deliveries,
    "root_file": lambda: iter(
        ["".join(f"{vkey}\n" for vkey in signed.secret().public.vkeys()).encode()]
    ),
    "rules": _arrangement("rules.cedar"),
    "scenario": _scenarios,
    "sealed_box": lambda: iter([sealed.box()]),
    "sealed_portion": lambda: iter([sealed.portion()[1]]),
    "sealing_key": lambda: iter(
        [base64.encode(SealingSecret.from_bytes(bytes(96)).public.to_bytes()).encode()]
    ),
    "settings": _just(
        'participant = "KR"\nof = "tisa-2014"\nlisten = "127.0.0.1:7101"\napi = "127.0.0.1:7201"\n'
        '\n[peers]\nUS = "127.0.0.1:7102"\n'
    ),
    "signature_lines": lambda: iter([signed.cosigned().encode()]),
    "statement": _statements,
    "telemetry": _telemetry,
    "tile": lambda: iter(
        [tile_bytes(parse_path(tile_path(0, 0, signed.NEW)), signed.tree()), bytes(256 * 32)]
    ),
    "tile_name": _just("tile/0/x001/x234/067", "tile/entries/273.p/112", "tile/63/000"),
    "tree_size": _just("0", "17", "9223372036854775807", "017", "1_0"),
    "verifier_key": lambda: iter([vkey.encode() for vkey in signed.secret().public.vkeys()]),
    "words": _arrangement("vocabulary.en.toml"),
    "wrapped_key": lambda: iter([sealed.wrapped()]),
    "written_payload": _payloads,
}
