"""What is played for the vectors: KR and US speak, one of them perhaps against a rule.

Deliveries are put together here, and not by the hub's engine, which would refuse to pass on most
of it. Where a rule has to be broken, it is taken out of the speaker's own node for that one act.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec
from tests.support.trio import OFFICERS, Clock, Filed, Trio, introduce, marking, portion
from tests.support.wire import voice_of

from trilogue.arrangement.rules import Decision, Rules
from trilogue.consent.acts import Extent, GrantBody, StandingRule
from trilogue.consent.standing import extent_under
from trilogue.encoding import base64, canonical, instant
from trilogue.marking import Marking, mark
from trilogue.node.books import Books
from trilogue.node.desk import Desk
from trilogue.node.inputs import PlaceInput, ReportInput, StandingInput
from trilogue.node.sending import Outgoing
from trilogue.protocol.bodies import KeyMaterial, KeysBody, Mark, RelayBody
from trilogue.protocol.delivery import Ack, Delivery, Voice
from trilogue.protocol.granting import approve, box_info, make_grant, seal_boxes
from trilogue.protocol.keys import sign_material
from trilogue.protocol.opening import Opened
from trilogue.protocol.relaying import make_relay
from trilogue.protocol.statement import Address, Composed, compose
from trilogue.reports.cite import Cite
from trilogue.reports.portion import PortionDraft, Sealed, seal
from trilogue.sealing.box import SealingSecret
from trilogue.sealing.portion import SealedPortion, seal_portion
from trilogue.signing.keys import SecretKey

Vector = dict[str, Any]
PERMIT = Decision(permit=True, rules=("permitted",), reasons=("for this vector",))


@dataclass
class Stage:
    """A trio in which JP has seen just what `world.json` shows."""

    trio: Trio

    # What is said.

    def grant(self, filed: Filed, **fields: Any) -> Cite:
        """Grant a report in one officer's name, which keeps the vectors short."""
        return self.trio.grant(filed, **{"officers": OFFICERS[:1], **fields})

    def relay(self, *cites: Cite, **changes: Any) -> Cite:
        """Let the hub relay statements to JP, with the marks that belong to KR's grants."""
        hub = self.trio["US"]
        body = make_relay("JP", cites, self._opened(cites), self.trio.arrangement)
        body = msgspec.structs.replace(body, **changes)
        return hub.act(lambda: hub.sequencer.log("relay", body)).cite

    def _opened(self, cites: tuple[Cite, ...]) -> Iterator[Opened]:
        for cite in cites:
            statement = self.trio[cite.speaker].books.statement(cite)
            if cite.speaker != "KR" or statement is None or statement.kind != "grant":
                continue
            for item in statement.says(GrantBody).items:
                for digest in item.portions:
                    for holding in self.trio["KR"].holdings.of_portion(
                        item.report.speaker, item.report.index, digest
                    )[:1]:
                        yield Opened(
                            report=item.report,
                            grant=cite,
                            portion=digest,
                            header=holding.header,
                            header_bytes=holding.header_bytes,
                            key=holding.key,
                        )

    def standing(self, **changes: Any) -> Cite:
        rule = StandingRule(
            **{
                "subjects": ("nuclear-test",),
                "payload_types": ("assessment",),
                "levels": ("CONFIDENTIAL",),
                "grid_e5": 0,
                "per_hour": 5,
                "audience": ("JP", "US"),
                "purposes": ("warning",),
                "derive_for": (),
                "lasts_seconds": None,
                "not_before": self.trio["KR"].now(),
                "expires": None,
                **changes,
            }
        )
        given = StandingInput(rule=rule)
        return self.trio.act("KR", lambda engine: engine.desk.stand(given, OFFICERS)).cite

    def under_standing(self, **changes: Any) -> Cite:
        """File a report that the standing consent covers; return the grant that was made."""
        self.trio.file("KR", **changes)
        grant = self.trio.own("KR", "grant")[-1]
        cite = self.trio["KR"].books.cite("KR", grant.index)
        assert cite is not None
        return cite

    def reports_of(self, grant: Cite) -> tuple[Cite, ...]:
        statement = self.trio[grant.speaker].books.statement(grant)
        assert statement is not None
        return tuple(item.report for item in statement.says(GrantBody).items)

    # What is delivered.

    def passed_on(self, *grants: Cite, before: tuple[Cite, ...] = (), **changes: Any) -> bytes:
        """Return the delivery in which the hub passes on grants of KR with their reports."""
        cites = tuple(
            cite for grant in grants for cite in (*before, *self.reports_of(grant), grant)
        )
        return self.delivery(*cites, self.relay(*cites, **changes))

    def delivery(self, *cites: Cite) -> bytes:
        """Put a delivery together: these statements, and whatever boxes and content there are."""
        voices = tuple(
            self._voice(speaker, sorted({c.index for c in cites if c.speaker == speaker}))
            for speaker in ("KR", "US")
            if any(cite.speaker == speaker for cite in cites)
        )
        boxes, ciphertexts = [], []
        for cite in cites:
            statement = self.trio[cite.speaker].books.statement(cite)
            if statement is not None and statement.kind == "grant":
                engine, grant = self.trio[cite.speaker], statement.says(GrantBody)
                boxes += [
                    engine.db.q.box_of(digest=box.digest)
                    for box in grant.boxes
                    if box.participant == "JP"
                ]
                named = ((item.report, one) for item in grant.items for one in item.portions)
                for report, digest in named:
                    held = engine.holdings.of_portion(report.speaker, report.index, digest)[:1]
                    ciphertexts += [engine.holdings.ciphertext(one) for one in held]
        return canonical.encode(
            Delivery(
                v=1,
                sender="US",
                voices=voices,
                ciphertexts=tuple(ciphertexts),
                boxes=tuple(boxes),
            )
        )

    def _voice(self, speaker: str, indices: list[int]) -> Voice:
        seen = self.trio["JP"].books.seen(speaker)
        assert seen is not None
        return voice_of(self.trio[speaker], indices, seen[0])

    # What is expected.

    def accept(self, rule: str, data: bytes, **fields: Any) -> Vector:
        return {
            "rule": rule,
            "expect": "accept",
            "step": None,
            "of": None,
            "holds": 0,
            "at": self.trio["JP"].now(),
            "before": [],
            "made_of": None,
            **fields,
            "delivery": data.decode(),
        }

    def refuse(self, step: int, of: Cite, rule: str, data: bytes, **fields: Any) -> Vector:
        place = [of.speaker, of.index]
        return self.accept(rule, data, **{"expect": "refuse", "step": step, "of": place, **fields})

    def wait(self, step: int, of: Cite, rule: str, data: bytes, **fields: Any) -> Vector:
        return self.refuse(step, of, rule, data, expect="wait", **fields)


