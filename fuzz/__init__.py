"""Fuzzing: every parser of bytes that somebody else wrote, under bytes that nobody wrote.

    make fuzz                         every target for a minute
    make fuzz SECONDS=600 TARGET=note one target for ten minutes

A target is a plain function `target(data: bytes) -> None` (`fuzz.target`). It hands the bytes to
one parser and says what must hold: the parser raises nothing but the error that it declares, and
what it reads is written again as the same bytes, or as other programs write and read it. Where two
parsers read one thing, both must read the same.

| module | what comes in |
| --- | --- |
| `encoded` | canonical and loose JSON, base64, instants |
| `signed` | notes, keys, checkpoints, cosignatures, what a witness is asked |
| `hands` | what passkeys and browsers hand over |
| `named` | what a provider says of who somebody is |
| `logged` | tiles, bundles, proofs, leaves, a published log |
| `said` | statements, deliveries, answers, cards; a whole delivery at a node |
| `sealed` | headers, payloads, portions, boxes, wrapped keys, marks |
| `written` | arrangements, settings, scenarios, CSV, QuakeML |
| `asked` | bodies, parameters, tokens and errors of the API |
| `kept` | backups |

Seeds come from the test vectors (`fuzz.seeds`). What a run finds it leaves in `corpus/TARGET/`,
where it stays: `tests/properties/test_fuzz_targets.py` tries all of it, and mutations of it, in
every test run, without atheris.
"""
