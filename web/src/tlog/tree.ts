/**
 * The Merkle tree of RFC 6962 §2.1 (RFC 9162 §2.1): hashes, proofs, and the port to stored hashes.
 *
 *     leafHash(d)     = SHA-256(0x00 || d)
 *     nodeHash(l, r)  = SHA-256(0x01 || l || r)
 *
 * A log publishes the hashes of *complete subtrees*: (level, index) is that of the 2^level leaves
 * from leaf index · 2^level on. Every root, and every hash of a proof, is folded from such. Sizes
 * stay below 2^53, and so above what bit operations of this language hold: they are divided.
 */
import { SIZE, digest, same } from "./bytes";
import type { Bytes } from "./bytes";
import { ConsistencyError, InclusionError } from "./errors";

/** The complete subtree of 2^level leaves from leaf index · 2^level on. */
export type Subtree = readonly [level: number, index: number];

/** The port to stored hashes. A reader authenticates nothing: roots do. */
export interface HashReader {
  read(level: number, index: number): Promise<Bytes>;
}

/** How two hashes were joined on the way to a root, for whoever draws it. */
export interface Joined {
  readonly sibling: Bytes;
  /** On which side the sibling stands. */
  readonly side: "left" | "right";
  readonly computed: Bytes;
}

const LEAF = Uint8Array.of(0x00);
const NODE = Uint8Array.of(0x01);

/** Root hash of the tree without leaves. */
export const EMPTY_ROOT = digest();

/** Return the hash of one entry. */
export function leafHash(data: Uint8Array): Bytes {
  return digest(LEAF, data);
}

/** Return the hash of an inner node. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Bytes {
  return digest(NODE, left, right);
}

/** A growing tree in memory: two hashes for each leaf. */
export class MemoryHashes implements HashReader {
  private readonly levels: Bytes[][] = [[]];

  /** The number of leaves. */
  get size(): number {
    return this.at(0).length;
  }

  /** Add one leaf at the end, and every subtree that it completes. */
  append(leaf: Bytes): void {
    this.at(0).push(leaf);
    for (let level = 0, row = this.at(0); row.length % 2 === 0; level++, row = this.at(level)) {
      const [left, right] = row.slice(-2);
      if (left && right) this.at(level + 1).push(nodeHash(left, right));
    }
  }

  async read(level: number, index: number): Promise<Bytes> {
    return this.now(level, index);
  }

  /** Return a hash that is there. */
  now(level: number, index: number): Bytes {
    const found = this.levels[level]?.[index];
    if (!found) throw new InclusionError(`no subtree ${index} of level ${level} in this tree`);
    return found;
  }

  private at(level: number): Bytes[] {
    return (this.levels[level] ??= []);
  }
}

/** Return the root hash of the tree of the first `size` leaves (RFC 6962 §2.1). */
export async function root(size: number, reader: HashReader): Promise<Bytes> {
  return size ? range(0, size, reader) : EMPTY_ROOT;
}

/** Return PATH(index, D[size]) of RFC 6962 §2.1.1, nearest sibling first. */
export async function inclusionProof(
  index: number,
  size: number,
  reader: HashReader,
): Promise<Bytes[]> {
  if (!(0 <= index && index < size)) throw noLeaf(index, size);
  const proof: Bytes[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + split(end - start);
    if (index < middle) {
      proof.unshift(await range(middle, end, reader));
      end = middle;
    } else {
      proof.unshift(await range(start, middle, reader));
      start = middle;
    }
  }
  return proof;
}

/** Return PROOF(old, D[size]) of RFC 6962 §2.1.2; empty when `old` is 0 or equal to `size`. */
export async function consistencyProof(
  old: number,
  size: number,
  reader: HashReader,
): Promise<Bytes[]> {
  if (!(0 <= old && old <= size))
    throw new ConsistencyError(`a log cannot go from ${old} leaves back to ${size}`);
  if (old === 0) return [];
  const proof: Bytes[] = [];
  let [start, end] = [0, size];
  while (end !== old) {
    const middle = start + split(end - start);
    if (old <= middle) {
      proof.unshift(await range(middle, end, reader));
      end = middle;
    } else {
      proof.unshift(await range(start, middle, reader));
      start = middle;
    }
  }
  if (start) proof.unshift(await range(start, old, reader)); // SUBPROOF's b is false
  return proof;
}

