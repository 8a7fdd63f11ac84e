/**
 * What verifying rests on: the roots that the arrangement pins, and the keys for which they vouch.
 *
 * The node says which arrangement it works under and which key statements it knows. The statements
 * are verified here against the roots. That a root is its participant's own no page can find out:
 * its fingerprint is shown, and comparing it is the reader's part.
 */
import * as tlog from "../tlog";
import type { Bytes, Fetch, Keys, UnverifiedCheckpoint } from "../tlog";
import { filesBelow, required } from "./files";

/** The log as it stands now, for the participant's own people. */
export const OWN = filesBelow("/statements/log/");

/** What the node says of roots and keys. */
export interface Trust {
  readonly participant: string;
  readonly origin: string;
  /** How many neighbours must cosign what is published. */
  readonly quorum: number;
  /** How far clocks may differ, in seconds. */
  readonly skew: number;
  /** The two verifier keys of each root, as they stand in a file of the arrangement. */
  readonly roots: ReadonlyMap<string, string>;
  readonly statements: readonly tlog.UnverifiedKeys[];
}

/** A checkpoint that its participant signed with both keys, and when. */
export interface Signed {
  readonly checkpoint: UnverifiedCheckpoint;
  readonly keys: Keys;
  readonly at: string;
}

/** Ask the node what verifying rests on. */
export async function readTrust(): Promise<Trust> {
  const path = "/statements/vouchers";
  const data = required(await filesBelow("")(path), path);
  const told = tlog.decode(tlog.text(data));
  const roots = tlog.field(told, "roots");
  const names = tlog.isObject(roots) ? Object.keys(roots) : [];
  return {
    participant: tlog.textField(told, "participant"),
    origin: tlog.textField(told, "origin"),
    quorum: tlog.countField(told, "quorum"),
    skew: tlog.countField(told, "skew"),
    roots: new Map(
      names.map((who) => [who, tlog.textsField(roots, who).map((vkey) => `${vkey}\n`).join("")]),
    ),
    statements: tlog.textsField(told, "keys").map(tlog.parseKeys),
  };
}

/** Return a root's key. */
export function rootOf(trust: Trust, who: string): tlog.PublicKey {
  const lines = trust.roots.get(who);
  if (lines === undefined) throw new tlog.FormatError(`the arrangement pins no root of ${who}`);
  return tlog.PublicKey.parse(lines.slice(0, -1).split("\n"));
}

/** Return what people compare by telephone: SHA-256 over a root's two verifier keys. */
export function fingerprint(lines: Uint8Array): string {
  return tlog.toHex(tlog.digest(lines)).match(/.{4}/g)?.join(" ") ?? "";
}

/** Return the keys for which a participant's root vouches in some statements. */
export async function vouchedFor(
  trust: Trust,
  who: string,
  statements: readonly tlog.UnverifiedKeys[],
): Promise<Keys[]> {
  const root = rootOf(trust, who);
  return Promise.all(statements.map((one) => tlog.verifyKeys(one, root, who)));
}

/** Return when keys signed, once it is a moment at which they could have. */
export function signedAt(trust: Trust, keys: Keys, seconds: number): string {
  const at = tlog.moment(seconds);
  tlog.checkValid(keys, at);
  if (seconds * 1000 > Date.now() + trust.skew * 1000)
    throw new tlog.SignatureError(`signed at ${at}, which has not come yet`);
  return at;
}

/** Fetch the newest checkpoint of the log and verify both signatures, and the keys behind them. */
export async function newest(trust: Trust): Promise<Signed> {
  const me = trust.participant;
  const checkpoint = tlog.parseCheckpoint(required(await OWN("checkpoint"), "checkpoint"));
  const own = trust.statements.filter((one) => tlog.textField(one.statement, "speaker") === me);
  const keys = tlog.keysAt(await vouchedFor(trust, me, own), me, checkpoint.size);
  const at = signedAt(trust, keys, await tlog.verifyCheckpoint(checkpoint, keys.checkpoint));
  if (checkpoint.origin !== trust.origin)
    throw new tlog.SignatureError(`a checkpoint of ${checkpoint.origin}`);
  await proveLeaf(OWN, checkpoint, keys.index, tlog.leafHash(keys.leaf));
  return { checkpoint, keys, at };
}

/** Prove from its tiles that a leaf hash stands in a log; return how it leads to the root. */
export async function proveLeaf(
  fetch: Fetch,
  checkpoint: tlog.Checkpoint,
  index: number,
  leaf: Bytes,
): Promise<tlog.Joined[]> {
  const { size, root } = checkpoint;
  const proof = await tlog.inclusionProof(index, size, new tlog.TileReader(fetch, size));
  return tlog.verifyInclusion(leaf, index, size, proof, root);
}