# What JP accepts.


def accept_granted(stage: Stage) -> Vector:
    grant = stage.grant(stage.trio.file("KR", "two stations heard it", "and a third"))
    return stage.accept("KR's grant, passed on by the hub", stage.passed_on(grant), holds=2)


def accept_direct(stage: Stage) -> Vector:
    grant = stage.grant(stage.trio.file("US"), audience=("JP",))
    data = stage.delivery(*stage.reports_of(grant), grant)
    return stage.accept("the hub's own grant", data, holds=1)


def derived(stage: Stage) -> tuple[Cite, Cite]:
    """Let US release what it made of KR's; return KR's grant and its own."""
    trio = stage.trio
    source, own = trio.file("KR"), trio.file("US")
    behind = stage.grant(source, audience=("US",), derive_for=("JP",))
    for _ in range(3):
        trio.carry("KR", "US")
    made = portion("fused", derived_from=(*source.sources(), *own.sources()))
    released = trio.submit("US", ReportInput(portions=(made,)))
    return behind, stage.grant(released, audience=("JP",))


def accept_derived(stage: Stage) -> Vector:
    behind, grant = derived(stage)
    data = stage.delivery(behind, *stage.reports_of(grant), grant, stage.relay(behind, marks=()))
    return stage.accept("a derived portion, with the grant behind it", data, holds=1)


