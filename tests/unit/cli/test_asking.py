"""Commands that ask a node: what is typed, what the node did, and how each refusal exits."""

import json

import pytest

from trilogue.node.inputs import ReportInput

from .live import FIRST, SECOND, open_desks


@pytest.fixture
def desks(trio, run):
    """Three nodes in force, whose people type commands."""
    with open_desks(trio) as made:
        yield made


@pytest.fixture
def report(tmp_path):
    """A report of two portions in a file, the second above the level for one officer."""
    payload = {"title": "event", "text": "핵실험", "language": "ko", "confidence": "moderate"}
    portion = {
        "payload_type": "assessment",
        "payload": payload,
        "subject": "nuclear-test",
        "place": {"latitude": 41.3, "longitude": 129.08},
        "language": "ko",
    }

    def mark(level):
        return {"level": level, "releasable_to": ["US", "JP"]}

    path = tmp_path / "report.json"
    path.write_text(
        json.dumps(
            {
                "portions": [
                    {**portion, "label": "low", "marking": mark("CONFIDENTIAL")},
                    {**portion, "label": "high", "marking": mark("SECRET")},
                ]
            }
        )
    )
    return path


@pytest.fixture
def submitted(desks, report):
    """The report as it was submitted at KR: where it stands, and its portions by label."""
    done = json.loads(desks("KR", "report", "submit", report, "--json").stdout)
    place = f"{done['report']['speaker']}/{done['report']['index']}"
    return place, {one["label"]: one["portion"] for one in done["portions"]}


def logged(result):
    """Return where a command says that something was logged."""
    return result.stdout.split()[0]


# Reports.


def test_a_report_is_submitted_from_a_file_or_a_pipe(desks, report):
    done = desks("KR", "report", "submit", report)
    assert "CONFIDENTIAL  JP, US" in done.stdout
    assert "SECRET" in done.stdout
    desks("KR", "report", "submit", "-", input=report.read_text())
    assert len(json.loads(desks("KR", "report", "list", "--json").stdout)) == 2


