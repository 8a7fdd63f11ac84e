"""Build the vectors of the arrangement room; `python tests/vectors/arrangement/generate.py` writes.

`decisions/<rule>.json` holds, for one rule of `tisa-2014`, facts for which it speaks and the
nearest facts for which it does not. `refused/<fault>.json` holds one edit of the shipped files
after which the arrangement must not parse, and words that the refusal must say.
"""

import json
from pathlib import Path

FOLDER = Path(__file__).parent

GOOD = {
    "actor": "KR",
    "originators": ["KR"],
    "audience": ["JP", "US"],
    "readers": ["JP", "KR", "US"],
    "level": "SECRET",
    "caveats": ["ORCON", "TISA"],
    "subject": "missile-launch",
    "place": "inside",
    "payload_type": "launch",
    "purposes": ["warning"],
    "officers": 2,
    "all_legs_have_pact": True,
    "derived": False,
    "derivation_permitted": False,
}
"""Facts under which KR may grant a launch to JP and US: each vector changes what its rule sees."""

WHO = {
    "submit": "KR",
    "request": "JP",
    "grant": "KR",
    "relay": "US",
    "accept": "JP",
    "read": "JP",
    "release-derived": "KR",
}
PERMITS = {
    "submit": "originator-submits",
    "request": "participant-requests",
    "grant": "originator-grants",
    "relay": "hub-relays",
    "accept": "audience-accepts",
    "read": "audience-accepts",
    "release-derived": "originator-grants",
}


def case(action: str, rules: list[str] | None = None, **changes: object) -> dict:
    """Return one decision: permitted by the action's own rule unless `rules` deny it."""
    return {
        "action": action,
        "facts": {**GOOD, "actor": WHO[action], **changes},
        "permit": rules is None,
        "rules": [PERMITS[action]] if rules is None else rules,
    }


def permitted(action: str, rule: str, **changes: object) -> dict:
    return {**case(action, **changes), "rules": [rule]}


def fires(rule: str, *actions: str, **changes: object) -> list[dict]:
    return [case(action, [rule], **changes) for action in actions or tuple(WHO)]


def silent(*actions: str, **changes: object) -> list[dict]:
    return [case(action, **changes) for action in actions or tuple(WHO)]


MOVING = ("grant", "relay", "accept", "release-derived")
RELEASING = ("grant", "release-derived")
STATED = ("submit", "grant", "relay", "accept", "read", "release-derived")
DEFAULT = ["default-deny"]

