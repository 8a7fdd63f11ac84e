"""The benchmark of decisions: the shipped rules, asked for the first time and again, beside Cedar.

    python -m benchmarks.decide [--write]

The questions are the shipped rules' own: every action, permitted and denied, about facts that
differ in what a rule looks at. *Raw Cedar* is `cedarpy.is_authorized` with the same request made
before: what is left of a decision when nothing is prepared and nothing explained.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import click
import msgspec
from cedarpy import Decision as CedarDecision
from cedarpy import Entities, is_authorized
from tests.support.rules import GOOD

from benchmarks.page import machine, markdown, tell
from trilogue.arrangement.arrangement import Arrangement
from trilogue.arrangement.files import draw_up, shipped
from trilogue.arrangement.parse import parse_arrangement
from trilogue.arrangement.rules import Action, Facts, Rules, _entities
from trilogue.encoding import canonical
from trilogue.signing.keys import SecretKey

ROUNDS = 7
Question = tuple[Action, Facts]


def arrangement() -> Arrangement:
    """Return the shipped arrangement, drawn up with fresh roots."""
    files = shipped("tisa-2014")
    blank = parse_arrangement(files)
    roots = {who: SecretKey.generate(blank.participant(who).log) for who in blank.participants}
    return parse_arrangement(
        draw_up(files, {who: root.public.vkeys() for who, root in roots.items()})
    )


def questions(text: Arrangement) -> list[Question]:
    """Return some hundreds of questions, of which no two are alike."""
    return [
        (action, msgspec.structs.replace(GOOD, actor=actor, level=level, officers=officers))
        for action, actor, level, officers in itertools.product(
            Action, text.participants, (one.id for one in text.scale.levels), (0, 1, 2)
        )
    ]


def requests(asked: Sequence[Question], text: Arrangement) -> list[dict[str, Any]]:
    """Return the same questions as Cedar takes them."""
    return [
        {
            "principal": {"type": "Participant", "id": facts.actor},
            "action": {"type": "Action", "id": str(action)},
            "resource": {"type": "Arrangement", "id": text.id},
            "context": canonical.encode(
                {**msgspec.structs.asdict(facts), "rank": text.scale.rank(facts.level)}
            ).decode(),
        }
        for action, facts in asked
    ]


def timed(count: int, work: Callable[[], object]) -> float:
    """Return microseconds of CPU each, in the quickest of several rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return 1e6 * best / count


def measure() -> tuple[list[tuple[str, float]], int, int]:
    """Return how long each way takes; and how many questions there are, and how many permitted."""
    text = arrangement()
    asked = questions(text)
    given = requests(asked, text)
    policies = text.policies
    entities = _entities(text)
    handle = Entities.from_json_str(json.dumps(entities), policies.schema)
    files = shipped("tisa-2014")
    rules_text, schema_text = files["rules.cedar"].decode(), files["schema.cedarschema"].decode()

    def ask(rules: Rules) -> list[bool]:
        return [rules.decide(action, facts).permit for action, facts in asked]

    def raw(policy: Any, held: Any, schema: Any, some: Sequence[dict[str, Any]]) -> list[bool]:
        return [
            is_authorized(one, policy, held, schema).decision is CedarDecision.Allow for one in some
        ]

    again = Rules(text)
    answers = ask(again)
    if answers != raw(policies.policy_set, handle, policies.schema, given):
        raise AssertionError("Cedar alone decides otherwise")
    few = given[:8]  # tens of milliseconds each

    def first() -> None:
        fresh._remembered.cache_clear()  # noqa: SLF001 - the same rules, nothing remembered
        ask(fresh)

    fresh = Rules(text)
    found = [
        ("Trilogue, asked again", timed(len(asked), lambda: ask(again))),
        ("Trilogue, asked first", timed(len(asked), first)),
        (
            "raw Cedar, all parsed before",
            timed(len(asked), lambda: raw(policies.policy_set, handle, policies.schema, given)),
        ),
        (
            "raw Cedar, all given as text",
            timed(len(few), lambda: raw(rules_text, entities, schema_text, few)),
        ),
    ]
    return found, len(asked), sum(answers)


@click.command()
@click.option("--write", is_flag=True, help="Put the table into docs/performance.md.")
def main(write: bool) -> None:
    """Run the benchmark of decisions."""
    found, asked, permitted = measure()
    table = markdown(
        f"Decisions of the shipped rules: {asked} questions, {permitted} permitted; one thread",
        ("way", "CPU µs each", "decisions/s"),
        [[name, f"{us:,.2f}", f"{1e6 / us:,.0f}"] for name, us in found],
    )
    said = f"{table}\n\n{machine(('cedarpy',))}."
    tell("decide", said, write=write)


if __name__ == "__main__":
    main()
