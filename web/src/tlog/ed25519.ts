/**
 * Ed25519: the browser's own where it has it, and noble's where it has not.
 *
 * A browser has WebCrypto only on a page that came by TLS or from the machine itself, and some have
 * no Ed25519 in it.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import type { Bytes } from "./bytes";

/** Who does the arithmetic. */
export type Arithmetic = "WebCrypto" | "noble";

let chosen: Promise<Arithmetic> | undefined;

/** Say who verifies Ed25519 here. */
export function arithmetic(): Promise<Arithmetic> {
  return (chosen ??= choose());
}

async function choose(): Promise<Arithmetic> {
  const point = ed25519.Point.BASE.toBytes();
  try {
    await crypto.subtle.importKey("raw", new Uint8Array(point), "Ed25519", false, ["verify"]);
    return "WebCrypto";
  } catch {
    return "noble"; // no `subtle`, or no Ed25519 in it
  }
}

/** Say whether a signature (64 bytes) of a message verifies under a key (32 bytes). RFC 8032. */
export async function verifies(key: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  if (signature.length !== 64) return false;
  if ((await arithmetic()) === "noble") {
    try {
      return ed25519.verify(signature, message, key, { zip215: false });
    } catch {
      return false; // no point, or no number, stands there
    }
  }
  let imported: CryptoKey;
  try {
    imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
  } catch {
    return false;
  }
  return crypto.subtle.verify("Ed25519", imported, signature, message);
}
