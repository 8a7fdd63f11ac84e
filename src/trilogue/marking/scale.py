"""The scale: the levels of classification in order, and the equivalence between participants.

>>> scale = Scale(
...     [
...         Level(
...             id="CONFIDENTIAL",
...             rank=1,
...             mark="C",
...             labels={"KR": {"en": "Gunsa III-kup Bimil", "ko": "군사III급비밀"}},
...         ),
...         Level(
...             id="SECRET",
...             rank=2,
...             mark="S",
...             labels={"KR": {"en": "Gunsa II-kup Bimil", "ko": "군사II급비밀"}},
...         ),
...     ],
...     {"KR": "ko"},
... )
>>> scale.highest(["CONFIDENTIAL", "SECRET"])
'SECRET'
>>> scale.own("SECRET", "KR"), scale.equivalent("SECRET", "KR", "en")
('군사II급비밀', 'Gunsa II-kup Bimil')
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from trilogue.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Level", "Scale"]


class Level(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One level of classification.

    `id` is how markings name it, `mark` how a portion mark abbreviates it, and
    `labels[participant][language]` how each participant's own level reads in each language.
    A higher `rank` protects more.
    """

    id: str
    rank: int
    mark: str
    labels: dict[str, dict[str, str]]


class Scale:
    """Levels in ascending order, with each participant's own words for them.

    `languages` names each participant's own language: the one in which its mark is authentic.
    Raises `InputError` when two levels share an id, a rank or a mark, or when there is none.
    """

    def __init__(self, levels: Iterable[Level], languages: Mapping[str, str]) -> None:
        ordered = sorted(levels, key=lambda level: level.rank)
        if not ordered:
            raise InputError("a scale without levels", hint="name at least one level")
        for what in ("id", "rank", "mark"):
            values = [getattr(level, what) for level in ordered]
            if len(set(values)) != len(values):
                raise InputError(f"two levels share one {what}: {values}")
        self.levels = tuple(ordered)
        self.languages = dict(languages)
        self._by_id = {level.id: level for level in ordered}
        self._by_mark = {level.mark: level for level in ordered}

    def __contains__(self, level: object) -> bool:
        return level in self._by_id

    def level(self, level: str) -> Level:
        """Return the level with this id; raise `InputError` when the scale has none."""
        try:
            return self._by_id[level]
        except KeyError:
            known = ", ".join(self._by_id)
            raise InputError(f"no such level: {level!r}", hint=f"the scale has {known}") from None

    def level_of_mark(self, mark: str) -> Level:
        """Return the level that a portion mark abbreviates so; raise `InputError` if none does."""
        try:
            return self._by_mark[mark]
        except KeyError:
            known = ", ".join(self._by_mark)
            raise InputError(f"no level is marked {mark!r}", hint=f"known are {known}") from None

    def rank(self, level: str) -> int:
        """Return the rank of a level: higher protects more."""
        return self.level(level).rank

    def highest(self, levels: Iterable[str]) -> str:
        """Return the id of the highest of some levels, at least one."""
        return max(levels, key=self.rank)

    def equivalent(self, level: str, participant: str, lang: str) -> str:
        """Return what `participant` calls `level`, as written in `lang`.

        Raises `InputError` when the table of equivalence has no such entry: a level without an
        equivalent cannot be protected there, so nothing is made up.
        """
        try:
            return self.level(level).labels[participant][lang]
        except KeyError:
            raise InputError(
                f"{level} has no equivalent for {participant} in {lang!r}",
                hint="the arrangement's levels list the equivalence",
            ) from None

    def own(self, level: str, participant: str) -> str:
        """Return the authentic mark of `participant` for `level`, in its own language."""
        try:
            lang = self.languages[participant]
        except KeyError:
            raise InputError(f"no language is known for {participant!r}") from None
        return self.equivalent(level, participant, lang)
