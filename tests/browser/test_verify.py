"""The log verified in a browser: what holds, and what is refused at which step."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.support.processes import Node, Nodes

from trilogue.console.assets import built
from trilogue.encoding.digest import sha256
from trilogue.node.founding import fingerprint
from trilogue.tlog.tiles import parse_tile_path, tile_bytes
from trilogue.tlog.tree import MemoryHashes, consistency_proof, inclusion_proof, root

pytestmark = pytest.mark.processes

VECTORS = Path(__file__).parents[1] / "vectors"
STEPS = [
    *("root", "checkpoint", "keys", "classic", "lattice", "cosigned"),
    *("entries", "tree", "tiles", "statement", "growth"),
]
VERDICT = "{} [data-verdict=good], {} [data-verdict=bad]"
LATE = 60_000
"""Milliseconds: a machine that runs other tests beside takes its time."""

CHECK = """async ({module, vectors}) => {
    const tlog = await import(module);
    const hashes = (texts) => texts.map((one) => tlog.fromBase64(one));
    const checks = {
        signing: (v) => v.vkeys ? tlog.verifyText(tlog.PublicKey.parse(v.vkeys), v.note)
                                : tlog.parseNote(v.note),
        checkpoint: (v) => tlog.verifyCheckpoint(tlog.parseCheckpoint(v.note),
                                                 tlog.PublicKey.parse(v.vkeys)),
        inclusion: (v) => tlog.verifyInclusion(
            ...hashes([v.leaf]), v.index, v.size, hashes(v.proof), ...hashes([v.root])),
        consistency: (v) => tlog.verifyConsistency(
            v.old, ...hashes([v.old_root]), v.new, ...hashes([v.new_root]), hashes(v.proof)),
    };
    const outcomes = {};
    for (const [name, kind, vector] of vectors) {
        try { await checks[kind](vector); outcomes[name] = "ok"; }
        catch (error) { outcomes[name] = error.name; }
    }
    return [outcomes, await tlog.arithmetic()];
}"""

WALK = """async ({module, size, indices, olds}) => {
    const tlog = await import(module);
    const reader = new tlog.TileReader(async (path) => tlog.fromBase64(await file(path)), size);
    const texts = (proof) => proof.map(tlog.toBase64);
    const proofs = {root: tlog.toBase64(await tlog.root(size, reader)), leaf: [], old: []};
    for (const index of indices)
        proofs.leaf.push(texts(await tlog.inclusionProof(index, size, reader)));
    for (const old of olds)
        proofs.old.push(texts(await tlog.consistencyProof(old, size, reader)));
    return proofs;
}"""


@pytest.fixture
def log(nodes: Nodes, visit) -> Callable[..., Any]:
    """Return a function that opens the page of KR's log, once all that it says is published."""

    def opened(*args: Any, **kwargs: Any) -> Any:
        page = visit("KR", *args, **kwargs)
        settle(nodes)
        page.goto("/statements")
        return page

    return opened


def settle(nodes: Nodes) -> None:
    """Wait until KR's newest checkpoint is published."""
    nodes.settle()
    kr = nodes["KR"]

    def published() -> bool:
        path = kr.directory / "public" / "checkpoint"
        return path.exists() and path.read_text("utf-8").split("\n")[1] == str(size_of(kr))

    nodes.until(published, "the newest checkpoint is not published")


def size_of(node: Node) -> int:
    return node.status().log_size


def verdict(page: Any, within: str = "#verify") -> str:
    """Return what came of verifying, once it is said."""
    page.locator(VERDICT.format(within, within)).wait_for(timeout=LATE)
    state: str = page.locator(f"{within} [data-verdict]").get_attribute("data-verdict")
    return state


def states(page: Any, within: str = "#verify") -> dict[str, str]:
    """Return how each step ended."""
    steps = page.locator(f"{within} [data-step]").all()
    return {one.get_attribute("data-step"): one.get_attribute("data-state") for one in steps}


