/**
 * Key statements (docs/spec/08): the root vouches for the keys that a participant works with.
 *
 * The arrangement pins each participant's root, and the root signs this note over the keys:
 *
 *     trilogue/v1/keys
 *     KR
 *     <base64 of SHA-256("trilogue/v1/keys\n" || the keys as canonical JSON)>
 *
 * The statement is one of the open kinds: all of it is published, and its leaf stands in the log.
 */
import { digest, text, toBase64, utf8 } from "./bytes";
import type { Bytes } from "./bytes";
import { countField, decode, encode, field, textField, textsField } from "./canonical";
import type { Json } from "./canonical";
import { FormatError, SignatureError } from "./errors";
import { PublicKey, verifyText } from "./keys";

/** A key statement of the right shape. Nobody has checked that a root vouches for it. */
export interface UnverifiedKeys {
  readonly index: number;
  readonly statement: Json;
}

/** The keys with which a participant signs checkpoints, as its root vouched for them. */
export interface Keys {
  readonly participant: string;
  /** Where the key statement stands in its log. */
  readonly index: number;
  readonly sequence: number;
  readonly checkpoint: PublicKey;
  readonly notBefore: string;
  readonly expires: string;
  /** The leaf under which the statement must stand at its index. */
  readonly leaf: Bytes;
}

/** Read `open`, the published statements of the open kinds; return those that speak of keys. */
export function parseOpen(data: Uint8Array): UnverifiedKeys[] {
  const whole = text(data, "open");
  if (whole && !whole.endsWith("\n")) throw new FormatError("open: the last line is cut");
  const found: UnverifiedKeys[] = [];
  let last = -1;
  for (const line of whole.split("\n").slice(0, -1)) {
    const value = decode(line);
    const [index, statement] = [countField(value, "index"), field(value, "statement")];
    if (index <= last || countField(statement, "index") !== index)
      throw new FormatError(`open: another statement than ${index} stands there`);
    last = index;
    if (textField(statement, "kind") === "keys") found.push({ index, statement });
  }
  return found;
}

/** Read one key statement by itself. */
export function parseKeys(statement: string): UnverifiedKeys {
  const value = decode(statement);
  if (textField(value, "kind") !== "keys") throw new FormatError("not a key statement");
  return { index: countField(value, "index"), statement: value };
}

/** Return the keys when the root vouched for them; throw `SignatureError`. */
export async function verifyKeys(
  { index, statement }: UnverifiedKeys,
  root: PublicKey,
  participant: string,
): Promise<Keys> {
  const body = field(statement, "body");
  const material = field(body, "material");
  if (
    textField(statement, "speaker") !== participant ||
    textField(material, "participant") !== participant
  )
    throw new SignatureError(`keys of another in a statement by ${participant}`);
  const signed = await verifyText(root, textField(body, "note"));
  const digested = toBase64(digest(utf8("trilogue/v1/keys\n"), utf8(encode(material))));
  if (signed !== `trilogue/v1/keys\n${participant}\n${digested}\n`)
    throw new SignatureError(`${participant}'s root signed other keys than these`);
  return {
    participant,
    index,
    sequence: countField(material, "sequence"),
    checkpoint: PublicKey.parse(textsField(material, "checkpoint")),
    notBefore: textField(material, "not_before"),
    expires: textField(material, "expires"),
    leaf: leafOf(statement),
  };
}

/**
 * Return the newest keys that stand in a log of `size` entries: those must have signed it, so that
 * keys that were replaced sign nothing after their replacement. Throws `SignatureError`.
 */
export function keysAt(known: readonly Keys[], participant: string, size: number): Keys {
  const standing = known.filter((one) => one.participant === participant && one.index < size);
  const [first, ...rest] = standing;
  if (!first) throw new SignatureError(`no keys of ${participant} stand in a log of ${size}`);
  return rest.reduce((best, one) => (one.sequence > best.sequence ? one : best), first);
}

/** Return a moment in seconds since 1970 as statements write it. */
export function moment(seconds: number): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.valueOf())) throw new FormatError(`signed at no time: ${seconds}`);
  return date.toISOString();
}

/** Check that keys were valid when they signed; throw `SignatureError`. */
export function checkValid(keys: Keys, at: string): void {
  if (!(keys.notBefore <= at && at < keys.expires))
    throw new SignatureError(`the keys of ${keys.participant} were not valid at ${at}`);
}

function leafOf(statement: Json): Bytes {
  const commitment = digest(utf8("trilogue/v1/statement\n"), utf8(encode(statement)));
  return utf8(
    encode({
      v: 1,
      kind: field(statement, "kind"),
      to: field(statement, "to"),
      for: field(statement, "for"),
      cites: field(statement, "cites"),
      hour: `${textField(statement, "issued").slice(0, 13)}Z`,
      commitment: toBase64(commitment),
    }),
  );
}
