"""The rules as Cedar text: parsed once, checked against their schema, each with its id.

Cedar itself would accept a policy without a name or with a typing error and merely skip it when
it runs; here such a text is refused before anyone can adopt it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cedarpy import PolicySet, Schema, policies_to_json_str, validate_policies

from trilogue.encoding import canonical
from trilogue.errors import InputError

__all__ = ["Policies", "parse_policies"]

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Policies:
    """A parsed rule set. `permits` and `forbids` are their `@id`s in the order of the text."""

    policy_set: PolicySet
    schema: Schema
    permits: tuple[str, ...]
    forbids: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Every rule's id, permits first."""
        return (*self.permits, *self.forbids)


def parse_policies(rules: bytes, schema: bytes) -> Policies:
    """Parse `rules.cedar` against `schema.cedarschema`.

    Raises `InputError` when either does not parse, when the rules do not fit the schema, or when
    a rule has no `@id`, shares it with another or is a template. An empty rule set is accepted:
    it denies everything.
    """
    try:
        parsed_schema = Schema.from_str(schema.decode())
        text = rules.decode()
        policy_set = PolicySet.from_str(text)
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(f"the rules do not parse: {error}") from error
    result = validate_policies(text, parsed_schema)
    if not result.validation_passed:
        raise InputError(f"the rules do not fit their schema: {'; '.join(map(str, result.errors))}")
    effects = _effects(text)
    permits = tuple(name for name, effect in effects.items() if effect == "permit")
    forbids = tuple(name for name, effect in effects.items() if effect == "forbid")
    return Policies(policy_set, parsed_schema, permits, forbids)


def _effects(text: str) -> dict[str, str]:
    """Return the effect of every policy by its id, in the order of the text."""
    document = canonical.loads(policies_to_json_str(text))
    if document["templates"]:
        raise InputError("the rules hold a template", hint="write it out for whom it is meant")
    policies = document["staticPolicies"]
    effects: dict[str, str] = {}
    for number in range(len(policies)):
        policy = policies[f"policy{number}"]
        name = policy.get("annotations", {}).get("id", "")
        if not _ID.fullmatch(name):
            raise InputError(f"rule {number + 1} has no id: {name!r}", hint='write @id("its-name")')
        if name in effects:
            raise InputError(f"two rules share the id {name!r}")
        effects[name] = policy["effect"]
    return effects
