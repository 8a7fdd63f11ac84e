"""Reading the rules: a text at which Cedar itself would break is refused before Cedar sees it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from trilogue.arrangement import policies
from trilogue.arrangement.files import RULES, SCHEMA, shipped
from trilogue.arrangement.policies import parse_policies
from trilogue.errors import InputError

HEAD = '@id("a")permit(principal, action, resource) when {'
DEEP = {
    "brackets": "(" * 5000 + "true" + ")" * 5000,
    "lists": "[" * 5000 + "]" * 5000 + " == []",
    "records": '{"a":' * 5000 + "1" + "}" * 5000 + " == {}",
    "brackets that comments seem to close": "(//)\n" * 700 + "true" + ")" * 700,
    "brackets that strings seem to close": '[")",' * 500 + "1" + "]" * 500 + " == []",
    "a chain": "1" + " + 1" * 20_000 + " == 1",
    "fields of fields": "principal" + ".a" * 20_000,
    "and upon and": " && ".join(["true"] * 20_000),
    "a choice in a choice": "if true then " * 5000 + "true" + " else false" * 5000,
}


@pytest.mark.threat("T20")
@pytest.mark.parametrize("name", DEEP)
def test_a_rule_that_nests_too_deep_is_refused_before_cedar_sees_it(name, monkeypatch):
    monkeypatch.setattr(policies, "PolicySet", None)
    with pytest.raises(InputError, match=r"nested|characters"):
        parse_policies(f"{HEAD}{DEEP[name]}}};".encode(), shipped("tisa-2014")[SCHEMA])


@pytest.mark.threat("T20")
@pytest.mark.parametrize(
    "deep", ["{a:" * 5000 + "Long" + "}" * 5000, "Set<" * 900 + "Long" + ">" * 900]
)
def test_a_schema_that_nests_too_deep_is_refused(deep, monkeypatch):
    monkeypatch.setattr(policies, "Schema", None)
    with pytest.raises(InputError, match="the schema, part 1"):
        parse_policies(shipped("tisa-2014")[RULES], f"entity E = {{a: {deep}}};".encode())


@pytest.mark.parametrize("text", ["(" * 30 + "true" + ")" * 30, "1" + "+1" * 1500 + " == 1"])
def test_what_is_let_through_cedar_bears(text):
    """In a process of its own, on a thread's stack, which is the smallest there is."""
    code = (
        "import sys, threading\n"
        "from trilogue.arrangement.policies import parse_policies\n"
        "from trilogue.errors import InputError\n"
        "def read():\n"
        "    try: parse_policies(*(one.encode() for one in sys.argv[1:]))\n"
        "    except InputError as error: print('refused')\n"
        "    else: print('read')\n"
        "one = threading.Thread(target=read); one.start(); one.join()\n"
    )
    schema = shipped("tisa-2014")[SCHEMA].decode()
    done = subprocess.run(
        [sys.executable, "-c", code, f"{HEAD}{text}}};", schema],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip() in ("read", "refused")) == (0, True), done.stderr


def test_many_rules_are_no_deep_rule():
    text = "".join(
        f'@id("r{n}") permit(principal, action, resource) when {{ ("a;b//" == "{{{{") }};\n'
        for n in range(300)
    )
    assert len(parse_policies(text.encode(), shipped("tisa-2014")[SCHEMA]).ids) == 300
