"""The rules as Cedar text: parsed once, checked against their schema, each with its id.

Cedar itself would accept a policy without a name or with a typing error and merely skip it when
it runs; here such a text is refused before anyone can adopt it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cedarpy import PolicySet, Schema, policies_to_json_str, validate_policies

from trilogue.encoding import canonical
from trilogue.errors import FormatError, InputError

__all__ = ["Policies", "parse_policies"]

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_WORDLESS = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n\r]*', re.DOTALL)
"""Strings and comments, as Cedar's own lexer takes them: what stands in them nests nothing."""
_OPENING, _CLOSING = frozenset("([{<"), frozenset(")]}>")
MOST_BYTES = 1 << 18
MOST_NESTED = 32
LONGEST = 4096
"""Characters of one rule or declaration without strings and comments, and how deep it may nest.

Cedar walks a rule by recursion, each bracket and each link of a chain (`1 + 1 + …`) a step, and one
that is too deep ends the whole process. It bears several times as much as is let through.
"""


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
        text, schema_text = rules.decode(), schema.decode()
        _check_shallow("the rules", text, _OPENING - {"<"}, _CLOSING - {">"})
        _check_shallow("the schema", schema_text, _OPENING, _CLOSING)
        parsed_schema = Schema.from_str(schema_text)
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


def _check_shallow(what: str, text: str, opening: frozenset[str], closing: frozenset[str]) -> None:
    """Raise `InputError` for a text that Cedar could break at before it is looked at at all."""
    if len(text) > MOST_BYTES:
        raise InputError(f"{what} have {len(text)} characters; at most {MOST_BYTES} are read")
    for number, one in enumerate(_WORDLESS.sub("", text).split(";"), start=1):
        deepest = depth = 0
        for char in one:
            depth += (char in opening) - (char in closing)
            deepest = max(deepest, depth)
        if len(one) > LONGEST or deepest > MOST_NESTED:
            raise InputError(
                f"{what}, part {number}: {len(one)} characters, nested {deepest} deep",
                hint=f"at most {LONGEST} characters and {MOST_NESTED} deep: write several",
            )


def _effects(text: str) -> dict[str, str]:
    """Return the effect of every policy by its id, in the order of the text."""
    try:
        document = canonical.loads(policies_to_json_str(text))
    except FormatError as error:
        raise InputError(f"the rules nest too deep: {error.message}") from error
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