def accept_rotated(stage: Stage) -> Vector:
    keys = stage.trio["KR"].rotate().cite
    grant = stage.grant(stage.trio.file("KR"))
    data = stage.passed_on(grant, before=(keys,))
    return stage.accept("new keys introduce themselves", data, holds=1)


def accept_standing(stage: Stage) -> Vector:
    under = stage.standing()
    data = stage.passed_on(stage.under_standing(), before=(under,))
    return stage.accept("a grant under a standing consent", data, holds=1)


def accept_expired(stage: Stage) -> Vector:
    data = stage.passed_on(stage.grant(stage.trio.file("KR"), lasts_seconds=60))
    at = instant.plus(stage.trio["JP"].now(), 61)
    rule = "a grant that ended on its way counts as said, and opens nothing"
    return stage.accept(rule, data, at=at)


def accept_withdrawn(stage: Stage) -> Vector:
    grant = stage.grant(stage.trio.file("KR"))
    withdrawal = stage.trio.withdraw(grant)
    data = stage.passed_on(grant, before=(withdrawal,))
    return stage.accept("a withdrawal beside the grant that it ends: nothing opens", data)


def accept_repeated(stage: Stage) -> Vector:
    return {**accept_granted(stage), "rule": "the same delivery twice counts once"}


# Step 1.


def step_1_keys_of_another_root(stage: Stage) -> Vector:
    thief = SecretKey.generate(stage.trio["KR"].keystore.root().name)
    return _rotated(stage, "keys are vouched for by the root", lambda m: sign_material(m, thief))


def step_1_keys_of_another(stage: Stage) -> Vector:
    root = stage.trio["KR"].keystore.root()
    return _rotated(
        stage,
        "keys are the speaker's own",
        lambda m: sign_material(msgspec.structs.replace(m, participant="JP"), root),
    )


def _rotated(stage: Stage, rule: str, sign: Callable[[KeyMaterial], KeysBody]) -> Vector:
    with patch("trilogue.node.governing.sign_material", lambda material, _: sign(material)):
        keys = stage.trio["KR"].rotate().cite
    return stage.refuse(1, keys, rule, stage.delivery(keys, stage.relay(keys)))


# Steps 2 and 3.


def step_2_signed_by_replaced_keys(stage: Stage) -> Vector:
    korea = stage.trio["KR"]
    old = korea.keys
    keys = korea.rotate().cite
    (done,) = korea.sequencer.commit([lambda: korea.governing.leave("said by a thief")], old)
    said = done.result().cite
    data = stage.delivery(keys, said, stage.relay(keys, said))
    return stage.refuse(2, said, "keys that were replaced sign nothing more", data)


def step_3_fork(stage: Stage) -> Vector:
    """Of the size that KR's log has in accept-granted, which a copy of KR's node said."""
    said = stage.trio.act("KR", lambda e: e.governing.leave("said by the copy")).cite
    stage.trio.file("KR")
    data = stage.delivery(said, stage.relay(said))
    rule = "a speaker has one log"
    # The hub's own log is another, too: its relay cannot be heard.
    return stage.refuse(3, said, rule, data, before=["accept-granted"], holds=2)


# Step 6.


def _other(**changes: Any) -> Callable[..., Composed]:
    """Return a composition of statements with other fields than they should have."""
    return lambda **fields: compose(**{**fields, **changes})


def step_6_another_arrangement(stage: Stage) -> Vector:
    with patch("trilogue.node.sequencer.compose", _other(arrangement=base64.encode(bytes(32)))):
        cite = stage.trio.request("US", "JP")
    rule = "a statement is said under an arrangement that is known here"
    return stage.wait(6, cite, rule, stage.delivery(cite))


