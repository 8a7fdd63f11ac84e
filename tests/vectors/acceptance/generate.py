"""Write the vectors of acceptance: one delivery to JP, one failure, named for it.

    python -m tests.vectors.acceptance.generate         make again what is made of others
    python -m tests.vectors.acceptance.generate --new   play everything anew, with new keys

`world.json` is what JP has before any of them: its keys, the arrangement, the others' cards, and
the deliveries by which the arrangement came into force. A vector is *played* when participants
said it (one of them by breaking a rule), or *made* of a played one by changing what was delivered.
Signatures and boxes are randomised, so what is played is written once; what is made of it comes
out the same each time. What is played stands in `played.py` and `consent.py`, on the stage of
`stage.py`.

    rule      what is broken, or kept
    expect    accept | refuse | wait: it counts, it never will, or something may still come
    step      the acceptance step at which it fails (`trilogue.protocol`)
    of        the statement that fails, as the outcome names it; null for the delivery as a whole
    holds     how many portions JP can open afterwards
    at        the time on JP's clock
    before    vectors whose deliveries JP took in before
    made_of   the vector that this one was made of; null when it was played
    delivery  the bytes, which are text

Steps 4 and 5 are one computation, since the leaf is made from the statement: it fails as step 4.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from trilogue.encoding import base64, canonical, instant
from trilogue.protocol.delivery import Delivery, Spoken, Voice
from trilogue.protocol.statement import parse_statement

HERE = Path(__file__).parent

Vector = dict[str, Any]
Make = Callable[[Delivery], Delivery]


def main(arguments: list[str]) -> None:
    """Write the files."""
    if "--new" in arguments:
        from tests.vectors.acceptance import played

        for file in HERE.glob("*.json"):
            file.unlink()
        world, vectors = played.play()
        write("world", world)
        for name, vector in vectors.items():
            write(name, vector)
    for name, vector in made():
        write(name, vector)


def write(name: str, value: dict[str, Any]) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False, sort_keys=False)
    (HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def read(name: str) -> dict[str, Any]:
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


def made() -> Iterator[tuple[str, Vector]]:
    """Make every vector that is made of another."""
    for name, (source, rule, expect, step, who, change) in MADE.items():
        vector = read(source)
        delivery = canonical.decode(vector["delivery"].encode(), Delivery)
        yield (
            name,
            {
                "rule": rule,
                "expect": expect,
                "step": step,
                "of": _place(delivery, *who) if who else None,
                "holds": 0,
                "at": instant.plus(vector["at"], TIMES.get(name, 0.0)),
                "before": vector["before"],
                "made_of": source,
                "delivery": _text(change(delivery)),
            },
        )


def _place(delivery: Delivery, speaker: str, kind: str, named: str = "") -> list[Any]:
    """Find a statement in a delivery: its place, with another name or index -1 if it is unread."""
    unread = kind.startswith("?")
    for voice in delivery.voices:
        for spoken in voice.statements:
            statement = parse_statement(spoken.raw)
            if (statement.speaker, statement.kind) == (speaker, kind.strip("?")):
                return [named or speaker, -1 if unread else statement.index]
    raise LookupError((speaker, kind))


def _text(delivery: Delivery | bytes) -> str:
    data = delivery if isinstance(delivery, bytes) else canonical.encode(delivery)
    return data.decode()


# Changes. Each changes one thing.


def in_voice(speaker: str, change: Callable[[Voice], Voice]) -> Make:
    """Change one speaker's voice."""

    def make(delivery: Delivery) -> Delivery:
        voices = tuple(change(v) if v.speaker == speaker else v for v in delivery.voices)
        assert voices != delivery.voices
        return msgspec.structs.replace(delivery, voices=voices)

    return make


def in_spoken(speaker: str, kind: str, change: Callable[[Spoken, Voice], Spoken]) -> Make:
    """Change one statement, and its proof, in one speaker's voice."""

    def make(voice: Voice) -> Voice:
        said = tuple(
            change(s, voice) if parse_statement(s.raw).kind == kind else s for s in voice.statements
        )
        assert said != voice.statements
        return msgspec.structs.replace(voice, statements=said)

    return in_voice(speaker, make)


def fields(value: Any, **changes: Any) -> Any:
    return msgspec.structs.replace(value, **changes)


def raw(**changes: Any) -> Callable[[Spoken, Voice], Spoken]:
    """Change fields of a statement, and spell it canonically."""

    def make(spoken: Spoken, _: Voice) -> Spoken:
        statement = canonical.decode(spoken.raw, dict)
        return fields(spoken, raw=canonical.encode({**statement, **changes}))

    return make


def flip(data: bytes, at: int = 0) -> bytes:
    """Change one bit."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def first(values: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Change one bit in the first of several."""
    return (flip(values[0]), *values[1:])


