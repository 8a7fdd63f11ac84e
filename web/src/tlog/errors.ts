/**
 * What did not verify. The names are those of `trilogue.errors`, so that the vectors of the node
 * say of both readers at which step each must fail.
 */

/** Something of somebody else's does not verify. */
export class PeerError extends Error {
  override readonly name: string = "PeerError";
}

/** Size, shape or strict re-encoding. */
export class FormatError extends PeerError {
  override readonly name = "FormatError";
}

/** A signature is missing or does not verify. */
export class SignatureError extends PeerError {
  override readonly name = "SignatureError";
}

/** Two views of one log that cannot both be. */
export class ConsistencyError extends PeerError {
  override readonly name = "ConsistencyError";
}

/** A leaf does not stand in the log, or leads to another root. */
export class InclusionError extends PeerError {
  override readonly name = "InclusionError";
}