def alter(page: Any, node: Node, path: str, change: Callable[[bytes], bytes]) -> None:
    """Change a file on its way to the page."""

    def changed(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=change(answer.body()))

    page.route(f"{node.api_url}{path}", changed)


def flip(at: int) -> Callable[[bytes], bytes]:
    """Return what flips one bit of one byte."""
    return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at:][1:]


def flip_signature(line: int) -> Callable[[bytes], bytes]:
    """Return what flips a bit in the last byte of a signature of a note."""

    def changed(data: bytes) -> bytes:
        text, _, lines = data.decode().rpartition("\n\n")
        rows = lines.splitlines()
        head, _, value = rows[line].rpartition(" ")
        rows[line] = f"{head} {base64.b64encode(flip(40)(base64.b64decode(value))).decode()}"
        return "\n".join([text, "", *rows, ""]).encode()

    return changed


def rename(before: bytes, after: bytes) -> Callable[[bytes], bytes]:
    def changed(data: bytes) -> bytes:
        assert before in data
        return data.replace(before, after)

    return changed


def test_the_true_log_verifies_step_by_step(nodes: Nodes, log) -> None:
    nodes["KR"].submit("one")
    page = log()
    page.get_by_role("button", name="Verify the published log").press("Enter")
    assert verdict(page) == "good", page.locator("#verify").inner_text()
    assert states(page) == dict.fromkeys(STEPS, "good")
    root_file = nodes["KR"].directory / "public" / "arrangement" / "roots" / "KR.vkeys"
    told = fingerprint(root_file.read_text("ascii").splitlines())
    assert page.locator("[data-step=root] [data-computed]").inner_text() == told
    shown = page.locator("[data-checkpoint]").first.get_attribute("data-root")
    for value in ("[data-computed]", "[data-expected]"):
        assert page.locator(f"[data-step=tree] {value}").inner_text() == shown
    assert "browser's own" in page.locator("[data-step=classic]").inner_text()
    assert f"{size_of(nodes['KR'])} entries" in page.locator("#verify [data-verdict]").inner_text()


CHANGED = {
    "another-root": (
        "root",
        "/log/arrangement/roots/KR.vkeys",
        rename(b"kr.tisa", b"kR.tisa"),
    ),
    "another-log": ("checkpoint", "/log/checkpoint", rename(b"kr.tisa", b"us.tisa")),
    "size-in-another-spelling": ("checkpoint", "/log/checkpoint", rename(b"logue\n", b"logue\n0")),
    "keys-of-nobody": ("keys", "/log/open", rename(b'"sealing":"', b'"sealing":"A')),
    "open-cut": ("keys", "/log/open", lambda data: data[:-1]),
    "ed25519": ("classic", "/log/checkpoint", flip_signature(0)),
    "ml-dsa-44": ("lattice", "/log/checkpoint", flip_signature(1)),
    "cosignature": ("cosigned", "/log/checkpoint", flip_signature(2)),
    "no-cosignature": (
        "cosigned",
        "/log/checkpoint",
        lambda data: b"".join(data.splitlines(keepends=True)[:6]),
    ),
    "entries-cut": ("entries", "/log/tile/entries/**", lambda data: data[:-1]),
    "entry": ("tree", "/log/tile/entries/**", flip(20)),
    "tile": ("tiles", "/log/tile/0/**", flip(20)),
    "own-tile": ("growth", "/statements/log/tile/0/**", flip(40)),
    "own-checkpoint": ("growth", "/statements/log/checkpoint", flip_signature(1)),
}