def last_step(**change: Callable[[Any], Any]) -> Callable[[Voice], Voice]:
    """Change fields of the step that leads to a voice's checkpoint."""

    def make(voice: Voice) -> Voice:
        *steps, step = voice.steps
        changes = {name: how(getattr(step, name)) for name, how in change.items()}
        return fields(voice, steps=(*steps, fields(step, **changes)))

    return make


def line(number: int, change: Callable[[str], str]) -> Callable[[Voice], Voice]:
    """Change one line of a voice's checkpoint note."""

    def make(voice: Voice) -> Voice:
        lines = voice.note.split("\n")
        lines[number] = change(lines[number])
        return fields(voice, note="\n".join(lines))

    return make


def signature(change: Callable[[bytes], bytes]) -> Callable[[str], str]:
    """Change the bytes of a signature line."""

    def make(text: str) -> str:
        dash, name, value = text.split(" ")
        return " ".join((dash, name, base64.encode(change(base64.decode(value)))))

    return make


def without_line(number: int) -> Callable[[Voice], Voice]:
    def make(voice: Voice) -> Voice:
        lines = voice.note.split("\n")
        del lines[number]
        return fields(voice, note="\n".join(lines))

    return make


def no_voice(speaker: str) -> Make:
    def make(delivery: Delivery) -> Delivery:
        kept = tuple(voice for voice in delivery.voices if voice.speaker != speaker)
        return fields(delivery, voices=kept)

    return make


def unsaid(speaker: str, kind: str) -> Make:
    """Leave one statement out."""

    def make(voice: Voice) -> Voice:
        kept = tuple(s for s in voice.statements if parse_statement(s.raw).kind != kind)
        return fields(voice, statements=kept)

    return in_voice(speaker, make)


def proof_of_another(spoken: Spoken, voice: Voice) -> Spoken:
    other = next(s for s in voice.statements if s.proof != spoken.proof)
    return fields(spoken, proof=other.proof)


def as_bytes(change: Callable[[bytes], bytes]) -> Make:
    """Change the delivery's own bytes."""
    return lambda delivery: change(canonical.encode(delivery))  # type: ignore[return-value]


GRANTED = "accept-granted"
GRANT, REPORT, RELAY = ("KR", "grant"), ("KR", "report"), ("US", "relay")

Rows = dict[str, tuple[str, str, str, int | None, tuple[str, ...] | None, Make]]

