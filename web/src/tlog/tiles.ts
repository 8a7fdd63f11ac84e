/**
 * Tiles (c2sp.org/tlog-tiles@v0.1.0): the files in which a log publishes its tree and its entries.
 *
 *     tile/<L>/<N>[.p/<W>]            256 hashes of complete subtrees of 256^L leaves
 *     tile/entries/<N>[.p/<W>]        256 entries, each after its length in two bytes
 *
 * <N> is written in groups of three digits, all but the last behind an `x`.
 */
import { SIZE, concat } from "./bytes";
import type { Bytes } from "./bytes";
import { FormatError, InclusionError } from "./errors";
import { nodeHash } from "./tree";
import type { HashReader, MemoryHashes } from "./tree";

/** Hashes or entries in a full tile. */
export const WIDTH = 256;

/** The level of entry bundles, below that of leaf hashes. */
export const ENTRIES = -1;

const HEIGHT = 8;

/** One tile. */
export interface Tile {
  readonly level: number;
  readonly index: number;
  readonly width: number;
}

/** Return the path of a tile below the log's prefix. */
export function tilePath({ level, index, width }: Tile): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/.{3}/g) ?? [];
  const name = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
  const partial = width === WIDTH ? "" : `.p/${width}`;
  return `tile/${level === ENTRIES ? "entries" : level}/${name}${partial}`;
}

/** Return the tiles of one level of a tree of `size` leaves; there is none above its last level. */
export function tilesOf(level: number, size: number): Tile[] {
  const count = Math.floor(size / 2 ** (HEIGHT * Math.max(level, 0)));
  return Array.from({ length: Math.ceil(count / WIDTH) }, (_, index) => ({
    level,
    index,
    width: Math.min(WIDTH, count - index * WIDTH),
  }));
}

/** Return the content that a hash tile must have. */
export function tileBytes(tile: Tile, hashes: MemoryHashes): Bytes {
  const first = tile.index * WIDTH;
  return concat(
    ...Array.from({ length: tile.width }, (_, at) => hashes.now(tile.level * HEIGHT, first + at)),
  );
}

/** Return the entries of a bundle; throw `FormatError` for more, fewer or a cut one. */
export function decodeBundle(data: Uint8Array, width: number): Bytes[] {
  const entries: Bytes[] = [];
  let at = 0;
  while (at < data.length) {
    const end = at + 2 + ((data[at] ?? 0) << 8) + (data[at + 1] ?? 0);
    if (at + 2 > data.length || end > data.length || entries.length === width)
      throw new FormatError(`an entry bundle is cut or goes on at byte ${at}`);
    entries.push(new Uint8Array(data.subarray(at + 2, end)));
    at = end;
  }
  if (entries.length !== width)
    throw new FormatError(`${entries.length} entries in a bundle of width ${width}`);
  return entries;
}

/**
 * Where tiles are fetched: a path leads to a file, or to null for one that is not published. A log
 * may delete a partial tile when the full one stands, so that one is asked for in its place.
 */
export type Fetch = (path: string) => Promise<Bytes | null>;

/** Return the file of a tile, or of the full one in its place, and the width that it has. */
export async function fetchTile(fetch: Fetch, tile: Tile): Promise<[Bytes, number]> {
  const found = await fetch(tilePath(tile));
  if (found) return [found, tile.width];
  const full = tile.width === WIDTH ? null : await fetch(tilePath({ ...tile, width: WIDTH }));
  if (!full) throw new InclusionError(`${tilePath(tile)} is not there`);
  return [full, WIDTH];
}

/** Return the entries of a bundle. */
export async function fetchEntries(fetch: Fetch, bundle: Tile): Promise<Bytes[]> {
  const [data, width] = await fetchTile(fetch, bundle);
  return decodeBundle(data, width).slice(0, bundle.width);
}

/**
 * Reads the hashes of a tree of `size` leaves from its tiles. It authenticates nothing: whoever
 * serves them may serve any bytes, and a root or a proof that verifies is what proves them.
 */
export class TileReader implements HashReader {
  private readonly rows = new Map<string, Promise<Bytes[]>>();

  constructor(
    private readonly fetch: Fetch,
    private readonly size: number,
  ) {}

  async read(level: number, index: number): Promise<Bytes> {
    if (!(0 <= index && index < Math.floor(this.size / 2 ** level)))
      throw new InclusionError(`no subtree ${index} of level ${level} in ${this.size} leaves`);
    // A tile holds every eighth level; those between are hashed from it.
    const height = level % HEIGHT;
    const first = index * 2 ** height;
    const tile = { level: (level - height) / HEIGHT, index: Math.floor(first / WIDTH) };
    const at = first % WIDTH;
    let row = (await this.hashes(tile.level, tile.index)).slice(at, at + 2 ** height);
    while (row.length > 1)
      row = row.flatMap((left, place) => {
        const right = row[place + 1];
        return place % 2 || !right ? [] : [nodeHash(left, right)];
      });
    const [found] = row;
    if (!found) throw new InclusionError(`no subtree ${index} of level ${level} in its tile`);
    return found;
  }

  private hashes(level: number, index: number): Promise<Bytes[]> {
    const key = `${level}/${index}`;
    const known = this.rows.get(key) ?? this.fetchHashes(level, index);
    this.rows.set(key, known);
    return known;
  }

  private async fetchHashes(level: number, index: number): Promise<Bytes[]> {
    const count = Math.floor(this.size / 2 ** (HEIGHT * level));
    const tile = { level, index, width: Math.min(WIDTH, count - index * WIDTH) };
    const [data, width] = await fetchTile(this.fetch, tile);
    if (data.length !== width * SIZE)
      throw new FormatError(`${tilePath(tile)} has ${data.length} bytes`);
    return Array.from({ length: tile.width }, (_, at) => data.slice(at * SIZE, (at + 1) * SIZE));
  }
}
