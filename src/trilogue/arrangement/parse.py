"""Reading an arrangement: every file strictly, and everything that must fit together, fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trilogue.arrangement import text as texts
from trilogue.arrangement import vocabulary
from trilogue.arrangement.adoption import State
from trilogue.arrangement.arrangement import Arrangement
from trilogue.arrangement.checks import check_text
from trilogue.arrangement.files import RULES, SCHEMA, TEXT, arrangement_digest, root_file
from trilogue.arrangement.force import Reason
from trilogue.arrangement.policies import parse_policies
from trilogue.arrangement.rules import DEFAULT_DENY, RULE_ERROR, Action
from trilogue.arrangement.show import HEADINGS
from trilogue.errors import FormatError, InputError
from trilogue.signing.keys import PublicKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trilogue.arrangement.policies import Policies
    from trilogue.arrangement.text import Text

__all__ = ["parse_arrangement"]


def parse_arrangement(files: Mapping[str, bytes]) -> Arrangement:
    """Read the files of an arrangement (`trilogue.arrangement.files`).

    The roots may still be missing (`Arrangement.require_roots`). Raises `InputError` for
    everything else that is missing, unknown or does not fit: a file, a key, a hub that is no
    participant, a participant that cannot be reached, rules that do not fit their schema, a thing
    without words in one of the languages.
    """
    wanted = {TEXT, RULES, SCHEMA, *(f"vocabulary.{lang}.toml" for lang in texts.LANGUAGES)}
    if missing := sorted(wanted - set(files)):
        raise InputError(f"the arrangement lacks {', '.join(missing)}")
    text = texts.decode(files[TEXT])
    check_text(text)
    roots = {root_file(participant.id): participant.id for participant in text.participants}
    if unknown := sorted(set(files) - wanted - set(roots)):
        raise InputError(f"no file of an arrangement: {', '.join(unknown)}")
    policies = parse_policies(files[RULES], files[SCHEMA])
    vocabularies = {
        lang: vocabulary.decode(files[f"vocabulary.{lang}.toml"], lang) for lang in texts.LANGUAGES
    }
    for words in vocabularies.values():
        vocabulary.check_complete(words, _things(text, policies))
    arrangement = Arrangement(
        digest=arrangement_digest(files),
        text=text,
        policies=policies,
        vocabularies=vocabularies,
        roots=_parse_roots({who: files[name] for name, who in roots.items() if name in files}),
    )
    arrangement.rules  # noqa: B018 - builds them, so that a schema that does not fit is refused
    return arrangement


def _parse_roots(files: Mapping[str, bytes]) -> dict[str, PublicKey]:
    """Read the roots; two participants with one key could speak for each other."""
    roots: dict[str, PublicKey] = {}
    for who, data in files.items():
        try:
            root = PublicKey.parse(data.decode("ascii").splitlines())
        except (FormatError, UnicodeDecodeError) as error:
            raise InputError(f"{root_file(who)} holds no root public key: {error}") from error
        if "".join(f"{vkey}\n" for vkey in root.vkeys()).encode() != data:
            raise InputError(f"{root_file(who)} is not in its one spelling")
        for other, key in roots.items():
            if key.ed25519 == root.ed25519 or key.mldsa44 == root.mldsa44:
                raise InputError(f"{who} and {other} have the same root public key")
        roots[who] = root
    return roots


def _things(text: Text, policies: Policies) -> dict[str, tuple[str, ...]]:
    """Return everything that needs words, by kind."""
    participants = tuple(participant.id for participant in text.participants)
    return {
        "arrangement": ("title", "short-title", "about"),
        "participant": participants,
        "ministry": participants,
        "pact": tuple(pact.id for pact in text.pacts),
        "article": tuple(f"{p.id}/{article.number}" for p in text.pacts for article in p.articles),
        "paragraph": tuple(str(paragraph.number) for paragraph in text.paragraphs),
        "note": tuple(note.id for note in text.notes),
        "subject": text.scope.subjects,
        "purpose": text.purposes,
        "payload-type": tuple(payload.id for payload in text.payload_types),
        "caveat": text.caveats,
        "reader": text.publication.readers,
        "action": tuple(Action),
        "who": tuple(Action),
        "rule": (*policies.ids, DEFAULT_DENY, RULE_ERROR),
        "state": tuple(State),
        "force": tuple(Reason),
        "tag": ("S", "P", "U"),
        "source": text.sources,
        "heading": HEADINGS,
    }
