"""Sealing: portions under their own keys, those keys to their audience, and keys at rest.

- `portion`: a portion's content under a key that is used once (AES-256-GCM)
- `box`: a bundle of keys sealed to one participant (HPKE with MLKEM768-X25519)
- `wrap`: a key kept at rest under a wrapping key, whose erasure shreds what it wraps

No grant, no key: what is sealed here is opened by what a grant carries.
"""
