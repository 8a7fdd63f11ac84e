/**
 * Canonical JSON (the RFC 8785 subset of docs/spec/02): sorted keys, no spaces, no floats.
 *
 * What is read is written again and compared, so that a key that stands twice, a number in another
 * spelling or an escape that need not be is refused.
 */
import { FormatError } from "./errors";

/** What canonical JSON holds. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** An object of canonical JSON. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Read a text; throw `FormatError` for any other spelling of the same meaning. */
export function decode(text: string): Json {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    throw new FormatError(`not JSON: ${text.slice(0, 60)}`);
  }
  if (encode(value) !== text) throw new FormatError(`not canonical JSON: ${text.slice(0, 60)}`);
  return value;
}

/** Return the canonical text of a value. */
export function encode(value: Json): string {
  if (typeof value === "number" && !(Number.isSafeInteger(value) && !Object.is(value, -0)))
    throw new FormatError(`a number that canonical JSON does not hold: ${value}`);
  if (isList(value)) return `[${value.map(encode).join(",")}]`;
  if (isObject(value)) {
    const keys = Object.keys(value).sort(); // keys are ASCII: every order of them is one
    return `{${keys.map((key) => `${JSON.stringify(key)}:${encode(field(value, key))}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

/** Return a field of an object; throw `FormatError` when it is not there. */
export function field(value: Json, key: string): Json {
  const found = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  if (found === undefined) throw new FormatError(`no ${key} where one must stand`);
  return found;
}

/** Return a field that is a text. */
export function textField(value: Json, key: string): string {
  const found = field(value, key);
  if (typeof found !== "string") throw new FormatError(`${key} is a text`);
  return found;
}

/** Return a field that is a whole number from 0 on. */
export function countField(value: Json, key: string): number {
  const found = field(value, key);
  if (typeof found !== "number" || found < 0) throw new FormatError(`${key} is a count`);
  return found;
}

/** Return a field that is a list of texts. */
export function textsField(value: Json, key: string): string[] {
  const found = field(value, key);
  if (!isList(found)) throw new FormatError(`${key} is a list of texts`);
  return found.map((one) => {
    if (typeof one !== "string") throw new FormatError(`${key} is a list of texts`);
    return one;
  });
}

/** Say whether a value is a list. */
export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** Say whether a value is an object. */
export function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
