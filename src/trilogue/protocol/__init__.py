"""The protocol, without I/O: bytes, keys and `at` go in; verified values come out, or an error.

A participant's log is its voice. Whatever it says is a statement, and a statement counts only
with a proof that it stands in its speaker's own log. The numbered acceptance steps:

 0. size and shape, strict re-encoding
 1. the speaker's key statement is valid at `at`
 2. checkpoint signatures, cached
 3. consistency with the last checkpoint seen
 4. inclusion of the leaf
 5. the commitment opens to the statement
 6. arrangement in force, pact on this leg, hub's relay present when the speaker is no neighbour
 7. a grant by the originator for me, live
 8. the decision permits
 9. keys unseal, the portion opens, the plaintext commitment is equal
10. the receipt is logged

`voice` does steps 0 to 5 for everything a peer sends, `passage` step 6, `opening` steps 7 to 9;
the node logs step 10. `audit` proves or refutes the public record from outside.
"""
