"""The decision: permit or deny, with the rules that determined it.

The rules are Cedar policies inside the arrangement, so that every participant signed them and
every node decides alike. Deny is the answer to everything that is not plainly permitted: no rule
applies, a rule forbids, the rule set is empty, the facts do not fit the schema, or a rule errs
(Cedar alone would skip an erring `forbid` and permit).
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from cedarpy import Decision as CedarDecision
from cedarpy import Entities, is_authorized

from trilogue.arrangement.region import Where
from trilogue.encoding import canonical
from trilogue.errors import InputError

if TYPE_CHECKING:
    from trilogue.arrangement.arrangement import Arrangement
    from trilogue.arrangement.text import Lang

__all__ = ["DEFAULT_DENY", "RULE_ERROR", "Action", "Decision", "Facts", "Rules"]

DEFAULT_DENY = "default-deny"
"""The rule behind a deny for which no rule spoke: nothing permits it."""

RULE_ERROR = "rule-error"
"""The rule behind a deny because a rule erred or the facts do not fit the schema."""

_CACHE = 8192


class Action(StrEnum):
    """What a participant is about to do."""

    SUBMIT = "submit"
    REQUEST = "request"
    GRANT = "grant"
    RELAY = "relay"
    ACCEPT = "accept"
    READ = "read"
    RELEASE_DERIVED = "release-derived"


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a rule may look at. What is left out counts against the action.

    `readers` is to whom the marking lets the portion go (`Marking.readers`); `audience` those to
    whom this act sends it; `officers` how many different officers agreed; `level`, `subject` and
    `payload_type` are empty only in a request for what its author cannot know.
    """

    actor: str
    originators: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    level: str = ""
    caveats: tuple[str, ...] = ()
    subject: str = ""
    place: Where = "unstated"
    payload_type: str = ""
    purposes: tuple[str, ...] = ()
    officers: int = 0
    all_legs_have_pact: bool = False
    derived: bool = False
    derivation_permitted: bool = False


class Decision(msgspec.Struct, frozen=True):
    """Permit or deny. `rules` determined it, in the order of the text; `reasons` say so.

    The reasons are in English; `Rules.explain` gives them in another language.
    """

    permit: bool
    rules: tuple[str, ...]
    reasons: tuple[str, ...]


class Rules:
    """The rules of one arrangement, ready to decide.

    Decisions are remembered by action and facts, as many as memory should hold. A fact is never a
    time: windows are checked by the caller at every use.
    """

    def __init__(self, arrangement: Arrangement) -> None:
        self._arrangement = arrangement
        self._policies = arrangement.policies
        self._resource = {"type": "Arrangement", "id": arrangement.id}
        try:
            self._entities = Entities.from_json_str(
                canonical.encode(_entities(arrangement)).decode(), self._policies.schema
            )
        except ValueError as error:
            raise InputError(f"the schema of the rules does not fit: {error}") from error
        # One participant asks everything once: a schema that cannot take these facts, or a rule
        # that always errs, would deny all that is ever asked; better known before it is adopted.
        probe = Facts(actor=arrangement.hub)
        for action in Action:
            if self._decide(action, probe).rules == (RULE_ERROR,):
                raise InputError(
                    f"the rules err, or their schema does not admit the action {action}"
                )
        self._remembered = lru_cache(maxsize=_CACHE)(self._decide)

    def decide(self, action: Action, facts: Facts) -> Decision:
        """Return the decision on one action. Never raises for what the facts say: it denies."""
        return self._remembered(action, facts)

    def explain(self, decision: Decision, action: Action, lang: Lang) -> tuple[str, ...]:
        """Return the reasons of a decision in `lang`."""
        return self._reasons(decision.rules, action, lang)

    def _decide(self, action: Action, facts: Facts) -> Decision:
        scale = self._arrangement.scale
        if facts.level in scale:
            rank = scale.rank(facts.level)
        else:  # an unknown level stands above all; one that is not stated, below
            rank = scale.levels[-1].rank + 1 if facts.level else scale.levels[0].rank
        request = {
            "principal": {"type": "Participant", "id": facts.actor},
            "action": {"type": "Action", "id": str(action)},
            "resource": self._resource,
            "context": canonical.encode({**msgspec.structs.asdict(facts), "rank": rank}).decode(),
        }
        result = is_authorized(
            request, self._policies.policy_set, self._entities, self._policies.schema
        )
        if result.decision is CedarDecision.NoDecision or result.diagnostics.errors:
            return Decision(
                permit=False,
                rules=(RULE_ERROR,),
                reasons=self._reasons((RULE_ERROR,), action, "en"),
            )
        spoke = set(result.diagnostics.id_annotations_by_reason.values())
        rules = tuple(rule for rule in self._policies.ids if rule in spoke) or (DEFAULT_DENY,)
        # A permit without a rule behind it cannot be; were it so, it would be a deny.
        permit = result.decision is CedarDecision.Allow and rules != (DEFAULT_DENY,)
        return Decision(permit, rules, self._reasons(rules, action, "en"))

    def _reasons(self, rules: tuple[str, ...], action: Action, lang: Lang) -> tuple[str, ...]:
        name = self._arrangement.name
        reasons = tuple(name("rule", rule, lang) for rule in rules)
        if rules == (DEFAULT_DENY,):
            return (*reasons, name("who", action, lang))
        return reasons


def _entities(arrangement: Arrangement) -> list[dict[str, object]]:
    """Return the participants and the arrangement itself as Cedar entities."""
    text, scale = arrangement.text, arrangement.scale
    participants: list[dict[str, object]] = [
        {
            "uid": {"type": "Participant", "id": participant},
            "attrs": {"code": participant, "hub": participant == arrangement.hub},
            "parents": [],
        }
        for participant in arrangement.participants
    ]
    fixed = {
        "ceiling": scale.rank(arrangement.ceiling),
        "two_person_above": scale.rank(text.two_person_above),
        "levels": [level.id for level in scale.levels],
        "subjects": text.scope.subjects,
        "trajectory_subjects": text.scope.trajectory_subjects,
        "purposes": text.purposes,
        "payload_types": [payload.id for payload in text.payload_types],
        "placed_payload_types": [p.id for p in text.payload_types if p.states_place],
        "caveats": text.caveats,
        "sharing_caveat": text.sharing_caveat,
    }
    resource = {"type": "Arrangement", "id": arrangement.id}
    return [*participants, {"uid": resource, "attrs": fixed, "parents": []}]
