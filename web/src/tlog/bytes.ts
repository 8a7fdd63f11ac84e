/**
 * Bytes and text, strictly: what is read is written again and compared.
 *
 * `atob` passes over spaces, missing padding and loose bits; `TextDecoder` replaces what is no UTF-8
 * and drops a byte order mark. None of that may be signed in one spelling and read in another.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { FormatError } from "./errors";

/** Bytes that stand in memory of their own: what WebCrypto takes. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Length of a hash in bytes. */
export const SIZE = 32;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Return the UTF-8 of a text. */
export function utf8(text: string): Bytes {
  return encoder.encode(text);
}

/** Return the text that bytes are the UTF-8 of. */
export function text(bytes: Uint8Array, what = "a text"): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new FormatError(`${what} must be UTF-8`);
  }
}

/** Return standard base64, padded. */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Return the bytes of canonical base64; `size` is the length that they must have. */
export function fromBase64(encoded: string, size?: number): Bytes {
  let binary: string;
  try {
    binary = atob(encoded);
  } catch {
    throw new FormatError(`not canonical base64: ${encoded.slice(0, 40)}`);
  }
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  if (toBase64(bytes) !== encoded)
    throw new FormatError(`not canonical base64: ${encoded.slice(0, 40)}`);
  if (size !== undefined && bytes.length !== size)
    throw new FormatError(`${bytes.length} bytes where ${size} must stand`);
  return bytes;
}

/** Return lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Return the parts in a row. */
export function concat(...parts: Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Say whether two byte strings are equal. Nothing here is secret: time may tell. */
export function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/**
 * Return SHA-256.
 *
 * A tree is hundreds of thousands of hashes of a hundred bytes: WebCrypto answers each with a
 * promise, which takes longer than the hash (docs/adr/0065).
 */
export function digest(...parts: Uint8Array[]): Bytes {
  const hash = sha256.create();
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** Return eight bytes, the most significant first. */
export function u64(value: number): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}