def step_6_from_the_future(stage: Stage) -> Vector:
    issued = instant.plus(stage.trio["US"].now(), 60)
    with patch("trilogue.node.sequencer.compose", _other(issued=issued)):
        cite = stage.trio.request("US", "JP")
    return stage.wait(6, cite, "its time has come", stage.delivery(cite))


def step_6_addressed_to_more(stage: Stage) -> Vector:
    address = Address(to=("JP", "KR"), for_=("JP", "KR"))
    with patch("trilogue.node.sequencer.address", lambda *_: address):
        cite = stage.trio.request("US", "JP")
    rule = "the address follows from the statement"
    return stage.refuse(6, cite, rule, stage.delivery(cite))


def step_6_relay_hidden_in_its_leaf(stage: Stage) -> Vector:
    """The hub relays, and its public leaf does not say to whom."""
    grant = stage.grant(stage.trio.file("KR"))
    with patch("trilogue.node.sequencer.address", lambda *_: Address(to=(), for_=())):
        data = stage.passed_on(grant)
    return stage.refuse(6, grant, "only a relay that may be here vouches for others", data)


def step_6_relayed_under_another_pact(stage: Stage) -> Vector:
    grant = stage.grant(stage.trio.file("KR"))
    cites = (*stage.reports_of(grant), grant)
    items = make_relay("JP", cites, (), stage.trio.arrangement).items
    wrong = tuple(msgspec.structs.replace(item, pact="us-kr-1987") for item in items)
    data = stage.passed_on(grant, items=wrong)
    return stage.refuse(6, grant, "the pact of a relay protects its leg", data)


def step_6_for_somebody_else(stage: Stage) -> Vector:
    grant = stage.grant(stage.trio.file("KR"), audience=("US",))
    data = stage.passed_on(grant)
    return stage.refuse(6, grant, "the hub relays what is meant for the recipient", data)


def step_6_relayed_by_another(stage: Stage) -> Vector:
    body = RelayBody(recipient="US", items=(), marks=())
    korea = stage.trio["KR"]
    cite = korea.act(lambda: korea.sequencer.log("relay", body)).cite
    data = stage.delivery(cite, stage.relay(cite))
    return stage.refuse(6, cite, "KR is not the hub and relays nothing", data)


def step_6_not_in_force(stage: Stage) -> Vector:
    suspension = stage.trio.act("US", lambda e: e.governing.suspend("arrangement", "review")).cite
    cite = stage.trio.request("US", "JP")
    data = stage.delivery(suspension, cite)
    return stage.wait(6, cite, "nothing moves while the arrangement is suspended", data)


# Step 7.


def step_7_not_begun(stage: Stage) -> Vector:
    later = instant.plus(stage.trio["KR"].now(), 3600)
    grant = stage.grant(stage.trio.file("KR"), not_before=later)
    return stage.wait(7, grant, "a grant opens nothing before it begins", stage.passed_on(grant))


def step_7_report_of_another(stage: Stage) -> Vector:
    ours, theirs = stage.trio.file("KR"), stage.trio.file("US")
    other = stage.trio["US"].books.cite("US", theirs.index)
    grant = _granted(stage, ours, lambda items: (msgspec.structs.replace(items[0], report=other),))
    data = stage.delivery(grant, stage.relay(grant))
    return stage.refuse(7, grant, "only the originator grants", data)


def step_7_portion_twice(stage: Stage) -> Vector:
    def twice(items: Any) -> Any:
        return (msgspec.structs.replace(items[0], portions=items[0].portions * 2),)

    grant = _granted(stage, stage.trio.file("KR"), twice)
    return stage.refuse(7, grant, "a grant names a portion once", stage.passed_on(grant))


def step_7_of_nothing(stage: Stage) -> Vector:
    grant = _granted(stage, stage.trio.file("KR"), lambda _: ())
    data = stage.delivery(grant, stage.relay(grant))
    return stage.refuse(7, grant, "a grant grants something", data)


