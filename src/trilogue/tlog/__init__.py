"""The transparency log: tree, proofs, checkpoints, cosignatures, witnesses and tiles.

All formats are C2SP's, byte for byte; the tree is that of RFC 6962.

- `tree`: hashes, proofs, and the port through which they read stored hashes
- `checkpoint`: a log's signed statement of its size and root hash
- `cosignature`: another's signed statement that it saw the log grow and never change
- `timestamped`: the signature format that both share
- `witness`: how a log asks for a cosignature and what the answer is
- `tiles`: the files in which a log publishes its tree

Nothing here does I/O: hashes come through a `HashReader`, time as an argument.
"""
