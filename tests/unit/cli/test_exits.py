"""Errors: each has an exit code, and says the rule, the value and the way out."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from trilogue import errors
from trilogue.cli.exits import EXITS, Exit, exit_of
from trilogue.cli.root import _Root
from trilogue.errors import InputError, OpeningError, RefusedError, TrilogueError
from trilogue.node.problem import TOLD, RoleError, UnknownCallerError


def root_that(act):
    """Return a root command that does nothing but `act`."""

    @click.group(cls=_Root, lazy={}, invoke_without_command=True)
    @click.option("--debug", is_flag=True)
    def root(*, debug):
        act()

    return root


def run(act, *arguments):
    return CliRunner().invoke(root_that(act), arguments)


def raising(error):
    def act():
        raise error

    return act


# Nobody raises the root itself.
@pytest.mark.parametrize("name", sorted({*errors.__all__} - {"TrilogueError"}))
def test_every_error_has_an_exit_code(name):
    assert exit_of(getattr(errors, name)("…")) in set(Exit) - {Exit.FAULT, Exit.DONE}


@pytest.mark.parametrize("kind", [kind for kind in TOLD.values() if kind is not TrilogueError])
def test_every_error_that_a_node_tells_has_an_exit_code(kind):
    assert exit_of(kind("…")) is not Exit.FAULT


def test_the_table_is_the_documented_one():
    assert {kind.__name__: code.value for kind, code in EXITS.items()} == {
        "RefusedError": 1,
        "ConsentError": 1,
        "PeerError": 1,
        "LocalError": 1,
        "InputError": 2,
        "FormatError": 2,
        "OSError": 2,
        "NotFoundError": 3,
        "UnreachableError": 3,
        "NotInForceError": 4,
        "UnavailableError": 5,
    }
    assert exit_of(RoleError("")) == exit_of(UnknownCallerError("")) == Exit.REFUSED


def test_an_error_says_the_rule_the_value_and_the_way_out():
    error = RefusedError("no channel between KR and JP", rules=("no-pact",), hint="ask US")
    done = run(raising(error))
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr == (
        "error   no channel between KR and JP\n"
        "rule    no-pact\n"
        "next    ask US\n"
        "exit    1, refused or refuted\n"
    )


def test_a_peers_fault_names_its_step():
    done = run(raising(OpeningError("other content than was sealed")))
    assert "step    9 of the acceptance steps\n" in done.stderr
    assert done.exit_code == 1


def test_what_others_wrote_cannot_move_the_cursor():
    done = run(raising(InputError("because \x1b[2J\u202e …")))
    assert "because <U+001B>[2J<U+202E> …" in done.stderr


def test_a_trace_is_shown_only_when_asked_for():
    assert "Traceback" not in run(raising(InputError("no"))).stderr
    assert "Traceback" in run(raising(InputError("no")), "--debug").stderr


def test_a_fault_of_the_program_says_so():
    done = run(raising(ZeroDivisionError("division by zero")))
    assert done.exit_code == 70
    assert "ZeroDivisionError: division by zero" in done.stderr
    assert "--debug" in done.stderr


def test_a_file_that_cannot_be_read_is_named():
    done = run(lambda: Path("/nowhere/at/all").read_bytes())
    assert done.exit_code == 2
    assert "/nowhere/at/all" in done.stderr


def test_an_interruption_is_no_error():
    done = run(raising(KeyboardInterrupt()))
    assert done.exit_code == 130
    assert done.stderr == "interrupted\n"


def test_usage_errors_are_clicks_own():
    done = run(lambda: None, "--nope")
    assert done.exit_code == 2
    assert "No such option" in done.stderr
