/**
 * The proof of one statement: its entry, hashed, and joined with what stands beside it on the way
 * up, is the root hash of the newest checkpoint, which the participant signed.
 */
import * as tlog from "../tlog";
import { agrees, step } from "./steps";
import type { Board } from "./steps";
import { OWN, newest, proveLeaf, readTrust } from "./trust";
import type { Signed } from "./trust";
import { utc } from "./words";
import type { Say } from "./words";

/** The steps, in their order. */
export const STEPS = ["signed", "leaf", "path"] as const;

/** What was proven of a statement. */
export interface Proof {
  readonly signed: Signed;
  /** The entry as it stands in the log: what anybody may see of the statement. */
  readonly entry: string;
  readonly leaf: tlog.Bytes;
  /** How the leaf was joined with what stands beside it, from below. */
  readonly way: readonly tlog.Joined[];
}

/** Prove that the statement at an index, whose leaf hash the page shows, stands in the log. */
export async function prove(board: Board, say: Say, index: number, leaf: string): Promise<Proof> {
  const signed = await step<Signed>(board, "signed", async () => {
    const found = await newest(await readTrust());
    const values = { count: found.checkpoint.size, at: utc(found.at) };
    return [found, { said: [say("verify.newest", values)] }];
  });
  const { checkpoint } = signed;

  const [entry, hash] = await step<[string, tlog.Bytes]>(board, "leaf", async () => {
    const bundle = tlog.tilesOf(tlog.ENTRIES, checkpoint.size)[Math.floor(index / tlog.WIDTH)];
    const entries = bundle ? await tlog.fetchEntries(OWN, bundle) : [];
    const data = entries[index % tlog.WIDTH];
    if (!data) throw new tlog.InclusionError(`no entry ${index} in the log`);
    const hashed = tlog.leafHash(data);
    const found = agrees(`entry ${index} is of another statement`, tlog.toBase64(hashed), leaf);
    return [[tlog.text(data, "an entry"), hashed], found];
  });

  const way = await step(board, "path", async () => {
    const found = await proveLeaf(OWN, checkpoint, index, hash);
    const computed = tlog.toBase64(found.at(-1)?.computed ?? hash);
    return [found, agrees("another root", computed, tlog.toBase64(checkpoint.root))];
  });
  return { signed, entry, leaf: hash, way };
}
