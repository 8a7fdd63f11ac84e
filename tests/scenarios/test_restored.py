"""A node that comes back from a backup: it asks its neighbours before it says anything."""

from __future__ import annotations

import shutil

import pytest
from tests.support.processes import Node, Nodes, command, until

from trilogue.errors import UnavailableError

pytestmark = pytest.mark.processes


def _back_up(node: Node) -> None:
    """Take a backup, whether the node runs or not."""
    command("node", "backup", node.directory, node.directory.with_suffix(".tar"))


def _lose_and_restore(node: Node) -> None:
    """Lose the disk, and bring the node back from its backup; tokens are kept elsewhere."""
    if node.running:
        node.kill()
    tokens = node.directory.with_suffix(".tokens")
    shutil.copytree(node.directory / "tokens", tokens)
    shutil.rmtree(node.directory)
    command("node", "restore", node.directory.with_suffix(".tar"), node.directory)
    shutil.copytree(tokens, node.directory / "tokens")


def _reasons(node: Node) -> tuple[str, ...]:
    """Wait until the node answers, and return what stands in its way."""

    def ask() -> tuple[str, ...] | None:
        assert node.running, node.stderr
        try:
            with node.client() as client:
                return client.healthz().reasons
        except (UnavailableError, OSError):
            return None

    return until(ask, f"{node.name} does not answer", node)  # type: ignore[return-value]


def test_the_newest_store_goes_on_once_its_neighbours_were_heard(nodes: Nodes) -> None:
    nodes.start()
    kr, us = nodes["KR"], nodes["US"]
    what = kr.submit("before")
    kr.grant(what)
    nodes.settle()
    _back_up(kr)  # while it runs
    us.stop()
    _lose_and_restore(kr)
    kr.start(wait=False)
    assert any("US has not said yet" in reason for reason in _reasons(kr))
    with pytest.raises(UnavailableError, match="was restored"):
        kr.submit("too early")
    us.start()
    kr.until_it_serves()
    later = kr.submit("after")
    kr.grant(later)
    nodes.settle()
    assert nodes["JP"].read(later) == "after"
    assert nodes["JP"].read(what) == "before"
    assert not any(node.status().forks for node in nodes)


@pytest.mark.threat("T15")
def test_an_older_store_stops_for_good_and_forks_nothing(nodes: Nodes) -> None:
    nodes.start()
    kr = nodes["KR"]
    _back_up(kr)
    kr.grant(kr.submit("since then"))
    nodes.settle()
    _lose_and_restore(kr)
    kr.start(wait=False)
    nodes.until(
        lambda: any("older copy" in reason for reason in _reasons(kr)), "KR does not notice"
    )
    with pytest.raises(UnavailableError):
        kr.submit("instead")
    assert "Lost disk" in kr.status().advice[0]
    assert not any(nodes[who].status().forks for who in ("US", "JP"))
    # A restart changes nothing, and neither does a word that it need not ask.
    kr.kill()
    kr.start(wait=False)
    nodes.until(
        lambda: any("older copy" in reason for reason in _reasons(kr)), "KR does not notice again"
    )


@pytest.mark.threat("T15")
def test_what_was_withdrawn_since_the_backup_does_not_open_again(nodes: Nodes) -> None:
    nodes.start()
    kr, jp = nodes["KR"], nodes["JP"]
    what = kr.submit("before")
    grant = kr.grant(what)
    nodes.settle()
    assert jp.read(what) == "before"
    _back_up(jp)
    kr.withdraw(grant)
    nodes.settle()
    # Store and vault are both from before the withdrawal: on the disk, the key is there again.
    nodes["US"].stop()
    _lose_and_restore(jp)
    jp.start(wait=False)
    assert _reasons(jp)
    with jp.client() as client:
        for ask in (client.reports, lambda: client.picture(purpose="analysis"), client.statements):
            with pytest.raises(UnavailableError, match="was restored"):
                ask()
    with pytest.raises(UnavailableError, match="was restored"):
        jp.read(what)
    nodes["US"].start()
    nodes.until(lambda: any("older copy" in why for why in _reasons(jp)), "JP does not notice")
    with pytest.raises(UnavailableError, match="older copy"):
        jp.read(what)
    with jp.client() as client, pytest.raises(UnavailableError, match="older copy"):
        client.reports()


def test_who_knows_by_other_means_may_go_on_without_a_neighbour(nodes: Nodes) -> None:
    kr = nodes["KR"]
    _back_up(kr)  # while it does not run
    _lose_and_restore(kr)
    kr.start(wait=False)
    assert _reasons(kr)
    kr.kill()
    kr.start("--unasked", "US")
    kr.submit("on its own")
    assert kr.stop() == 0
    assert "without asking US" in kr.stderr


def test_a_store_that_was_rolled_back_by_hand_is_noticed_before_it_speaks(nodes: Nodes) -> None:
    nodes.start()
    kr = nodes["KR"]
    assert kr.stop() == 0
    older = kr.directory.with_suffix(".older")
    shutil.copytree(kr.directory, older)
    kr.start()
    kr.grant(kr.submit("since then"))
    nodes.settle()
    assert kr.stop() == 0
    shutil.rmtree(kr.directory)
    older.rename(kr.directory)
    kr.start(wait=False)
    nodes.until(lambda: _reasons(kr), "KR does not notice")
    with pytest.raises(UnavailableError, match="older copy"):
        kr.submit("instead")
    assert not nodes["US"].status().forks