def _granted(stage: Stage, filed: Filed, change: Callable[[Any], Any]) -> Cite:
    """Let KR grant with other items than it was asked to, sealed and approved as they are."""

    def make(items: Any, *rest: Any, **fields: Any) -> GrantBody:
        return make_grant(change(items), *rest, **fields)

    with patch("trilogue.node.desk.make_grant", make):
        return stage.grant(filed)


def step_7_approved_by_a_stranger(stage: Stage) -> Vector:
    key = SecretKey.generate("stranger")
    return _approved(
        stage, "an officer's key was published", lambda digest: approve(digest, "stranger", key)
    )


def step_7_approved_something_else(stage: Stage) -> Vector:
    key = stage.trio["KR"].keystore.officer("officer-a")
    return _approved(
        stage,
        "an officer approved this very grant",
        lambda _: approve(bytes(32), "officer-a", key),
    )


def step_7_approval_by_anothers_key(stage: Stage) -> Vector:
    key = stage.trio["KR"].keystore.officer("officer-b")
    return _approved(
        stage, "an officer signs with its own key", lambda digest: approve(digest, "officer-a", key)
    )


def _approved(stage: Stage, rule: str, sign: Callable[[bytes], Any]) -> Vector:
    with patch.object(Desk, "_approvals", lambda _, digest, __: (sign(digest),)):
        grant = stage.grant(stage.trio.file("KR"))
    return stage.refuse(7, grant, rule, stage.passed_on(grant))


def step_7_standing_consent_missing(stage: Stage) -> Vector:
    stage.standing()
    grant = stage.under_standing()
    rule = "a grant under a standing consent needs it"
    return stage.wait(7, grant, rule, stage.passed_on(grant))


def step_7_standing_consent_withdrawn(stage: Stage) -> Vector:
    under = stage.standing()
    withdrawal = stage.trio.withdraw(under)
    with patch.object(Books, "ended", lambda *_: False):
        grant = stage.under_standing()
    data = stage.passed_on(grant, before=(under, withdrawal))
    return stage.refuse(7, grant, "a withdrawn standing consent gives nothing more", data)


def step_7_more_than_the_standing_consent(stage: Stage) -> Vector:
    under = stage.standing(lasts_seconds=60)

    def wider(rule: StandingRule, at: str) -> Extent:
        return extent_under(msgspec.structs.replace(rule, lasts_seconds=None), at)

    with patch("trilogue.node.desk.extent_under", wider):
        grant = stage.under_standing()
    data = stage.passed_on(grant, before=(under,))
    return stage.refuse(7, grant, "the extent is what the standing consent gives", data)


def step_7_outside_the_standing_consent(stage: Stage) -> Vector:
    under = stage.standing(levels=("UNCLASSIFIED",))
    with patch("trilogue.node.desk.fits", lambda *_: True):
        grant = stage.under_standing()
    data = stage.passed_on(grant, before=(under,))
    return stage.refuse(7, grant, "each portion fits the standing consent", data)


# Step 8.


@contextmanager
def without_rules() -> Iterator[None]:
    """Let a node decide everything with yes."""
    with patch.object(Rules, "decide", lambda *_: PERMIT):
        yield


def step_8_one_officer(stage: Stage) -> Vector:
    with without_rules():
        grant = stage.grant(stage.trio.file("KR", marking=marking("SECRET")), officers=OFFICERS[:1])
    rule = "above the level two officers agree"
    return stage.refuse(8, grant, rule, stage.passed_on(grant))


def step_8_no_officer(stage: Stage) -> Vector:
    with without_rules():
        grant = stage.grant(stage.trio.file("KR"), officers=())
    return stage.refuse(8, grant, "an officer agrees", stage.passed_on(grant))


def step_8_above_the_ceiling(stage: Stage) -> Vector:
    with without_rules():
        grant = stage.grant(stage.trio.file("KR", marking=marking("TOP SECRET")))
    rule = "nothing above the ceiling is shared"
    return stage.refuse(8, grant, rule, stage.passed_on(grant))


