"""Claims about what is owed: a receipt for each grant, a destruction for each withdrawal.

What is owed and not due yet is left open. It is overdue only when its time has passed in a log
that is known whole until then (`Record.shown_until`).
"""

from __future__ import annotations

from trilogue.protocol.audit.reading import Entry
from trilogue.protocol.audit.record import Record
from trilogue.protocol.audit.report import Findings

__all__ = ["destructions", "receipts"]


def receipts(record: Record, found: Findings) -> None:
    """Each grant has a receipt by everybody it is for, and nobody received without one.

    For whom the hub stands between, the hub owes its relay first. A grant that was withdrawn
    before it was opened needs no receipt, but a destruction; one that the recipient or the hub
    refused, or reported as a fault, was answered so.
    """
    for grant in record.entries("grant"):
        granted = {c for c in grant.leaf.cites if record.kind(c) == "report"}
        for recipient in grant.leaf.for_:
            given = [one for one in record.citing(grant, "receipt") if one.speaker == recipient]
            opened = {cite for one in given for cite in one.leaf.cites}
            missing = sorted(granted - opened)
            if missing and not _answered(record, found, grant, recipient):
                what = ", ".join(cite.short for cite in missing)
                _owed(record, found, grant, recipient, what)
    for receipt in record.entries("receipt"):
        _check_receipt(record, found, receipt)


def destructions(record: Record, found: Findings) -> None:
    """Each withdrawal of a grant has a destruction by everybody it ends the grant for."""
    seconds = record.arrangement.text.deadlines.destruction_seconds
    for withdrawal in record.entries("withdrawal"):
        certified = record.citing(withdrawal, "destruction")
        for cite in withdrawal.leaf.cites:
            if record.kind(cite) != "grant":
                continue  # a standing consent: the grants under it are withdrawn one by one
            for recipient in withdrawal.leaf.for_:
                if any(d.speaker == recipient and cite in d.leaf.cites for d in certified):
                    continue
                text = f"{recipient} has not certified that grant {cite.short} is destroyed"
                if _behind_hub(record, withdrawal.speaker, recipient) and not _relayed(
                    record, withdrawal, recipient
                ):
                    text += f"; {record.arrangement.hub} has not relayed the withdrawal"
                if record.overdue(recipient, withdrawal.leaf.hour, seconds):
                    found.refute(withdrawal.where, f"{text}, which is overdue")
                else:
                    found.leave(withdrawal.where, text)


def _answered(record: Record, found: Findings, grant: Entry, recipient: str) -> bool:
    """Whether a grant that was not received was withdrawn, or answered otherwise."""
    if any(
        one.speaker == grant.speaker and recipient in one.leaf.for_
        for one in record.citing(grant, "withdrawal")
    ):
        return True
    for one in record.citing(grant, "refusal", "incident"):
        if one.speaker in (recipient, record.arrangement.hub):
            text = f"was answered by {one.kind} {one.where}, and not received by {recipient}"
            found.leave(grant.where, text)
            return True
    return False


def _owed(record: Record, found: Findings, grant: Entry, recipient: str, what: str) -> None:
    """Say who owes an answer to a grant, and whether it is overdue."""
    hub = record.arrangement.hub
    debtor, hour = recipient, grant.leaf.hour
    text = f"{recipient} has given no receipt for {what}"
    if _behind_hub(record, grant.speaker, recipient):
        relayed = _relayed(record, grant, recipient)
        if relayed:
            hour = min(one.leaf.hour for one in relayed)
        else:
            debtor, text = hub, f"{hub} has not relayed it to {recipient}"
    if record.overdue(debtor, hour, record.arrangement.text.deadlines.receipt_seconds):
        found.refute(grant.where, f"{text}, which is overdue")
    else:
        found.leave(grant.where, text)


def _check_receipt(record: Record, found: Findings, receipt: Entry) -> None:
    """A receipt cites the grant under which its speaker received each report."""
    known = [one for cite in receipt.leaf.cites if (one := record.entry(cite)) is not None]
    grants = [one for one in known if one.kind == "grant"]
    covered = {c for one in grants if receipt.speaker in one.leaf.for_ for c in one.leaf.cites}
    for one in known:
        if one.kind == "grant" and receipt.speaker in one.leaf.for_:
            continue
        if one.kind == "report" and one.cite in covered:
            continue
        text = f"is a receipt for {one.kind} {one.where}, which is not granted to {receipt.speaker}"
        if one.kind == "report" and len(known) < len(receipt.leaf.cites):
            found.leave(receipt.where, f"{text} unless by a grant that is not published yet")
        else:
            found.refute(receipt.where, text)


def _behind_hub(record: Record, speaker: str, recipient: str) -> bool:
    return recipient not in record.arrangement.neighbours(speaker)


def _relayed(record: Record, entry: Entry, recipient: str) -> list[Entry]:
    """Return the hub's relays of an entry to a recipient."""
    return [
        one
        for one in record.citing(entry, "relay")
        if one.speaker == record.arrangement.hub and recipient in one.leaf.for_
    ]