@pytest.mark.threat("T31")
@pytest.mark.parametrize("name", CHANGED)
def test_what_is_changed_on_its_way_is_refused_at_its_step(nodes: Nodes, log, name: str) -> None:
    step, path, change = CHANGED[name]
    page = log()
    alter(page, nodes["KR"], path, change)
    page.get_by_role("button", name="Verify the published log").click()
    assert verdict(page) == "bad", f"{name}: accepted"
    before = STEPS.index(step)
    assert states(page) == {
        **dict.fromkeys(STEPS[:before], "good"),
        step: "bad",
        **dict.fromkeys(STEPS[before + 1 :], "waiting"),
    }
    title = page.locator(f"[data-step={step}] h3").inner_text()
    means = page.locator(f"[data-step={step}]").get_attribute("data-fails")
    told = page.locator("#verify [role=status]")
    assert title in told.inner_text()
    assert means in told.inner_text()
    assert told.locator("[lang=en]").count() == 1


@pytest.mark.threat("T14")
def test_a_checkpoint_on_the_page_that_is_of_another_history_is_refused(log) -> None:
    page = log()
    page.locator("[data-checkpoint]").nth(1).evaluate(
        "(row) => { row.dataset.root = row.previousElementSibling.dataset.root }"
    )
    page.get_by_role("button", name="Verify the published log").click()
    assert verdict(page) == "bad"
    assert states(page)["growth"] == "bad"


@pytest.mark.parametrize(("lang", "scheme"), [("en", "dark"), ("ko", "light"), ("ja", "dark")])
def test_one_statement_is_proven_by_keyboard(nodes: Nodes, log, lang: str, scheme: str) -> None:
    what = nodes["KR"].submit("proven")
    page = log(lang, scheme)
    place = f"KR {what.index}"
    button = page.locator(f'[data-proof="{place}"]')
    button.focus()
    page.keyboard.press("Enter")
    assert verdict(page, "#proof") == "good", page.locator("#proof").inner_text()
    assert states(page, "#proof") == {"signed": "good", "leaf": "good", "path": "good"}
    leaf = button.get_attribute("data-leaf")
    rows = page.locator("#proof ol.way .code").all_inner_texts()
    assert rows[0] == leaf
    assert rows[-1] == page.locator("[data-step=path] [data-expected]").inner_text()
    size = size_of(nodes["KR"])
    drawn = page.locator("#proof svg rect").count()
    assert drawn == len(rows)
    assert 2 <= len(rows) <= 1 + 2 * (size - 1).bit_length()
    assert '"kind":"report"' in page.locator("#proof pre").inner_text()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.keyboard.press("Escape")
    assert not page.locator("#proof").is_visible()
    assert button.evaluate("(own) => own === document.activeElement")


