"""Steps 7 to 9: the grant, the decision, and what opens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import msgspec
from tests.support.trio import OFFICERS, Filed, marking
from tests.vectors.acceptance.stage import Stage, Vector, derived

from trilogue.arrangement.rules import Decision, Rules
from trilogue.consent.acts import Extent, GrantBody, StandingRule
from trilogue.consent.standing import extent_under
from trilogue.encoding import instant
from trilogue.marking import Marking, mark
from trilogue.node.books import Books
from trilogue.node.desk import Desk
from trilogue.node.inputs import PlaceInput
from trilogue.protocol.bodies import Mark
from trilogue.protocol.granting import approve, box_info, make_grant, seal_boxes
from trilogue.reports.cite import Cite
from trilogue.reports.portion import PortionDraft, Sealed, seal
from trilogue.sealing.box import SealingSecret
from trilogue.sealing.portion import SealedPortion, seal_portion
from trilogue.signing.keys import SecretKey

PERMIT = Decision(permit=True, rules=("permitted",), reasons=("for this vector",))


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
