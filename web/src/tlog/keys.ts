/**
 * The hybrid pair of docs/spec/03: one name, an Ed25519 key and an ML-DSA-44 key (FIPS 204).
 *
 *     <name>+<key ID, 8 hex digits>+<base64(type || public key)>
 *
 *     key ID = SHA-256(name || "\n" || type || public key)[:4]
 */
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";
import { concat, digest, fromBase64, same, toBase64, toHex, utf8 } from "./bytes";
import type { Bytes } from "./bytes";
import * as ed25519 from "./ed25519";
import { FormatError, SignatureError } from "./errors";
import { checkName, parseNote, verifyNote } from "./note";
import type { Verifier } from "./note";

const ED25519 = Uint8Array.of(0x01);
const MLDSA44 = concat(Uint8Array.of(0xff), utf8("trilogue/v1/ml-dsa-44"));
const ED25519_SIZE = 32;
const MLDSA44_SIZE = 1312;
const MLDSA44_SIGNATURE = 2420;

const COSIGNATURE = "cosignature/v1\n";

const P = 2n ** 255n - 19n;
/** The y-coordinates of the eight points of small order: under them signatures verify by nobody. */
const SMALL_ORDER = new Set(
  [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  ].map((hex) => littleEndian(hex)),
);

/** What others know of a hybrid pair. */
export class PublicKey {
  private constructor(
    readonly name: string,
    readonly ed25519: Bytes,
    readonly mldsa44: Bytes,
  ) {
    checkName(name);
    if (ed25519.length !== ED25519_SIZE || mldsa44.length !== MLDSA44_SIZE)
      throw new FormatError(`keys of ${ed25519.length} and ${mldsa44.length} bytes`);
    // The top bit is the sign of x.
    const y = littleEndian(toHex(ed25519)) & (2n ** 255n - 1n);
    if (y >= P || SMALL_ORDER.has(y))
      throw new FormatError(`an Ed25519 key under which anyone could sign: ${name}`);
  }

  /** Read the Ed25519 and the ML-DSA-44 verifier key of one name; throw `FormatError`. */
  static parse(vkeys: readonly string[]): PublicKey {
    const [first, second, ...rest] = vkeys;
    if (first === undefined || second === undefined || rest.length)
      throw new FormatError(`${vkeys.length} verifier keys where two must stand`);
    const [name, classic] = parseVkey(first, ED25519);
    const [other, lattice] = parseVkey(second, MLDSA44);
    if (name !== other) throw new FormatError(`verifier keys of two names: ${name} and ${other}`);
    return new PublicKey(name, classic, lattice);
  }

  /** Check a bare Ed25519 signature; throw `SignatureError`. */
  async verifyEd25519(message: Bytes, signature: Bytes): Promise<void> {
    if (!(await ed25519.verifies(this.ed25519, message, signature)))
      throw new SignatureError(`Ed25519 signature of ${this.name} does not verify`);
  }

  /** Check a bare ML-DSA-44 signature, in pure mode with an empty context. */
  async verifyMldsa44(message: Bytes, signature: Bytes): Promise<void> {
    let good = false;
    try {
      good =
        signature.length === MLDSA44_SIGNATURE &&
        ml_dsa44.verify(signature, message, this.mldsa44);
    } catch {
      // noble throws for what cannot be read as a key or a signature
    }
    if (!good) throw new SignatureError(`ML-DSA-44 signature of ${this.name} does not verify`);
  }

  /** Return what verifies the Ed25519 signature of a note. */
  ed25519Note(): Verifier {
    return this.note(ED25519, this.ed25519, (message, value) => this.verifyEd25519(message, value));
  }

  /** Return what verifies the ML-DSA-44 signature of a note. */
  mldsa44Note(): Verifier {
    return this.note(MLDSA44, this.mldsa44, (message, value) => this.verifyMldsa44(message, value));
  }

  private note(
    type: Uint8Array,
    key: Bytes,
    check: (message: Bytes, value: Bytes) => Promise<void>,
  ): Verifier {
    return {
      name: this.name,
      keyId: keyId(this.name, type, key),
      verify: async (text, value) => {
        if (text.startsWith(COSIGNATURE))
          throw new SignatureError("the text of this note reads as a cosignature");
        await check(utf8(text), value);
      },
    };
  }
}

/** Return the four bytes that name a key and its algorithm on a signature line. */
export function keyId(name: string, type: Uint8Array, key: Uint8Array): Bytes {
  return digest(utf8(name), utf8("\n"), type, key).slice(0, 4);
}

/** Return the text of a note when both keys of the pair signed it. */
export async function verifyText(key: PublicKey, note: Uint8Array | string): Promise<string> {
  const parsed = parseNote(note);
  await verifyNote(parsed, [key.ed25519Note(), key.mldsa44Note()]);
  return parsed.text;
}

function parseVkey(vkey: string, type: Uint8Array): [string, Bytes] {
  const [name = "", , ...rest] = vkey.split("+");
  checkName(name);
  const data = fromBase64(rest.join("+")); // base64 itself may hold a plus
  if (!same(data.slice(0, type.length), type))
    throw new FormatError(`a verifier key of another type: ${vkey.slice(0, 80)}`);
  const key = data.slice(type.length);
  if (`${name}+${toHex(keyId(name, type, key))}+${toBase64(data)}` !== vkey)
    throw new FormatError(`the key ID does not belong to the verifier key: ${vkey.slice(0, 80)}`);
  return [name, key];
}

function littleEndian(hex: string): bigint {
  return BigInt(`0x${hex.match(/../g)?.reverse().join("")}`);
}