def test_a_report_that_does_not_fit_is_bad_input_before_it_is_sent(desks, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text('{"portions":[{"payload_type":7}]}')
    assert "portions[0].payload_type" in desks("KR", "report", "submit", bad, code=2).stderr
    bad.write_text('{"portions":[],"portions":[]}')
    assert "same key twice" in desks("KR", "report", "submit", bad, code=2).stderr


def test_a_report_against_the_rules_is_refused_with_the_rule(desks, report, tmp_path):
    above = json.loads(report.read_text())
    above["portions"][0]["marking"]["level"] = "TOP SECRET"
    (tmp_path / "above.json").write_text(json.dumps(above))
    done = desks("KR", "report", "submit", tmp_path / "above.json", code=1)
    assert "rule    above-ceiling" in done.stderr


def test_what_is_held_is_shown_and_never_its_content(desks, submitted):
    place, portions = submitted
    for arguments in (("list",), ("show", place), ("list", "--json"), ("show", place, "--json")):
        shown = desks("KR", "report", *arguments).stdout
        assert portions["low"][:12] in shown
        assert "핵실험" not in shown
    assert "(S//ORCON" in desks("KR", "report", "show", place).stdout
    assert "no report is known here" in desks("JP", "report", "list").stdout


def test_a_portion_is_opened_by_the_beginning_of_its_digest_and_registered(desks, submitted):
    place, portions = submitted
    opening = ("--purpose", "analysis", "--why", "the morning report")
    shown = desks("KR", "report", "open", place, portions["low"][:6], *opening).stdout
    assert "핵실험" in shown
    first, *_, last = shown.splitlines()
    assert first == last  # the banner stands above and below
    found = json.loads(
        desks("KR", "report", "open", place, portions["high"], *opening, "--json").stdout
    )
    assert found["payload"]["text"] == "핵실험"
    register = json.loads(desks("KR", "access", "list", "--json").stdout)
    assert [one["portion"] for one in register] == [portions["low"], portions["high"]]
    assert "the morning report" in desks("KR", "access", "list").stdout
    done = desks("KR", "report", "open", place, "nope", *opening, code=3)
    assert "begins with 'nope'" in done.stderr
    done = desks("KR", "report", "open", place, *opening, code=2)
    assert "2 portions of" in done.stderr


def test_what_was_not_granted_is_not_there(desks, submitted):
    place, portions = submitted
    desks.trio.settle()
    opening = ("--purpose", "analysis", "--why", "curious")
    desks("JP", "report", "open", place, portions["low"], *opening, code=3)


def test_a_reclassification(desks, submitted):
    place, portions = submitted
    done = desks(
        "KR", "report", "reclassify", place, portions["low"][:8], "--level", "SECRET",
        "--releasable-to", "US", "--because", "it names a source",
    )  # fmt: skip
    assert "reclassification, logged at" in done.stdout
    shown = json.loads(desks("KR", "report", "show", place, "--json").stdout)
    marking = {one["portion"]: one["marking"] for one in shown["portions"]}[portions["low"]]
    assert (marking["level"], marking["releasable_to"]) == ("SECRET", ["US"])


@pytest.mark.parametrize("type_", ["seismic-arrivals", "assessment"])
def test_schemas(run, type_):
    found = json.loads(run("report", "schema", type_).stdout)
    assert found["$id"] == f"urn:trilogue:payload:{type_}:1"
    assert type_ in run("report", "schema").stdout.splitlines()


def test_an_unknown_schema_is_not_found(run):
    assert "known are" in run("report", "schema", "fire-order", code=3).stderr


# Consent.


def grant(desks, submitted, label, *more, **settings):
    place, portions = submitted
    return desks(
        "KR", "release", "grant", f"{place}:{portions[label][:10]}", "--to", "US", "--to", "JP",
        "--for", "analysis", *more, **settings,
    )  # fmt: skip


def test_a_grant_reaches_its_audience_and_a_withdrawal_ends_it(desks, submitted):
    place, portions = submitted
    done = grant(desks, submitted, "low", "--lasts", "6h", "--derive-for", "JP")
    assert "to     JP, US" in done.stdout
    assert f"by     {FIRST}" in done.stdout
    desks.trio.settle()
    opening = ("report", "open", place, portions["low"], "--why", "w", "--purpose")
    assert "핵실험" in desks("JP", *opening, "analysis").stdout
    assert "not for warning" in desks("JP", *opening, "warning", code=1).stderr
    (granted,) = json.loads(desks("KR", "release", "list", "--json").stdout)["grants"]
    assert granted["extent"]["derive_for"] == ["JP"]
    assert "JP held" in desks("KR", "release", "list").stdout
    where = logged(done)
    desks("KR", "release", "withdraw", where, "--because", "over", "--from", "JP")
    desks("KR", "release", "withdraw", where, "--because", "over")
    desks.trio.settle()
    desks("JP", *opening, "analysis", code=3)
    assert json.loads(desks("KR", "release", "list", "--json").stdout)["grants"] == []
    everything = json.loads(desks("KR", "release", "list", "--all", "--json").stdout)
    assert {one["state"] for one in everything["grants"][0]["states"]} == {"destroyed"}
    done = desks("KR", "release", "withdraw", where, "--because", "again", code=1)
    assert "withdrawn already" in done.stderr


def test_a_whole_report_is_granted_and_its_only_readable_portion_opened(desks, submitted):
    place, portions = submitted
    grant(desks, submitted, "low")
    desks.trio.settle()
    opening = ("--purpose", "analysis", "--why", "there is only one")
    assert "핵실험" in desks("JP", "report", "open", place, *opening).stdout
    whole = json.loads(
        desks(
            "KR", "release", "grant", place, "--to", "US", "--for", "analysis", "--json"
        ).stdout
    )  # fmt: skip
    (waiting,) = json.loads(desks("KR", "release", "list", "--json").stdout)["pending"]
    assert waiting["id"] == whole["id"]
    assert {one["portion"] for one in waiting["grant"]["portions"]} == set(portions.values())


def test_two_officers_above_a_level(desks, submitted):
    done = grant(desks, submitted, "high")
    number = done.stdout.split("trilogue release approve ")[1].strip()
    assert number in desks("KR", "release", "list").stdout
    done = desks("KR", "release", "approve", number, code=1)
    assert "another release officer must agree" in done.stderr
    done = desks("KR", "release", "approve", number, officer=SECOND)
    assert f"by     {FIRST}, {SECOND}" in done.stdout
    desks("KR", "release", "approve", number, officer=SECOND, code=3)


def test_a_grant_that_waits_can_be_dropped(desks, submitted):
    number = json.loads(grant(desks, submitted, "high", "--json").stdout)["id"]
    assert "Nothing waits" in desks("KR", "release", "drop", number).stdout
    assert json.loads(desks("KR", "release", "list", "--json").stdout)["pending"] == []


def test_a_request_is_described_and_refused(desks):
    asked = desks(
        "JP", "request", "--originator", "KR", "--purpose", "analysis", "--because", "the gap",
        "--subject", "nuclear-test", "--from", "2016-09-09", "--to", "2016-09-10",
    )  # fmt: skip
    where = logged(asked)
    desks.trio.settle()
    assert "nuclear-test, 2016-09-09T00:00:00.000Z" in desks("KR", "release", "list").stdout
    desks("KR", "release", "refuse", where, "--because", "분석 중", "--lang", "ko")
    desks.trio.settle()
    (found,) = json.loads(desks("JP", "release", "list", "--all", "--json").stdout)["requests"]
    assert found["state"] == "refused"
    assert json.loads(desks("JP", "release", "list", "--json").stdout)["requests"] == []


def test_a_request_for_a_portion_is_answered_by_a_grant(desks, submitted):
    place, portions = submitted
    grant(desks, submitted, "low")  # only what was heard of can be named
    desks.trio.settle()
    asked = desks(
        "US", "request", "--originator", "KR", "--purpose", "warning", "--because", "the watch",
        "--portion", f"{place}:{portions['low']}",
    )  # fmt: skip
    desks.trio.settle()
    assert f"{place}:{portions['low']}" in desks("KR", "release", "list").stdout
    grant(desks, submitted, "low", "--answers", logged(asked))
    (found,) = json.loads(desks("KR", "release", "list", "--all", "--json").stdout)["requests"]
    assert found["state"] == "granted"


def test_there_is_no_direct_way_and_the_refusal_is_on_the_record(desks):
    done = desks(
        "JP", "request", "--originator", "KR", "--purpose", "analysis", "--because", "why",
        "--subject", "nuclear-test", "--direct", code=1,
    )  # fmt: skip
    assert "rule    no-pact" in done.stderr
    assert "ask through US" in done.stderr


@pytest.mark.parametrize(
    "more",
    [
        (),
        ("--subject", "nuclear-test", "--portion", "KR/1:abc"),
        ("--from", "2016-09-09"),
        ("--subject", "nuclear-test", "--to", "2016-09-09"),
    ],
)
def test_a_request_names_or_describes(desks, more):
    desks(
        "JP", "request", "--originator", "KR", "--purpose", "analysis", "--because", "why", *more,
        code=2,
    )  # fmt: skip


def test_a_standing_consent_grants_at_once_until_it_is_withdrawn(desks, report):
    done = desks(
        "KR", "release", "standing", "--subject", "nuclear-test", "--payload-type", "assessment",
        "--level", "CONFIDENTIAL", "--to", "US", "--to", "JP", "--for", "analysis",
        "--per-hour", "10", "--lasts", "1d",
    )  # fmt: skip
    assert "standing, logged at" in done.stdout
    assert "nuclear-test" in desks("KR", "release", "list").stdout
    assert (
        "A standing consent granted it at once: KR/"
        in desks("KR", "report", "submit", report).stdout
    )
    desks("KR", "release", "withdraw", logged(done), "--because", "over")
    assert json.loads(desks("KR", "release", "list", "--json").stdout)["standing"] == []
    assert "granted it at once" not in desks("KR", "report", "submit", report).stdout


def test_only_the_originator_decides(desks, submitted):
    where = logged(grant(desks, submitted, "low"))
    desks.trio.settle()
    done = desks("US", "release", "withdraw", where, "--because", "mine?", code=1)
    assert "KR's to withdraw" in done.stderr


# Incidents, and where one stands.


def test_incidents_are_reported_and_listed(desks, submitted):
    place, _ = submitted
    where = logged(
        desks(
            "KR", "incident", "report", "--nature", "loss", "--certainty", "possible",
            "--concerns", place, "--text", "a laptop \x1b[2J",
        )
    )  # fmt: skip
    desks(
        "KR", "incident", "report", "--nature", "loss", "--certainty", "actual",
        "--findings-of", where, "--text", "it was found",
    )  # fmt: skip
    shown = desks("KR", "incident", "list").stdout
    assert "possible loss" in shown
    assert "a laptop <U+001B>[2J" in shown
    first, second = json.loads(desks("KR", "incident", "list", "--json").stdout)
    assert first["text"] == "a laptop \x1b[2J"
    assert second["findings_of"] == first["incident"]


def test_out_of_force_nothing_moves_and_the_exit_code_says_so(desks, report):
    assert "In force" in desks("KR", "node", "status").stdout
    desks("KR", "arrangement", "suspend", "--because", "consultations")
    done = desks("KR", "report", "submit", report, code=4)
    assert "not in force" in done.stderr
    assert "suspended by" in desks("KR", "node", "status", code=4).stdout
    desks("KR", "arrangement", "resume", "--because", "they are over")
    desks("KR", "report", "submit", report)


def test_a_notice_of_withdrawal_and_its_suspension(desks):
    done = desks("KR", "arrangement", "withdraw", "--because", "a decision of the cabinet")
    assert "withdrawal-from-arrangement, logged at" in done.stdout
    desks("KR", "arrangement", "suspend", "--of", "notice", "--because", "talks")
    desks("KR", "arrangement", "adopt")
    done = desks("KR", "arrangement", "adopt", code=2)
    assert "adopted already" in done.stderr


def test_a_notice_cannot_be_too_short(desks):
    done = desks(
        "KR", "arrangement", "withdraw", "--because", "now", "--effective", "2016-09-10", code=2
    )
    assert "shorter than 90 days" in done.stderr


def test_status_speaks_the_language_asked_for(desks):
    english = json.loads(desks("KR", "node", "status", "--json").stdout)
    korean = json.loads(desks("KR", "node", "status", "--json", "--lang", "ko").stdout)
    assert english["force"]["reason"] != korean["force"]["reason"]


# Who asks, and whom.


def test_the_token_comes_from_a_file(desks, run, tmp_path):
    file = tmp_path / "token"
    url = desks.url("KR")
    file.write_text(desks.tokens["KR", FIRST] + "\n")
    run("node", "status", "--node", url, "--token-file", file)
    run("node", "status", env={"TRILOGUE_NODE": url, "TRILOGUE_TOKEN_FILE": str(file)})


def test_an_unknown_token_is_refused(desks, run):
    done = run("report", "list", "--node", desks.url("KR"), "--token", "nope", code=1)
    assert "not known here" in done.stderr


def test_a_role_that_may_not_is_refused(desks):
    desks("KR", "incident", "list", officer="auditor")
    done = desks("KR", "report", "list", officer="auditor", code=1)
    assert "exit    1, refused or refuted" in done.stderr


def test_nobody_there_is_not_found(run):
    done = run("report", "list", "--node", "http://127.0.0.1:9", "--token", "x", code=3)
    assert "no answer from the node" in done.stderr


def test_a_token_never_travels_in_clear(run):
    done = run("report", "list", "--node", "http://node.example:80", "--token", "x", code=2)
    assert "does not travel in clear" in done.stderr


def test_a_report_file_has_the_shape_of_the_api(report):
    import msgspec

    assert msgspec.json.decode(report.read_bytes(), type=ReportInput)
