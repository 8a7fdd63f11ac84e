/**
 * Verifying the published log, as `trilogue audit` does (`trilogue.protocol.audit.reading`), and
 * that the checkpoints of the page continue it:
 *
 *  1. root         the published arrangement pins the root under which the node works
 *  2. checkpoint   it reads strictly, and is of this participant's log
 *  3. keys         the root vouches for the newest keys that stand in it
 *  4. classic      their Ed25519 key signed it
 *  5. lattice      their ML-DSA-44 key signed it, while they were valid
 *  6. cosigned     as many neighbours as the arrangement asks signed it, too
 *  7. entries      all entries are there
 *  8. tree         they hash into the signed root
 *  9. tiles        every tile agrees with them
 * 10. statement    the key statement is an entry
 * 11. growth       each checkpoint on the page continues the one before, up to the newest
 *
 * What is not signed is not read: a size that nobody vouches for could be any number.
 */
import * as tlog from "../tlog";
import { filesBelow, required } from "./files";
import { agrees, step } from "./steps";
import type { Board, Found } from "./steps";
import { OWN, fingerprint, newest, proveLeaf, readTrust, rootOf, signedAt, vouchedFor } from "./trust";
import type { Signed, Trust } from "./trust";
import { utc } from "./words";
import type { Say } from "./words";

/** The steps, in their order. */
export const STEPS = [
  ...["root", "checkpoint", "keys", "classic", "lattice", "cosigned"],
  ...["entries", "tree", "tiles", "statement", "growth"],
] as const;

/** Entries up to which a log is computed as a whole; of a larger one, the edge of its tree is. */
const MOST = 100_000;

const PUBLISHED = filesBelow("/log/");

/** A checkpoint as the page shows it. */
export interface Shown {
  readonly size: number;
  readonly root: string;
}

/** Verify the published log; return its checkpoint. Throws `Failed`. */
export async function verifyLog(board: Board, say: Say, shown: readonly Shown[]): Promise<Signed> {
  const trust = await step(board, "root", () => checkRoot());
  const me = trust.participant;

  const checkpoint = await step(board, "checkpoint", async () => {
    const read = tlog.parseCheckpoint(required(await PUBLISHED("checkpoint"), "/log/checkpoint"));
    const found = agrees("a checkpoint of another log", read.origin, trust.origin);
    return [read, { ...found, said: [say("verify.counted", { count: read.size })] }];
  });
  const { size } = checkpoint;

  const keys = await step(board, "keys", async () => {
    const open = tlog.parseOpen(required(await PUBLISHED("open"), "/log/open"));
    // The file is written before the checkpoint, so it may be ahead of it.
    const standing = open.filter((one) => one.index < size);
    const found = tlog.keysAt(await vouchedFor(trust, me, standing), me, size);
    const [from, until] = [utc(found.notBefore), utc(found.expires)];
    const values = { place: `${me} ${found.index}`, from, until };
    return [found, { said: [say("verify.vouched", values)] }];
  });

  await step(board, "classic", async () => {
    await tlog.verifyEd25519(checkpoint, keys.checkpoint);
    const by = await tlog.arithmetic();
    const said = by === "WebCrypto" ? say("verify.by-browser") : say("verify.by-noble");
    return [null, { said: [said] }];
  });

  const at = await step(board, "lattice", async () => {
    const signed = signedAt(trust, keys, await tlog.verifyMldsa44(checkpoint, keys.checkpoint));
    return [signed, { said: [say("verify.signed-at", { at: utc(signed) })] }];
  });

  await step(board, "cosigned", () => checkCosignatures(trust, checkpoint, say));

  if (size <= MOST) {
    await checkWhole(board, say, checkpoint);
  } else {
    const said = [say("verify.too-large", { most: MOST })];
    board.leaves("entries", { said });
    await step(board, "tree", async () => {
      const computed = await tlog.root(size, new tlog.TileReader(PUBLISHED, size));
      return [null, { ...rootAgrees(computed, checkpoint), said }];
    });
    board.leaves("tiles", { said });
  }

  await step(board, "statement", async () => {
    const bundle = tlog.tilesOf(tlog.ENTRIES, size)[Math.floor(keys.index / tlog.WIDTH)];
    const entries = bundle ? await tlog.fetchEntries(PUBLISHED, bundle) : [];
    const entry = entries[keys.index % tlog.WIDTH] ?? new Uint8Array();
    const leaf = tlog.leafHash(keys.leaf);
    const found = agrees(
      `entry ${keys.index} is another than the key statement`,
      tlog.toBase64(leaf),
      tlog.toBase64(tlog.leafHash(entry)),
    );
    await proveLeaf(PUBLISHED, checkpoint, keys.index, leaf);
    return [null, found];
  });

  await step(board, "growth", () => checkGrowth(trust, checkpoint, shown, say));
  return { checkpoint, keys, at };
}