MADE: Rows = {
    # name: made of, rule, expect, step, of, change
    "0-delivery-with-a-space": (
        GRANTED,
        "a delivery has one spelling",
        "refuse",
        0,
        None,
        as_bytes(lambda data: data.replace(b",", b", ", 1)),
    ),
    "0-delivery-with-an-unknown-field": (
        GRANTED,
        "a delivery has no other fields",
        "refuse",
        0,
        None,
        as_bytes(lambda data: data[:-1] + b',"w":1}'),
    ),
    "0-sender-no-neighbour": (
        GRANTED,
        "KR has no channel to JP",
        "refuse",
        0,
        None,
        lambda delivery: fields(delivery, sender="KR"),
    ),
    "0-speaker-no-participant": (
        GRANTED,
        "a voice is a participant's",
        "refuse",
        0,
        ("KR", "grant", "CN"),
        in_voice("KR", lambda voice: fields(voice, speaker="CN")),
    ),
    "0-statement-in-anothers-voice": (
        GRANTED,
        "a statement stands in its speaker's own voice",
        "refuse",
        0,
        RELAY,
        in_spoken("US", "relay", raw(speaker="KR")),
    ),
    "0-statement-with-an-unknown-field": (
        GRANTED,
        "a statement has no other fields",
        "refuse",
        0,
        ("KR", "?grant"),
        in_spoken("KR", "grant", raw(note="x")),
    ),
    "0-cites-without-what-the-body-cites": (
        GRANTED,
        "the cites are those of the body",
        "refuse",
        0,
        ("KR", "?grant"),
        in_spoken("KR", "grant", raw(cites=[])),
    ),
    "1-keys-ran-out": (
        GRANTED,
        "keys are valid until before their last moment",
        "wait",
        1,
        GRANT,
        lambda delivery: delivery,
    ),
    "1-keys-not-begun": (
        GRANTED,
        "keys are valid from their first moment",
        "wait",
        1,
        GRANT,
        lambda delivery: delivery,
    ),
    "2-ed25519-altered": (
        GRANTED,
        "the Ed25519 signature verifies",
        "refuse",
        2,
        GRANT,
        in_voice("KR", line(4, signature(lambda value: flip(value, len(value) - 1)))),
    ),
    "2-ml-dsa-44-altered": (
        GRANTED,
        "the ML-DSA-44 signature verifies",
        "refuse",
        2,
        GRANT,
        in_voice("KR", line(5, signature(lambda value: flip(value, len(value) - 1)))),
    ),
    "2-ed25519-missing": (
        GRANTED,
        "both signatures stand on a checkpoint",
        "refuse",
        2,
        GRANT,
        in_voice("KR", without_line(4)),
    ),
    "2-ml-dsa-44-missing": (
        GRANTED,
        "both signatures stand on a checkpoint",
        "refuse",
        2,
        GRANT,
        in_voice("KR", without_line(5)),
    ),
    "2-root-of-the-checkpoint-altered": (
        GRANTED,
        "the signatures are over the root",
        "refuse",
        2,
        GRANT,
        in_voice("KR", line(2, lambda text: ("B" if text[0] == "A" else "A") + text[1:])),
    ),
    "2-checkpoint-of-another-log": (
        GRANTED,
        "a checkpoint names its speaker's log",
        "refuse",
        2,
        GRANT,
        in_voice("KR", line(0, lambda _: "us.tisa-2014.trilogue")),
    ),
    "3-from-another-size": (
        GRANTED,
        "steps begin at the size that was seen",
        "wait",
        3,
        GRANT,
        in_voice("KR", lambda voice: fields(voice, old=voice.old - 1)),
    ),
    "3-consistency-proof-altered": (
        GRANTED,
        "each step is proven consistent with the one before",
        "refuse",
        3,
        GRANT,
        in_voice("KR", last_step(proof=first)),
    ),
    "3-steps-to-another-root": (
        GRANTED,
        "the steps lead to the checkpoint",
        "refuse",
        3,
        GRANT,
        in_voice("KR", last_step(root=flip)),
    ),
    "3-step-backwards": (
        GRANTED,
        "a step leads on",
        "refuse",
        0,
        GRANT,
        in_voice("KR", last_step(size=lambda size: size - 3)),
    ),
    "4-inclusion-proof-altered": (
        GRANTED,
        "the leaf stands in the log",
        "refuse",
        4,
        GRANT,
        in_spoken("KR", "grant", lambda s, _: fields(s, proof=first(s.proof))),
    ),
    "4-inclusion-proof-of-another": (
        GRANTED,
        "a proof is for one leaf",
        "refuse",
        4,
        GRANT,
        in_spoken("KR", "grant", proof_of_another),
    ),
    "5-salt-altered": (
        GRANTED,
        "the commitment opens to the statement: its salt",
        "refuse",
        4,
        GRANT,
        in_spoken("KR", "grant", raw(salt="A" * 43 + "=")),
    ),
    "5-time-altered": (
        GRANTED,
        "the commitment opens to the statement: its time",
        "refuse",
        4,
        RELAY,
        in_spoken("US", "relay", raw(issued="2016-09-09T00:00:00.000Z")),
    ),
    "6-relay-missing": (
        GRANTED,
        "who has no channel is heard by the hub's relay",
        "refuse",
        6,
        GRANT,
        unsaid("US", "relay"),
    ),
    "6-hub-silent": (
        GRANTED,
        "who has no channel is heard by the hub's relay",
        "refuse",
        6,
        GRANT,
        no_voice("US"),
    ),
    "6-report-without-its-grant": (
        GRANTED,
        "a report comes for the sake of a grant",
        "refuse",
        6,
        REPORT,
        unsaid("KR", "grant"),
    ),
    "9-box-missing": (
        GRANTED,
        "the box travels beside the grant",
        "wait",
        9,
        GRANT,
        lambda delivery: fields(delivery, boxes=()),
    ),
    "9-box-altered": (
        GRANTED,
        "the box is the one that the grant names",
        "wait",
        9,
        GRANT,
        lambda delivery: fields(delivery, boxes=first(delivery.boxes)),
    ),
    "9-ciphertext-missing": (
        GRANTED,
        "the ciphertext travels beside the grant",
        "wait",
        9,
        GRANT,
        lambda delivery: fields(delivery, ciphertexts=delivery.ciphertexts[1:]),
    ),
    "9-ciphertext-altered": (
        GRANTED,
        "the ciphertext is the one that the header names",
        "wait",
        9,
        GRANT,
        lambda delivery: fields(delivery, ciphertexts=first(delivery.ciphertexts)),
    ),
    "9-report-missing": (
        GRANTED,
        "a grant opens a report that is there",
        "wait",
        9,
        GRANT,
        unsaid("KR", "report"),
    ),
}
"""Vectors made of others. A statement that is not read is named by index -1 (`?kind`)."""

TIMES = {"1-keys-ran-out": 401 * 86_400.0, "1-keys-not-begun": -2 * 86_400.0}
"""Seconds by which JP's clock is off in a made vector."""


if __name__ == "__main__":
    main(sys.argv[1:])