def step_8_not_releasable(stage: Stage) -> Vector:
    with without_rules():
        grant = stage.grant(stage.trio.file("KR", marking=marking(readers=["US"])))
    rule = "the marking lets it go to its readers"
    return stage.refuse(8, grant, rule, stage.passed_on(grant))


def step_8_outside_the_scope(stage: Stage) -> Vector:
    seoul = PlaceInput(latitude=37.57, longitude=126.98)
    with without_rules():
        grant = stage.grant(stage.trio.file("KR", place=seoul))
    return stage.refuse(8, grant, "the place lies in the scope", stage.passed_on(grant))


def step_8_purpose_not_admitted(stage: Stage) -> Vector:
    with without_rules():
        grant = stage.grant(stage.trio.file("KR"), purposes=("targeting",))
    rule = "the purposes are the arrangement's"
    return stage.refuse(8, grant, rule, stage.passed_on(grant))


def step_8_marked_as_anothers(stage: Stage) -> Vector:
    def as_japans(level: str, _: Any, **fields: Any) -> Marking:
        return mark(level, ["JP"], **fields)

    with without_rules(), patch("trilogue.node.authoring.mark", as_japans):
        grant = stage.grant(stage.trio.file("KR"))
    return stage.refuse(8, grant, "a marking names its originator", stage.passed_on(grant))


def step_8_equivalent_too_low(stage: Stage) -> Vector:
    grant = stage.grant(stage.trio.file("KR"))
    (portion_,) = stage.trio["KR"].books.statement(grant).says(GrantBody).items[0].portions
    data = stage.passed_on(grant, marks=(Mark(portion=portion_, equivalent="UNCLASSIFIED"),))
    return stage.refuse(8, grant, "the hub marks as the table says", data)


def step_8_equivalent_missing(stage: Stage) -> Vector:
    grant = stage.grant(stage.trio.file("KR"))
    data = stage.passed_on(grant, marks=())
    return stage.refuse(8, grant, "the hub marks what it passes on", data)


def step_8_derived_without_evidence(stage: Stage) -> Vector:
    _, grant = derived(stage)
    data = stage.delivery(*stage.reports_of(grant), grant)
    return stage.refuse(8, grant, "each originator behind a derived portion agrees", data)


# Step 9.


@contextmanager
def sealed_as(change: Callable[[Any], Any]) -> Iterator[None]:
    """Let KR seal another bundle than the one that its grant is about."""

    def seal(grant: GrantBody, bundle: Any, *rest: Any, **fields: Any) -> Any:
        return seal_boxes(grant, change(bundle), *rest, **fields)

    with patch("trilogue.node.desk.seal_boxes", seal):
        yield


def _sealed(stage: Stage, rule: str, change: Callable[[Any], Any]) -> Vector:
    with sealed_as(change):
        grant = stage.grant(stage.trio.file("KR", "one", "two"))
    return stage.refuse(9, grant, rule, stage.passed_on(grant))


def step_9_box_of_another_key(stage: Stage) -> Vector:
    other = SealingSecret.generate().public
    with patch.object(Desk, "_sealing_key", lambda *_: other):
        grant = stage.grant(stage.trio.file("KR"))
    rule = "the box is sealed to the recipient's key"
    return stage.refuse(9, grant, rule, stage.passed_on(grant))


def step_9_box_of_another_extent(stage: Stage) -> Vector:
    def elsewhere(arrangement: str, originator: str, recipient: str, _: bytes) -> bytes:
        return box_info(arrangement, originator, recipient, bytes(32))

    with patch("trilogue.protocol.granting.box_info", elsewhere):
        grant = stage.grant(stage.trio.file("KR"))
    return stage.refuse(9, grant, "the box is bound to the extent", stage.passed_on(grant))


def step_9_fewer_keys(stage: Stage) -> Vector:
    return _sealed(stage, "the box holds a key for each portion", lambda bundle: bundle[:1])