/**
 * Check that the leaf hash stands at `index` (RFC 9162 §2.1.3.2); return how it leads to the root.
 *
 * The caller owes size and root from one verified checkpoint. Throws `InclusionError`.
 */
export function verifyInclusion(
  leaf: Bytes,
  index: number,
  size: number,
  proof: readonly Bytes[],
  rootHash: Bytes,
): Joined[] {
  if (!(Number.isSafeInteger(index) && 0 <= index && index < size)) throw noLeaf(index, size);
  if ([leaf, rootHash, ...proof].some((hash) => hash.length !== SIZE))
    throw new InclusionError(`a hash of an inclusion proof is not ${SIZE} bytes`);
  const way: Joined[] = [];
  let [node, last, computed] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0)
      throw new InclusionError(`the proof of leaf ${index} in ${size} leaves is too long`);
    if (node % 2 || node === last) {
      computed = nodeHash(sibling, computed);
      way.push({ sibling, side: "left", computed });
      while (node && node % 2 === 0) [node, last] = [half(node), half(last)];
    } else {
      computed = nodeHash(computed, sibling);
      way.push({ sibling, side: "right", computed });
    }
    [node, last] = [half(node), half(last)];
  }
  if (last || !same(computed, rootHash))
    throw new InclusionError(`leaf ${index} does not stand in the tree of ${size} leaves`);
  return way;
}

/**
 * Check that the tree of `old` leaves is a prefix of that of `size` (RFC 9162 §2.1.4.2).
 *
 * The caller owes size and root of each tree from a verified checkpoint. Throws `ConsistencyError`.
 */
export function verifyConsistency(
  old: number,
  oldRoot: Bytes,
  size: number,
  newRoot: Bytes,
  proof: readonly Bytes[],
): void {
  if (!(Number.isSafeInteger(old) && Number.isSafeInteger(size) && 0 <= old && old <= size))
    throw new ConsistencyError(`a log cannot go from ${old} leaves back to ${size}`);
  if ([oldRoot, newRoot, ...proof].some((hash) => hash.length !== SIZE))
    throw new ConsistencyError(`a hash of a consistency proof is not ${SIZE} bytes`);
  const forked = `the trees of ${old} and ${size} leaves cannot be of one log`;
  if (old === 0 && !same(oldRoot, EMPTY_ROOT)) throw new ConsistencyError(forked);
  if (old === size && !same(oldRoot, newRoot)) throw new ConsistencyError(forked);
  if (old === 0 || old === size) {
    if (proof.length)
      throw new ConsistencyError(`from ${old} to ${size} leaves the proof is empty`);
    return;
  }
  // A complete old tree is itself the first hash of the walk, so the proof leaves it out.
  const [first, ...rest] = complete(old) ? [oldRoot, ...proof] : proof;
  if (!first) throw new ConsistencyError(`the proof from ${old} to ${size} leaves is too short`);
  let [node, last] = [old - 1, size - 1];
  while (node % 2) [node, last] = [half(node), half(last)];
  let [before, after] = [first, first];
  for (const sibling of rest) {
    if (last === 0)
      throw new ConsistencyError(`the proof from ${old} to ${size} leaves is too long`);
    if (node % 2 || node === last) {
      before = nodeHash(sibling, before);
      after = nodeHash(sibling, after);
      while (node && node % 2 === 0) [node, last] = [half(node), half(last)];
    } else {
      after = nodeHash(after, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  if (last || !same(before, oldRoot) || !same(after, newRoot)) throw new ConsistencyError(forked);
}

/** Return MTH(D[start:end]) of a range that a split gives. */
async function range(start: number, end: number, reader: HashReader): Promise<Bytes> {
  const hashes: Bytes[] = [];
  for (let from = start; from < end; ) {
    const level = levelOf(end - from);
    hashes.push(await reader.read(level, from / 2 ** level));
    from += 2 ** level;
  }
  return hashes.reduceRight((right, left) => nodeHash(left, right));
}

/** Return the largest power of two below a count that is at least 2 (RFC 6962 §2.1). */
function split(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

/** Return the level of the largest complete subtree of a count of leaves. */
function levelOf(count: number): number {
  let level = 0;
  while (2 ** (level + 1) <= count) level++;
  return level;
}

function complete(size: number): boolean {
  return split(size + 1) === size;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function noLeaf(index: number, size: number): InclusionError {
  return new InclusionError(`no leaf ${index} in a tree of ${size} leaves`);
}