async function checkRoot(): Promise<[Trust, Found]> {
  const trust = await readTrust();
  const me = trust.participant;
  const path = `arrangement/roots/${me}.vkeys`;
  const published = required(await PUBLISHED(path), `/log/${path}`);
  rootOf(trust, me);
  const pinned = tlog.utf8(trust.roots.get(me) ?? "");
  const found = agrees(
    "the published arrangement pins another root",
    fingerprint(published),
    fingerprint(pinned),
  );
  return [trust, found];
}

async function checkCosignatures(
  trust: Trust,
  checkpoint: tlog.UnverifiedCheckpoint,
  say: Say,
): Promise<[null, Found]> {
  const said: string[] = [];
  for (const who of trust.roots.keys()) {
    if (who === trust.participant) continue;
    const own = trust.statements.filter((one) => tlog.textField(one.statement, "speaker") === who);
    let best: string | undefined;
    for (const keys of await vouchedFor(trust, who, own)) {
      const seconds = await tlog.cosignedBy(checkpoint, keys.checkpoint);
      const at = seconds === null ? "" : tlog.moment(seconds);
      if (keys.notBefore <= at && at < keys.expires) best = at;
    }
    if (best !== undefined) said.push(say("verify.cosigned-by", { who, at: utc(best) }));
  }
  if (said.length < trust.quorum)
    throw new tlog.SignatureError(
      `${said.length} neighbours cosigned the checkpoint, where ${trust.quorum} must`,
    );
  return [null, { said: [said.join(" ")] }];
}

/** Compute the whole tree from the entries, and every tile from it again. */
async function checkWhole(board: Board, say: Say, checkpoint: tlog.Checkpoint): Promise<void> {
  const { size } = checkpoint;
  const hashes = await step(board, "entries", async () => {
    const read = new tlog.MemoryHashes();
    for (const bundle of tlog.tilesOf(tlog.ENTRIES, size)) {
      for (const entry of await tlog.fetchEntries(PUBLISHED, bundle))
        read.append(tlog.leafHash(entry));
      board.progress("entries", read.size, size);
    }
    return [read, { said: [say("verify.hashed", { count: read.size })] }];
  });

  await step(board, "tree", async () => [
    null,
    rootAgrees(await tlog.root(size, hashes), checkpoint),
  ]);

  await step(board, "tiles", async () => {
    const levels = [...Array(8).keys()].map((level) => tlog.tilesOf(level, size));
    const tiles = levels.flat();
    for (const [at, tile] of tiles.entries()) {
      const [data] = await tlog.fetchTile(PUBLISHED, tile);
      const computed = tlog.tileBytes(tile, hashes);
      if (!tlog.same(data.slice(0, computed.length), computed))
        agrees(
          `${tlog.tilePath(tile)} is not what the entries give`,
          ...firstDifference(computed, data),
        );
      board.progress("tiles", at + 1, tiles.length);
    }
    return [null, { said: [say("verify.tiles-agree", { count: tiles.length })] }];
  });
}

/** Prove that each checkpoint continues the one before: published, shown on the page, newest. */
async function checkGrowth(
  trust: Trust,
  published: tlog.Checkpoint,
  shown: readonly Shown[],
  say: Say,
): Promise<[null, Found]> {
  const last = (await newest(trust)).checkpoint;
  const points = [
    published,
    ...shown.map(({ size, root }) => ({ size, root: tlog.fromBase64(root, tlog.SIZE) })),
    last,
  ].sort((one, other) => one.size - other.size);
  if (points.at(-1)?.size !== last.size)
    throw new tlog.ConsistencyError(`the newest checkpoint is of ${last.size} entries`);
  const sizes: number[] = [];
  for (const [at, one] of points.entries()) {
    if (sizes.at(-1) !== one.size) sizes.push(one.size);
    const next = points[at + 1];
    if (!next) break;
    const reader = new tlog.TileReader(OWN, next.size);
    const proof = await tlog.consistencyProof(one.size, next.size, reader);
    tlog.verifyConsistency(one.size, one.root, next.size, next.root, proof);
  }
  const values = { sizes: sizes.join(" → "), count: sizes.length - 1 };
  const said = values.count ? say("verify.continues", values) : say("verify.nothing-newer");
  return [null, { said: [said] }];
}

function rootAgrees(computed: Uint8Array, checkpoint: tlog.Checkpoint): Found {
  return agrees(
    `${checkpoint.size} entries have another root than was signed`,
    tlog.toBase64(computed),
    tlog.toBase64(checkpoint.root),
  );
}

/** Return the first hash in which two tiles differ: as computed, and as it stands there. */
function firstDifference(computed: Uint8Array, data: Uint8Array): [string, string] {
  for (let at = 0; at < computed.length; at += tlog.SIZE) {
    const [own, other] = [computed.slice(at, at + tlog.SIZE), data.slice(at, at + tlog.SIZE)];
    if (!tlog.same(own, other)) return [tlog.toBase64(own), tlog.toBase64(other)];
  }
  return ["", String(data.length)];
}
