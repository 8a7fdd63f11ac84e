"""What a node holds: sealed portions, each under a wrapping key of its own, and how they end.

The store keeps ciphertexts and, per holding, the portion's header and key wrapped under a key
that stands in the vault alone. A box is opened once, in memory, and is never stored by its
recipient: otherwise the sealing key could open it again after a withdrawal.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from trilogue.encoding import base64, canonical
from trilogue.encoding.digest import Domain, commit
from trilogue.errors import ConsentError, NotFoundError, OpeningError
from trilogue.node.vault import Vault
from trilogue.protocol.granting import BundleItem
from trilogue.protocol.opening import Opened
from trilogue.reports.cite import Cite
from trilogue.reports.header import Header
from trilogue.reports.portion import Sealed, open_sealed
from trilogue.sealing.hidden import Hidden
from trilogue.sealing.wrap import unwrap, wrap
from trilogue.store.database import Database, Row

__all__ = ["OWN", "Holding", "Holdings"]

AT_HAND = 8 << 20
"""Bytes of ciphertexts that are kept in memory until they were sent on, or others came."""
COMMITMENTS_AT_HAND = 16_384
_AT_ONCE = 500
"""Rows that are read together."""
_NEAR = 8
"""Rows between two that are wanted, which cost less to read over than to ask anew."""

OWN = ("", -1)
"""The grant place of one's own portions: they are held without a grant."""


@dataclass(frozen=True, repr=False)
class Holding(Hidden):
    """One portion that the node can open now, with the grant under which it holds it."""

    slot: int
    portion: str
    report: tuple[str, int]
    grant: tuple[str, int]
    header: Header
    header_bytes: bytes
    key: bytes
    relayed: str | None = None
    """The equivalent of its marking that the hub added when it relayed the portion."""

    @property
    def own(self) -> bool:
        """Whether this is the node's own portion."""
        return self.grant == OWN