DECISIONS = {
    "originator-submits": [case("submit"), case("submit", DEFAULT, actor="US")],
    "participant-requests": [case("request"), case("request", actor="KR")],
    "originator-grants": [
        case("grant"),
        case("grant", DEFAULT, actor="US"),
        case("release-derived", derived=True, derivation_permitted=True),
        case("release-derived", DEFAULT, actor="JP", derived=True, derivation_permitted=True),
    ],
    "hub-relays": [
        case("relay"),
        case("relay", DEFAULT, actor="KR"),
        case("relay", DEFAULT, actor="JP"),
    ],
    "audience-accepts": [
        case("accept"),
        case("read"),
        case("accept", DEFAULT, actor="US", audience=["JP"]),
        case("read", DEFAULT, actor="US", audience=["JP"]),
    ],
    "originator-reads": [
        permitted("read", "originator-reads", actor="KR", audience=[], purposes=[]),
        case("read", DEFAULT, actor="US", audience=["JP"]),
    ],
    "rule-error": [
        *fires("rule-error", "submit", "request", "grant", "relay", actor="FR"),
        case("read", ["rule-error"], actor=""),
    ],
    "above-ceiling": [*fires("above-ceiling", level="TOP SECRET"), *silent(level="SECRET")],
    "level-not-in-scale": [
        *(case(a, ["above-ceiling", "level-not-in-scale"], level="COSMIC") for a in WHO),
        *fires("level-not-in-scale", *STATED, level=""),
        *silent("request", level=""),
    ],
    "outside-scope": [
        *fires("outside-scope", subject="cyber-attack"),
        *fires("outside-scope", *STATED, subject=""),
        *silent("request", subject=""),
        *silent(subject="nuclear-test", payload_type="seismic-event"),
    ],
    "outside-place": [
        *fires("outside-place", place="outside"),
        *fires("outside-place", subject="missile-site", place="trajectory"),
        *silent(place="trajectory"),
        *silent(place="inside", subject="missile-site"),
    ],
    "place-unstated": [
        *fires("place-unstated", *STATED, place="unstated"),
        *silent("request", place="unstated"),
        *silent(place="unstated", payload_type="seismic-arrivals", subject="nuclear-test"),
    ],
    "payload-type-not-admitted": [
        *fires("payload-type-not-admitted", payload_type="photograph"),
        *fires("payload-type-not-admitted", *STATED, payload_type=""),
        *silent("request", payload_type=""),
        *silent(payload_type="track"),
    ],
    "no-command": [
        *(
            case(action, ["payload-type-not-admitted", "no-command"], payload_type=kind)
            for kind in (
                "tasking",
                "fire-order",
                "engagement",
                "weapon-assignment",
                "interceptor-command",
                "target-list",
            )
            for action in ("submit", "request", "grant")
        ),
        *silent("grant", payload_type="launch"),
    ],
    "purpose-not-admitted": [
        *fires("purpose-not-admitted", "request", *MOVING, "read", purposes=["warning", "strike"]),
        *fires("purpose-not-admitted", "request", *MOVING, "read", purposes=[]),
        *silent("submit", purposes=[]),
        *silent(purposes=["analysis", "verification", "warning"]),
    ],
    "no-pact": [
        *fires("no-pact", "request", *MOVING, all_legs_have_pact=False),
        *silent("submit", "read", all_legs_have_pact=False),
    ],
    "no-audience": [
        *fires("no-audience", "grant", "relay", "release-derived", audience=[]),
        *silent("grant", "relay", "release-derived", audience=["US"]),
    ],
    "not-releasable": [
        *fires("not-releasable", *MOVING, "read", readers=["KR", "JP"]),
        *fires("not-releasable", *MOVING, "read", readers=[]),
        *silent(*MOVING, "read", readers=["KR", "JP"], audience=["JP"]),
        *silent("submit", "request", readers=[]),
    ],
    "caveat-not-admitted": [
        *fires("caveat-not-admitted", caveats=["NOFORN", "TISA"]),
        *silent(caveats=["TISA"]),
    ],
    "not-marked-for-sharing": [
        *fires("not-marked-for-sharing", *MOVING, caveats=["ORCON"]),
        *silent("submit", "request", "read", caveats=["ORCON"]),
    ],
    "no-officer": [
        *fires("no-officer", *RELEASING, officers=0, level="CONFIDENTIAL"),
        *silent(*RELEASING, officers=1, level="CONFIDENTIAL"),
        *silent("submit", "request", "relay", "accept", "read", officers=0),
    ],
    "two-officers": [
        *fires("two-officers", *RELEASING, officers=1),
        *silent(*RELEASING, officers=1, level="CONFIDENTIAL"),
        *silent(*RELEASING, officers=2),
    ],
    "derivation-not-permitted": [
        *fires("derivation-not-permitted", *MOVING, derived=True),
        *silent(*MOVING, derived=True, derivation_permitted=True),
        *silent("submit", "request", "read", derived=True),
    ],
    "default-deny": [case("submit", DEFAULT, originators=["JP"])],
}


def edit(file: str, old: str | None, new: str | None, says: str) -> dict:
    """Return one fault: `old` becomes `new` in `file`; without `old`, `new` is the whole file.

    A `new` of None takes the file away.
    """
    return {"file": file, "old": old, "new": new, "says": says}


TEXT, RULES, KO = "arrangement.toml", "rules.cedar", "vocabulary.ko.toml"