def step_9_headers_exchanged(stage: Stage) -> Vector:
    return _sealed(stage, "each header is of its portion", lambda bundle: bundle[::-1])


def step_9_keys_exchanged(stage: Stage) -> Vector:
    def exchange(bundle: Any) -> Any:
        one, two = bundle
        return (
            msgspec.structs.replace(one, key=two.key),
            msgspec.structs.replace(two, key=one.key),
        )

    return _sealed(stage, "each key opens its portion", exchange)


def step_9_no_bundle(stage: Stage) -> Vector:
    return _sealed(stage, "the box holds a bundle", lambda _: {"keys": "none"})


def step_9_portion_of_another_report(stage: Stage) -> Vector:
    ours, other = stage.trio.file("KR"), stage.trio.file("KR")
    cite = stage.trio["KR"].books.cite("KR", other.index)
    grant = _granted(stage, ours, lambda items: (msgspec.structs.replace(items[0], report=cite),))
    return stage.refuse(9, grant, "the report lists the portion", stage.passed_on(grant))


def step_9_other_content(stage: Stage) -> Vector:
    def seal_other(draft: PortionDraft) -> Sealed:
        def encrypt(plaintext: bytes) -> SealedPortion:
            return seal_portion(plaintext.replace(b"seen", b"been"))

        return seal(draft, encrypt=encrypt)

    with patch("trilogue.node.authoring.seal", seal_other):
        grant = stage.grant(stage.trio.file("KR"))
    rule = "the content is what the header commits to"
    return stage.refuse(9, grant, rule, stage.passed_on(grant))


def step_0_header_in_another_spelling(stage: Stage) -> Vector:
    def respell(bundle: Any) -> Any:
        return tuple(
            msgspec.structs.replace(one, header=one.header.replace(b",", b", ", 1))
            for one in bundle
        )

    with sealed_as(respell):
        grant = stage.grant(stage.trio.file("KR"))
    return stage.refuse(0, grant, "a header has one spelling", stage.passed_on(grant))


# Putting it on.


PLAYED = {
    name.removeprefix("step_").replace("_", "-"): scene
    for name, scene in globals().items()
    if name.startswith(("step_", "accept_"))
}
BEFORE = {"accept-repeated": ["accept-repeated"]}


def play() -> tuple[dict[str, Any], dict[str, Vector]]:
    """Play everything with new keys; return the world and the vectors."""
    base = Path(tempfile.mkdtemp(prefix="acceptance-"))
    try:
        world = _world(base / "world")
        vectors = {}
        for name, scene in PLAYED.items():
            shutil.copytree(base / "world", base / name)
            trio = Trio.open(base / name, Clock(world["at"]))
            vectors[name] = scene(Stage(trio))
            vectors[name]["before"] = BEFORE.get(name, vectors[name]["before"])
            trio.close()
    finally:
        shutil.rmtree(base)
    return world, vectors


def _world(base: Path) -> dict[str, Any]:
    trio = Trio.open(base, Clock())
    files = introduce(trio)
    cards = {who: trio[who].governing.card().decode() for who in ("KR", "US")}
    for engine in trio:
        engine.act(engine.governing.adopt)
    deliveries = []
    real = trio.deliver

    def deliver(outgoing: Outgoing, sender: str, data: bytes | None = None) -> Ack:
        if outgoing.peer == "JP":
            deliveries.append(outgoing.data.decode())
        return real(outgoing, sender, data)

    with patch.object(trio, "deliver", deliver):
        trio.settle()
    keys = base / "JP" / "keys"
    world = {
        "at": trio.clock.now,
        "keys": {
            str(path.relative_to(keys)): base64.encode(path.read_bytes())
            for path in sorted(keys.rglob("*"))
            if path.is_file()
        },
        "arrangement": {name: data.decode() for name, data in sorted(files.items())},
        "cards": cards,
        "deliveries": deliveries,
    }
    trio.close()
    return world
