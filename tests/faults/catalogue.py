"""All rows, in the order in which they are told."""

from tests.faults import broken_links, clocks, damage, deaths, deliveries, disks, floods
from tests.faults.fault import FAULTS

__all__ = ["FAULTS"]

_ROOMS = (broken_links, deliveries, deaths, disks, damage, clocks, floods)
"""Each has put its rows into `FAULTS` when it was imported."""