class Holdings:
    """The sealed content of one node. Writing happens inside the sequencer's acts."""

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._vault = vault
        self._own_commitments: OrderedDict[str, str] = OrderedDict()
        self._sealed: OrderedDict[str, tuple[str, bytes]] = OrderedDict()
        self._at_hand = 0
        self.on_destroyed: Callable[[], None] = lambda: None
        """Called when portions were destroyed: whoever keeps something of them forgets it."""
        self.passing_on: Callable[[tuple[str, int]], bool] = lambda _: False
        """Whether a box of the grant waits here for somebody for whom it has not ended."""

    def keep_own(self, filed: Sequence[tuple[Cite, Sealed]]) -> list[Holding]:
        """Keep the node's own portions, each with the report that lists it."""
        kept = [
            Holding(
                slot=slot,
                portion=base64.encode(sealed.digest),
                report=(report.speaker, report.index),
                grant=OWN,
                header=sealed.header,
                header_bytes=sealed.header_bytes,
                key=sealed.key,
            )
            for slot, (report, sealed) in enumerate(filed, self._free_slot())
        ]
        self._keep(kept, {sealed.header.ciphertext: sealed.ciphertext for _, sealed in filed})
        return kept

    def keep_opened(
        self,
        opened: Sequence[Opened],
        ciphertexts: Mapping[str, bytes],
        *,
        expires: str | None,
        relayed: Mapping[str, str],
    ) -> None:
        """Keep the portions that a grant opened, until it expires; ciphertexts are by digest.

        `relayed` has the equivalents that the hub added, by portion.
        """
        kept = [
            Holding(
                slot=slot,
                portion=one.portion,
                report=(one.report.speaker, one.report.index),
                grant=(one.grant.speaker, one.grant.index),
                header=one.header,
                header_bytes=one.header_bytes,
                key=one.key,
                relayed=relayed.get(one.portion),
            )
            for slot, one in enumerate(opened, self._free_slot())
        ]
        self._keep(kept, ciphertexts, expires)

    def sealed(self, report: Cite, portion: str) -> tuple[str, bytes] | None:
        """Return digest and bytes of the ciphertext of a portion, or None when it is not here.

        It is here while the portion is held, or a box waits to be passed on with it.
        """
        known = self._sealed.get(portion)
        if known is not None:
            return known
        row = self._db.q.sealed_portion(speaker=report.speaker, idx=report.index, portion=portion)
        return None if row is None else (row["digest"], row["data"])

    def own_commitment(self, report: Cite, portion: str) -> str | None:
        """Return what one's own portion committed to, or None when it is not one's own."""
        found = self._own_commitments.get(portion)
        return found or self._db.q.own_commitment(
            speaker=report.speaker, idx=report.index, portion=portion
        )

    def of_portion(self, speaker: str, index: int, portion: str) -> list[Holding]:
        """Return the holdings of a report's portion, one per grant, that can still be opened."""
        rows = self._db.q.holdings_of_portion(speaker=speaker, idx=index, portion=portion)
        return list(self._alive(rows))

    def of_report(self, speaker: str, index: int) -> list[Holding]:
        """Return what is held of a report."""
        return list(self._alive(self._db.q.holdings_of_report(speaker=speaker, idx=index)))

    def of_grant(self, speaker: str, index: int) -> list[Holding]:
        """Return what is held under a grant."""
        return list(self._alive(self._db.q.holdings_of_grant(speaker=speaker, idx=index)))

    def all(self, after: int = -1) -> Iterator[Holding]:
        """Go through everything held behind a slot, oldest first."""
        while rows := list(self._db.q.holdings_after(after=after, most=_AT_ONCE)):
            yield from self._alive(rows)
            after = rows[-1]["slot"]

    def at(self, slots: Sequence[int]) -> Iterator[Holding]:
        """Go through what is held at some slots, in ascending order."""
        for run in _runs(slots):
            wanted = set(run)
            most = run[-1] - run[0] + 1
            rows = self._db.q.holdings_after(after=run[0] - 1, most=most)
            yield from self._alive([row for row in rows if row["slot"] in wanted])

    @property
    def last_slot(self) -> int:
        """The last slot that holds or held something, -1 before there is one."""
        last: int = self._db.q.last_slot()
        return last

    def unopened(self) -> int:
        """Count what is held and does not open: its key in the vault is damaged or gone."""
        rows = self._db.q.all_holdings()
        return sum(row["state"] == "held" and self._unwrapped(row) is None for row in rows)

    def vault_is_short(self) -> bool:
        """Say whether the vault ends before the last key that was written into it."""
        return self._vault.slots < self._free_slot()

    def lost(self, speaker: str, index: int, portion: str) -> bool:
        """Say whether a report's portion is held here and cannot be opened."""
        rows = self._db.q.holdings_of_portion(speaker=speaker, idx=index, portion=portion)
        return any(row["state"] == "held" and self._unwrapped(row) is None for row in rows)

    def ciphertext(self, holding: Holding) -> bytes:
        """Return the ciphertext of a holding. Raises `NotFoundError`."""
        speaker, index = holding.report
        data: bytes | None = self._db.q.ciphertext_of(
            speaker=speaker, idx=index, digest=holding.header.ciphertext
        )
        if data is None:
            raise NotFoundError(f"the ciphertext of portion {holding.portion} is not here")
        return data

    def open(self, holding: Holding) -> bytes:
        """Return the plaintext. The caller owes the consent check and the access register."""
        return open_sealed(holding.header, holding.key, self.ciphertext(holding))

    def destroy(self, grant: tuple[str, int]) -> tuple[str, ...]:
        """Destroy what is held under a grant, for good; return the portions concerned.

        On return the keys are gone from the disk. Raises `ConsentError` for one's own content,
        which no grant holds.
        """
        if grant == OWN:
            raise ConsentError("one's own portions are not held under a grant")
        rows = [
            row
            for row in self._db.q.holdings_of_grant(speaker=grant[0], idx=grant[1])
            if row["state"] == "held"
        ]
        self._vault.destroy([row["slot"] for row in rows])
        for row in rows:
            self._forget(row["portion"])
        for row in rows:
            self._db.q.destroy_holding(slot=row["slot"])
            self._drop_ciphertext(row)
        self.on_destroyed()
        return tuple(row["portion"] for row in rows)

    def passed_on(self, grant: tuple[str, int]) -> None:
        """Drop what was destroyed under a grant and kept only to be passed on, when it has been.

        A hub for which a grant ended goes on relaying it to whom it is still for. It has no key to
        it any more, and keeps what it cannot open until no box waits.
        """
        for row in self._db.q.destroyed_of_grant(speaker=grant[0], idx=grant[1]):
            self._drop_ciphertext(row)

    def replay_destructions(self) -> int:
        """Destroy again every slot whose holding is destroyed; return how many still had a key.

        A vault that came back from a backup may hold keys that were destroyed since. A node does
        this before it serves.
        """
        slots = [
            row["slot"]
            for row in self._db.q.destroyed_slots()
            if self._vault.key(row["slot"]) is not None
        ]
        if slots:
            self._vault.destroy(slots)
        return len(slots)

    def _drop_ciphertext(self, row: Row) -> None:
        """Drop the ciphertext of a destroyed holding, unless something here still needs it."""
        speaker, index, digest = row["report_speaker"], row["report_idx"], row["ciphertext"]
        under = {
            (other["grant_speaker"], other["grant_idx"])
            for other in self._db.q.holdings_of_report(speaker=speaker, idx=index)
            if other["ciphertext"] == digest
        }
        if not any(self.passing_on(grant) for grant in under):
            self._db.q.drop_ciphertext(speaker=speaker, idx=index, digest=digest)

    def _free_slot(self) -> int:
        return self.last_slot + 1

    def _keep(
        self,
        holdings: Sequence[Holding],
        ciphertexts: Mapping[str, bytes],
        expires: str | None = None,
    ) -> None:
        """Wrap keys and headers and store them, in slots that follow one another."""
        if not holdings:
            return
        sealed, rows = [], []
        keys = self._vault.new_keys(holdings[0].slot, len(holdings))
        for key, one in zip(keys, holdings, strict=True):
            digest, data = one.header.ciphertext, ciphertexts[one.header.ciphertext]
            item = BundleItem(header=one.header_bytes, key=one.key)
            speaker, index = one.report
            sealed.append({"speaker": speaker, "idx": index, "digest": digest, "data": data})
            rows.append(
                {
                    "slot": one.slot,
                    "portion": one.portion,
                    "report_speaker": speaker,
                    "report_idx": index,
                    "grant_speaker": one.grant[0],
                    "grant_idx": one.grant[1],
                    "ciphertext": digest,
                    "commitment": one.header.commitment,
                    "wrapped": wrap(key, canonical.encode(item), _context(one.portion, one.grant)),
                    "expires": expires,
                    "equivalent": one.relayed,
                }
            )
            self._remember(one, data)
        self._db.q.add_ciphertexts(sealed)
        self._db.q.add_holdings(rows)

    def _remember(self, holding: Holding, ciphertext: bytes) -> None:
        """Have at hand what is asked for next: to send it on, and to compare a receipt with.

        Nothing here opens anything.
        """
        self._forget(holding.portion)
        self._sealed[holding.portion] = holding.header.ciphertext, ciphertext
        self._at_hand += len(ciphertext)
        while self._at_hand > AT_HAND:
            self._forget(next(iter(self._sealed)))
        if holding.own:
            self._own_commitments[holding.portion] = holding.header.commitment
            while len(self._own_commitments) > COMMITMENTS_AT_HAND:
                self._own_commitments.popitem(last=False)

    def _forget(self, portion: str) -> None:
        known = self._sealed.pop(portion, None)
        if known is not None:
            self._at_hand -= len(known[1])

    def _alive(self, rows: Iterable[Row]) -> Iterator[Holding]:
        for row in rows:
            if row["state"] != "held":
                continue
            item = self._unwrapped(row)
            if item is None:
                continue
            yield Holding(
                slot=row["slot"],
                portion=row["portion"],
                report=(row["report_speaker"], row["report_idx"]),
                grant=(row["grant_speaker"], row["grant_idx"]),
                header=canonical.decode(item.header, Header),
                header_bytes=item.header,
                key=item.key,
                relayed=row["equivalent"],
            )

    def _unwrapped(self, row: Row) -> BundleItem | None:
        """Return what the vault's key opens of a row, or None when that is damaged or gone.

        One damaged key must not keep back what other keys open.
        """
        key = self._vault.key(row["slot"])
        if key is None:
            return None
        grant = (row["grant_speaker"], row["grant_idx"])
        try:
            data = unwrap(key, row["wrapped"], _context(row["portion"], grant))
        except OpeningError:
            return None
        return canonical.decode(data, BundleItem)


def _context(portion: str, grant: tuple[str, int]) -> bytes:
    """Bind a wrapped key to what it opens, so that no row can be put in another's place."""
    return commit(Domain.HEADER, canonical.encode([portion, grant[0], grant[1]]))


def _runs(slots: Sequence[int]) -> Iterator[Sequence[int]]:
    """Return ascending slots in runs that are read at once: near each other, and not too many.

    >>> [list(run) for run in _runs([3, 4, 9, 40, 41])]
    [[3, 4, 9], [40, 41]]
    """
    begin = 0
    for k in range(1, len(slots) + 1):
        if (
            k == len(slots)
            or slots[k] - slots[k - 1] > _NEAR
            or slots[k] - slots[begin] >= _AT_ONCE
        ):
            yield slots[begin:k]
            begin = k
