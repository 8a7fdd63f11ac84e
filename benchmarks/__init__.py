"""Benchmarks: one command each, the peer beside us, results in `docs/performance.md`."""
