"""How decisions are taken. What each rule decides stands in the vectors."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.rules import GOOD

from trilogue.arrangement import LANGUAGES, Action, Facts, Rules, parse_arrangement

from .drawn import DRAWN, FILES, TISA

FACTS = st.builds(
    Facts,
    actor=st.sampled_from(["KR", "US", "JP", "FR"]),
    originators=st.sampled_from([(), ("KR",), ("KR", "US")]),
    audience=st.sampled_from([(), ("JP",), ("JP", "US")]),
    readers=st.sampled_from([(), ("JP", "KR", "US")]),
    level=st.sampled_from(["", "CONFIDENTIAL", "SECRET", "TOP SECRET", "COSMIC"]),
    caveats=st.sampled_from([(), ("TISA",), ("NOFORN", "TISA")]),
    subject=st.sampled_from(["", "nuclear-test", "missile-launch", "weather"]),
    place=st.sampled_from(["inside", "trajectory", "outside", "unstated"]),
    payload_type=st.sampled_from(["", "launch", "assessment", "fire-order"]),
    purposes=st.sampled_from([(), ("warning",), ("strike",)]),
    officers=st.integers(0, 3),
    all_legs_have_pact=st.booleans(),
    derived=st.booleans(),
    derivation_permitted=st.booleans(),
)
ACTIONS = st.sampled_from(list(Action))


def rules_with(policies: str) -> Rules:
    return parse_arrangement({**FILES, "rules.cedar": policies.encode()}).rules


@pytest.mark.threat("T20")
def test_an_empty_rule_set_denies_everything():
    empty = rules_with("// nothing is permitted\n")
    for action in Action:
        decision = empty.decide(action, GOOD)
        assert (decision.permit, decision.rules) == (False, ("default-deny",))
        assert decision.reasons == (
            TISA.name("rule", "default-deny", "en"),
            TISA.name("who", action, "en"),
        )


def test_facts_that_say_nothing_are_denied_everything_but_a_question():
    for action in Action:
        assert not TISA.rules.decide(action, Facts(actor="KR")).permit


@pytest.mark.parametrize("rule", TISA.policies.permits)
def test_without_its_permit_an_action_is_denied(rule):
    text = FILES["rules.cedar"].decode()
    policies = re.sub(rf'@id\("{rule}"\)\npermit .*?;\n', "", text, flags=re.DOTALL)
    assert policies != text
    lost = [
        action
        for action in Action
        for actor in ("KR", "US", "JP")
        if (facts := msgspec.structs.replace(GOOD, actor=actor))
        and TISA.rules.decide(action, facts).rules == (rule,)
        and rules_with(policies).decide(action, facts).rules == ("default-deny",)
    ]
    assert lost


PERMITS = set(TISA.policies.permits)


@settings(max_examples=150, deadline=None)
@given(ACTIONS, FACTS)
def test_a_permit_means_that_no_rule_forbids(action, facts):
    decision = TISA.rules.decide(action, facts)
    assert decision.permit == (bool(decision.rules) and set(decision.rules) <= PERMITS)
    assert decision.reasons


@pytest.mark.threat("T20")
def test_a_rule_that_errs_denies_although_a_permit_applies():
    # Cedar alone would skip the erring forbid and permit.
    decision = rules_with(
        '@id("hub-relays") permit (principal, action, resource);\n'
        '@id("no-officer") forbid (principal, action, resource)\n'
        "when { context.officers * 9223372036854775807 > 1 };\n"
    ).decide(Action.GRANT, GOOD)
    assert (decision.permit, decision.rules) == (False, ("rule-error",))


@pytest.mark.parametrize("action", list(Action))
def test_a_stranger_is_denied(action):
    decision = TISA.rules.decide(action, msgspec.structs.replace(GOOD, actor="FR"))
    assert (decision.permit, decision.rules) == (False, ("rule-error",))


def test_one_forbid_outweighs_every_permit_and_all_reasons_are_given():
    facts = msgspec.structs.replace(GOOD, level="TOP SECRET", subject="weather", officers=0)
    decision = TISA.rules.decide(Action.GRANT, facts)
    assert decision.rules == ("above-ceiling", "outside-scope", "no-officer", "two-officers")
    assert len(decision.reasons) == 4


@pytest.mark.parametrize("lang", LANGUAGES)
def test_reasons_in_three_languages(lang):
    facts = msgspec.structs.replace(GOOD, officers=1)
    decision = TISA.rules.decide(Action.GRANT, facts)
    assert TISA.rules.explain(decision, Action.GRANT, lang) == (
        TISA.name("rule", "two-officers", lang),
    )
    empty = TISA.rules.decide(Action.RELAY, GOOD)
    assert TISA.rules.explain(empty, Action.RELAY, lang)[-1] == TISA.name("who", "relay", lang)


def test_decisions_are_remembered_by_their_facts():
    rules = Rules(TISA)
    first = rules.decide(Action.GRANT, GOOD)
    again = rules.decide(Action.GRANT, msgspec.structs.replace(GOOD))
    assert again is first
    assert rules.decide(Action.RELAY, GOOD) is not first


def test_every_participant_decides_alike():
    assert parse_arrangement(DRAWN).rules.decide(Action.GRANT, GOOD) == TISA.rules.decide(
        Action.GRANT, GOOD
    )