REFUSED = {
    "format-2": edit(TEXT, "format = 1", "format = 2", "Invalid enum value 2"),
    "unknown-key": edit(TEXT, 'hub = "US"', 'hub = "US"\nowner = "US"', "unknown field `owner`"),
    "missing-key": edit(TEXT, "notice_days = 90\n", "", "missing required field `notice_days`"),
    "key-twice": edit(TEXT, "notice_days = 90", "notice_days = 90\nnotice_days = 1", "overwrite"),
    "number-as-text": edit(TEXT, "notice_days = 90", 'notice_days = "90"', "Expected `int`"),
    "a-float": edit(TEXT, "cosignatures = 1", "cosignatures = 1.5", "Expected `int`"),
    "negative-delay": edit(TEXT, "delay_seconds = 86400", "delay_seconds = -1", ">= 0"),
    "ends-before-it-begins": edit(
        TEXT, "notice_days", "ends = 2014-12-28\nnotice_days", "before it takes effect"
    ),
    "unknown-suite": edit(TEXT, "ed25519+mldsa44", "ed25519", "unknown signature suite"),
    "hub-no-participant": edit(TEXT, 'hub = "US"', 'hub = "FR"', "hub FR is no participant"),
    "participant-twice": edit(TEXT, 'id = "JP"', 'id = "KR"', "participant KR stands twice"),
    "log-twice": edit(TEXT, "jp.tisa-2014", "kr.tisa-2014", "stands twice"),
    "pact-with-outsider": edit(TEXT, '["JP", "US"]', '["FR", "US"]', "stands between FR and US"),
    "pact-with-itself": edit(TEXT, '["JP", "US"]', '["US", "US"]', "stands between US and US"),
    "pact-out-of-order": edit(TEXT, '["JP", "US"]', '["US", "JP"]', "alphabetical order"),
    "pact-twice": edit(TEXT, '["JP", "US"]', '["KR", "US"]', "stands twice"),
    "participant-out-of-reach": edit(
        TEXT, '["JP", "US"]', '["JP", "KR"]', "JP cannot be reached: there is no pact with the hub"
    ),
    "more-cosignatures-than-neighbours": edit(
        TEXT, "cosignatures = 1", "cosignatures = 2", "only 1 neighbours"
    ),
    "ceiling-unknown": edit(TEXT, '"SECRET"\ntag', '"COSMIC"\ntag', "ceiling names no level"),
    "two-person-level-unknown": edit(
        TEXT, 'above = "CONFIDENTIAL"', 'above = "PRIVATE"', "two_person_above names no level"
    ),
    "rank-twice": edit(TEXT, "rank = 3", "rank = 2", "two levels share one rank"),
    "equivalent-missing": edit(
        TEXT,
        'labels.JP = { ja = "極秘", en = "Gokuhi", ko = "극비" }',
        "",
        "lacks an equivalent of JP",
    ),
    "equivalent-in-two-languages": edit(
        TEXT, 'en = "Gokuhi", ko = "극비"', 'en = "Gokuhi"', "lacks an equivalent of JP"
    ),
    "equivalent-of-outsider": edit(TEXT, "labels.JP", "labels.FR", "FR, which is no participant"),
    "equivalent-twice": edit(TEXT, 'ja = "極秘"', 'ja = "秘"', "equivalent of JP 秘 stands twice"),
    "sharing-caveat-unknown": edit(
        TEXT, 'sharing_caveat = "TISA"', 'sharing_caveat = "NATO"', "not among the caveats"
    ),
    "trajectory-of-no-subject": edit(
        TEXT, 'trajectory_subjects = ["missile', 'trajectory_subjects = ["rocket', "no subject"
    ),
    "source-not-listed": edit(TEXT, 'sources = ["title-8"]', 'sources = ["title-9"]', "title-9"),
    "claim-without-source": edit(TEXT, 'sources = ["title-8"]', "", "names 0 sources"),
    "unsourced-with-source": edit(
        TEXT, 'number = 9\ntag = "U"', 'number = 9\ntag = "U"\nsources = ["kbs"]', "names 1 sources"
    ),
    "ring-of-two": edit(TEXT, "ring = [", "ring = [[1, 2], [3, 4]]\nx = [", "length >= 3"),
    "file-missing": edit(KO, None, None, "lacks vocabulary.ko.toml"),
    "file-unknown": edit("vocabulary.fr.toml", None, "", "no file of an arrangement"),
    "root-of-outsider": edit("roots/FR.vkeys", None, "", "no file of an arrangement"),
    "root-malformed": edit("roots/KR.vkeys", None, "kr\n", "holds no root public key"),
    "rules-do-not-parse": edit(RULES, "\nforbid (", "\nforbit (", "do not parse"),
    "rules-do-not-fit": edit(RULES, "context.rank >", "context.rnak >", "do not fit their schema"),
    "rules-compare-text-with-number": edit(
        RULES, "context.officers < 1", 'context.officers == "1"', "do not fit their schema"
    ),
    "rule-without-id": edit(RULES, '@id("no-officer")\n', "", "has no id"),
    "rule-twice": edit(RULES, '@id("no-officer")', '@id("no-pact")', "share the id 'no-pact'"),
    "rule-without-words": edit(
        RULES, '@id("no-officer")', '@id("no-one")', "no words for rule no-one"
    ),
    "rule-template": edit(
        RULES,
        'permit (principal, action == Action::"request"',
        'permit (principal == ?principal, action == Action::"request"',
        "template",
    ),
    "schema-without-action": edit(
        "schema.cedarschema", "action submit, request,", "action submit, petition,", "do not fit"
    ),
    "schema-with-another-fact": edit(
        "schema.cedarschema",
        "  actor: String,",
        "  actor: String,\n  weather: String,",
        "does not admit the action",
    ),
    "words-missing": edit(
        KO, 'missile-launch = "미사일 발사"\n', "", "no words for subject missile-launch"
    ),
    "words-empty": edit(KO, '"미사일 발사"', '""', "is empty or padded"),
    "words-for-nothing": edit(
        KO, "[purpose]", '[purpose]\nstrike = "타격"', "names what the arrangement does not have"
    ),
    "words-of-unknown-kind": edit(KO, "[purpose]", "[pretext]", "unknown kind 'pretext'"),
    "words-of-another-language": edit(
        KO, 'language = "ko"', 'language = "ja"', "does not say language"
    ),
}


def vectors() -> dict[str, object]:
    """Return every vector by its path below this folder."""
    return {
        **{f"decisions/{name}.json": cases for name, cases in DECISIONS.items()},
        **{f"refused/{name}.json": fault for name, fault in REFUSED.items()},
    }


if __name__ == "__main__":
    for path, vector in vectors().items():
        (FOLDER / path).parent.mkdir(exist_ok=True)
        (FOLDER / path).write_text(json.dumps(vector, ensure_ascii=False, indent=1) + "\n")