def second(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Return what leaves a file as it is when it is fetched first, and changes it from then on."""
    seen: list[bytes] = []

    def changed(data: bytes) -> bytes:
        seen.append(data)
        return data if len(seen) == 1 else change(data)

    return changed


MISLED = {
    "checkpoint": ("signed", "checkpoint", flip_signature(0)),
    "entry": ("leaf", "tile/entries/**", rename(b'"kind":"adoption"', b'"kind":"report"  ')),
    # The key statement is proven from the same tile before.
    "tile": ("path", "tile/0/**", second(flip(0))),
    "keys": ("signed", "../vouchers", rename(b'\\"sealing\\":\\"', b'\\"sealing\\":\\"A')),
}


@pytest.mark.threat("T31")
@pytest.mark.parametrize("name", MISLED)
def test_a_proof_of_what_was_changed_is_none(nodes: Nodes, log, name: str) -> None:
    step, path, change = MISLED[name]
    page = log()
    alter(page, nodes["KR"], f"/statements/log/{path}".replace("log/../", ""), change)
    page.locator('[data-proof="KR 1"]').click()
    assert verdict(page, "#proof") == "bad"
    assert states(page, "#proof")[step] == "bad"
    assert page.locator("#proof svg").count() == 0


@pytest.mark.parametrize("width", [1280, 360])
def test_verifying_moves_nothing_and_is_no_wider_than_the_window(log, width: int) -> None:
    page = log("ko", width=width)
    page.locator("#verify summary").click()
    before = page.locator("#newest").bounding_box()["y"]
    page.locator("[data-verify]").click()
    assert verdict(page) == "good"
    assert page.locator("#newest").bounding_box()["y"] == pytest.approx(before, abs=1)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_what_cannot_be_fetched_proves_nothing_and_accuses_nobody(nodes: Nodes, log, visit) -> None:
    page = log()
    page.route(f"{nodes['KR'].api_url}/log/open", lambda route: route.fulfill(status=503))
    page.locator("[data-verify]").click()
    assert verdict(page) == "bad"
    told = page.locator("#verify [role=status]").inner_text()
    assert "was not verified" in told
    assert page.locator("[data-step=keys]").get_attribute("data-fails") not in told
    assert [text for text in visit.said if "503" not in text] == []
    visit.said.clear()


def test_of_a_log_too_large_for_a_page_the_edge_is_computed(nodes: Nodes, log) -> None:
    page = log()
    alter(page, nodes["KR"], "/built/assets/verify-*", rename(b"1e5", b"1"))
    page.reload()
    page.locator("[data-verify]").click()
    assert verdict(page) == "good", page.locator("#verify").inner_text()
    left = dict.fromkeys(("entries", "tiles"), "left")
    assert states(page) == {**dict.fromkeys(STEPS, "good"), **left}
    alter(page, nodes["KR"], "/log/tile/0/**", flip(20))
    page.locator("[data-verify]").click()
    page.locator("[data-step=tree][data-state=bad]").wait_for(timeout=LATE)


def test_without_script_the_page_says_what_does_the_same(log) -> None:
    page = log(script=False)
    assert page.get_by_text("trilogue audit").first.is_visible()
    assert not page.locator("[data-verify]").is_visible()
    assert not page.locator("[data-proof]").first.is_visible()


def test_a_browser_without_its_own_ed25519_verifies(log) -> None:
    page = log()
    page.add_init_script("Object.defineProperty(crypto, 'subtle', {value: undefined})")
    page.reload()
    page.locator("[data-verify]").click()
    assert verdict(page) == "good", page.locator("#verify").inner_text()
    assert "noble" in page.locator("[data-step=classic]").inner_text()


@pytest.mark.threat("T23")
@pytest.mark.parametrize("who", ["WebCrypto", "noble"])
def test_the_vectors_of_the_log_and_of_notes_fail_where_they_must(visit, who: str) -> None:
    page = visit("KR")
    if who == "noble":
        page.add_init_script("Object.defineProperty(crypto, 'subtle', {value: undefined})")
        page.reload()
    files = [*VECTORS.glob("signing/*.json"), *VECTORS.glob("tlog/*/*.json")]
    read = {f"{one.parent.name}/{one.stem}": json.loads(one.read_text("utf-8")) for one in files}
    vectors = [(name, name.partition("/")[0], vector) for name, vector in read.items()]
    outcomes, arithmetic = page.evaluate(CHECK, {"module": module(), "vectors": vectors})
    assert arithmetic == who
    assert len(outcomes) > 90
    assert outcomes == {name: vector["expect"] for name, vector in read.items()}


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 513, 70_000])
def test_proofs_read_from_tiles_are_those_of_the_node(visit, size: int) -> None:
    hashes = MemoryHashes(sha256(str(index).encode()) for index in range(size))
    page = visit("KR")
    page.expose_function("file", lambda path: encode(tile_bytes(parse_tile_path(path), hashes)))
    indices = sorted({0, size // 3, size // 2, size - 1})
    olds = sorted({0, 1, size // 2, max(size - 1, 0), size})
    given = {"module": module(), "size": size, "indices": indices, "olds": olds}
    assert page.evaluate(WALK, given) == {
        "root": encode(root(size, hashes)),
        "leaf": [[*map(encode, inclusion_proof(one, size, hashes))] for one in indices],
        "old": [[*map(encode, consistency_proof(one, size, hashes))] for one in olds],
    }


def encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def module() -> str:
    """Return where the node serves the formats' own module."""
    found = built("tlog")
    assert found is not None, "`make setup` builds it"
    return f"/built/{found.file}"
