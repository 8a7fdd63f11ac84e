"""Signed notes and the keys that sign them. A participant signs with two keys at once.

Every signature of a participant is a pair: Ed25519, which is understood, and ML-DSA-44, which
withstands a quantum computer. Both must verify, so that breaking either forges nothing.

- `note`: the C2SP signed note, text with signature lines
- `vkeys`: a public key as a line of text
- `keys`: the hybrid pair
- `thresholds`: k of n distinct signers
"""
