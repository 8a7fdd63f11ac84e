/**
 * Signed notes (c2sp.org/signed-note@v1.0.0), as docs/spec/03 reads them: text, a blank line, lines
 *
 *     — <key name> base64(<4-byte key ID> || <signature>)
 *
 * `parseNote` checks the shape and believes nothing; `verifyNote` checks signatures.
 */
import { fromBase64, same, text, toHex, utf8 } from "./bytes";
import type { Bytes } from "./bytes";
import { FormatError, SignatureError } from "./errors";

const MOST_SIGNATURES = 64;
const MOST_BYTES = 1_000_000;
const KEY_ID_SIZE = 4;
const DASH = "— ";

const CONTROL = /[\x00-\x09\x0b-\x1f]/;
/** Unicode's spaces: `\s` has the byte order mark beside them, and not U+0085. */
const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** One signature line. */
export interface Signature {
  readonly name: string;
  readonly keyId: Bytes;
  readonly value: Bytes;
}

/** A note of the right shape. Nobody has checked who signed it. */
export interface UnverifiedNote {
  readonly text: string;
  readonly signatures: readonly Signature[];
}

/** A public key with its name and one algorithm. */
export interface Verifier {
  readonly name: string;
  readonly keyId: Bytes;
  /** Check one signature over the text of a note; throw `SignatureError`. */
  verify(text: string, value: Bytes): Promise<void>;
}

/** Split a note into its text and its signatures; throw `FormatError`. */
export function parseNote(note: Uint8Array | string): UnverifiedNote {
  const whole = read(note);
  const end = whole.lastIndexOf("\n\n");
  if (end < 0) throw new FormatError("a note without the blank line that ends its text");
  return { text: whole.slice(0, end + 1), signatures: parseSignatures(whole.slice(end + 2)) };
}

/** Read one or more signature lines, each ended by a newline. */
export function parseSignatures(lines: string): Signature[] {
  if (!lines.endsWith("\n"))
    throw new FormatError("signature lines must be there and end with a newline");
  const rows = lines.slice(0, -1).split("\n");
  if (rows.length > MOST_SIGNATURES)
    throw new FormatError(`${rows.length} signatures where ${MOST_SIGNATURES} are allowed`);
  return rows.map(parseSignature);
}

function parseSignature(line: string): Signature {
  const name = line.slice(DASH.length).split(" ", 1)[0] ?? "";
  if (!line.startsWith(`${DASH}${name} `))
    throw new FormatError(`not a signature line: ${line.slice(0, 80)}`);
  checkName(name);
  const data = fromBase64(line.slice(DASH.length + name.length + 1));
  if (data.length <= KEY_ID_SIZE)
    throw new FormatError(`a signature of ${data.length} bytes holds no value`);
  return { name, keyId: data.slice(0, KEY_ID_SIZE), value: data.slice(KEY_ID_SIZE) };
}

/** Throw `FormatError` unless a name may name a key: some text, no space, no plus. */
export function checkName(name: string): void {
  if (!name || name.includes("+") || SPACE.test(name))
    throw new FormatError(`not a key name: ${name.slice(0, 80)}`);
  read(name);
}

/**
 * Return the lines of known keys, when *every* verifier signed and every line of a known key
 * verifies. Lines of unknown keys are set aside. Throws `SignatureError`.
 */
export async function verifyNote(
  note: UnverifiedNote,
  verifiers: readonly Verifier[],
): Promise<Signature[]> {
  if (!verifiers.length)
    throw new SignatureError("no key is known that could have signed this note");
  const found: Signature[] = [];
  for (const verifier of verifiers) {
    const own = note.signatures.filter(
      (one) => one.name === verifier.name && same(one.keyId, verifier.keyId),
    );
    for (const signature of own) await verifier.verify(note.text, signature.value);
    if (!own.length)
      throw new SignatureError(
        `the note lacks a signature by ${verifier.name}+${toHex(verifier.keyId)}`,
      );
    found.push(...own);
  }
  return found;
}

function read(note: Uint8Array | string): string {
  const bytes = typeof note === "string" ? utf8(note) : note;
  if (bytes.length > MOST_BYTES)
    throw new FormatError(`a note of ${bytes.length} bytes where ${MOST_BYTES} are allowed`);
  const whole = text(bytes, "a note");
  if (typeof note === "string" && whole !== note) throw new FormatError("a note must be UTF-8");
  if (CONTROL.test(whole)) throw new FormatError("a control character in a note");
  return whole;
}
