/**
 * Checkpoints (c2sp.org/tlog-checkpoint@v1.0.0) and cosignatures (c2sp.org/tlog-cosignature).
 *
 * The text is the origin, the size in decimal and the root hash in base64, each on its line. The log
 * signs it with Ed25519 (type 0x01) as a note, and with ML-DSA-44 (type 0x06) over
 *
 *     "subtree/v1\n\0" || opaque cosigner || u64 time || opaque origin || u64 0 || u64 size || root
 *
 * Another who saw the log grow signs the same structure under its own name, and with Ed25519 (type
 * 0x04) the lines `cosignature/v1` and `time <decimal>` before the whole text.
 */
import { SIZE, concat, fromBase64, same, toBase64, u64, utf8 } from "./bytes";
import type { Bytes } from "./bytes";
import { FormatError, SignatureError } from "./errors";
import { keyId } from "./keys";
import type { PublicKey } from "./keys";
import { parseNote, verifyNote } from "./note";
import type { Signature, UnverifiedNote, Verifier } from "./note";
import { EMPTY_ROOT } from "./tree";

const ED25519_COSIGNATURE = Uint8Array.of(0x04);
const MLDSA44_COSIGNATURE = Uint8Array.of(0x06);
const LABEL = utf8("subtree/v1\n\0");

/** The size and root hash of the log named `origin`. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Bytes;
  readonly extensions: readonly string[];
}

/** A checkpoint of the right shape. Nobody has checked who signed it. */
export interface UnverifiedCheckpoint extends Checkpoint {
  readonly note: UnverifiedNote;
}

/** Read a checkpoint and its signatures; throw `FormatError`. */
export function parseCheckpoint(data: Uint8Array | string): UnverifiedCheckpoint {
  const note = parseNote(data);
  return { ...parseText(note.text), note };
}

/**
 * Read a tree size: ASCII decimal, no leading zero.
 *
 * Sizes from 2^53 on are C2SP's, and refused here: this language does not hold them, and no browser
 * reads so large a tree.
 */
function parseSize(written: string): number {
  const size = Number(written);
  if (!/^[0-9]{1,16}$/.test(written) || !Number.isSafeInteger(size) || String(size) !== written)
    throw new FormatError(`not a tree size: ${written.slice(0, 40)}`);
  return size;
}

function parseText(text: string): Checkpoint {
  const lines = text.endsWith("\n") ? text.slice(0, -1).split("\n") : [];
  const [origin, size, encoded, ...extensions] = lines;
  if (origin === undefined || size === undefined || encoded === undefined)
    throw new FormatError("a checkpoint has an origin, a tree size and a root hash, each a line");
  if ([origin, ...extensions].includes("")) throw new FormatError("an empty line of a checkpoint");
  const found = { origin, size: parseSize(size), root: fromBase64(encoded, SIZE), extensions };
  if (found.size === 0 && !same(found.root, EMPTY_ROOT))
    throw new FormatError("a tree without leaves has one root hash, and this is another");
  const again = [origin, String(found.size), toBase64(found.root), ...extensions];
  if (again.map((line) => `${line}\n`).join("") !== text)
    throw new FormatError("the checkpoint is spelled in another way than it would be written");
  return found;
}

/** Check what has to hold before any signature: the name of the log, and that all is signed. */
function checkSignable(checkpoint: Checkpoint, key: PublicKey): void {
  if (checkpoint.origin !== key.name)
    throw new SignatureError(`a checkpoint of ${checkpoint.origin} where ${key.name} signs`);
  if (checkpoint.extensions.length)
    throw new SignatureError("extension lines are not signed by ML-DSA-44, so none may stand");
}

/** Check the log's Ed25519 signature; throw `SignatureError`. The caller owes the other one. */
export async function verifyEd25519(one: UnverifiedCheckpoint, key: PublicKey): Promise<void> {
  checkSignable(one, key);
  await verifyNote(one.note, [key.ed25519Note()]);
}

/** Check the log's ML-DSA-44 signature; return when it signed, in seconds since 1970. */
export async function verifyMldsa44(one: UnverifiedCheckpoint, key: PublicKey): Promise<number> {
  checkSignable(one, key);
  const lines = await verifyNote(one.note, [mldsa44Verifier(one, key)]);
  return Math.max(...lines.map((line) => timeOf(line.value)[0]));
}

/** Check both signatures of the log; return when it signed. Throws `SignatureError`. */
export async function verifyCheckpoint(
  one: UnverifiedCheckpoint,
  key: PublicKey,
): Promise<number> {
  await verifyEd25519(one, key);
  return verifyMldsa44(one, key);
}

/**
 * Return as of when a key cosigned a checkpoint with *both* its halves, or null when a line is
 * missing. A line of the key that does not verify throws `SignatureError`. When the two lines
 * state different times, the earlier one is what both support.
 */
export async function cosignedBy(
  one: UnverifiedCheckpoint,
  key: PublicKey,
): Promise<number | null> {
  const times: number[] = [];
  for (const verifier of [ed25519Cosigner(key), mldsa44Verifier(one, key)]) {
    const own = one.note.signatures.filter((line) => isBy(line, verifier));
    if (own.length) {
      await verifyNote(one.note, [verifier]);
      times.push(Math.max(...own.map((line) => timeOf(line.value)[0])));
    }
  }
  return times.length === 2 ? Math.min(...times) : null;
}

function isBy(line: Signature, verifier: Verifier): boolean {
  return line.name === verifier.name && same(line.keyId, verifier.keyId);
}

function mldsa44Verifier(one: Checkpoint, key: PublicKey): Verifier {
  return {
    name: key.name,
    keyId: keyId(key.name, MLDSA44_COSIGNATURE, key.mldsa44),
    verify: async (_, value) => {
      const [time, signature] = timeOf(value);
      const message = concat(
        ...[LABEL, opaque(key.name), u64(time), opaque(one.origin)],
        ...[u64(0), u64(one.size), one.root],
      );
      await key.verifyMldsa44(message, signature);
    },
  };
}

function ed25519Cosigner(key: PublicKey): Verifier {
  return {
    name: key.name,
    keyId: keyId(key.name, ED25519_COSIGNATURE, key.ed25519),
    verify: async (text, value) => {
      const [time, signature] = timeOf(value);
      await key.verifyEd25519(utf8(`cosignature/v1\ntime ${time}\n${text}`), signature);
    },
  };
}

/** Return the time and the signature of a signature line's value. */
function timeOf(value: Bytes): [number, Bytes] {
  if (value.length <= 8)
    throw new FormatError(`a timestamped signature of ${value.length} bytes`);
  const time = new DataView(value.buffer, value.byteOffset).getBigUint64(0);
  if (time > BigInt(Number.MAX_SAFE_INTEGER))
    throw new FormatError(`not a time in seconds since 1970: ${time}`);
  return [Number(time), value.slice(8)];
}

/** Return opaque<1..2^8-1>: one byte of length, then the bytes. */
function opaque(name: string): Bytes {
  const data = utf8(name);
  if (data.length < 1 || data.length > 255)
    throw new FormatError(`a name of ${data.length} bytes where 1 to 255 are allowed`);
  return concat(Uint8Array.of(data.length), data);
}
