/** Where files of a log are fetched: from the node alone, and never from what a browser kept. */
import type { Bytes } from "../tlog";

/** A file could not be fetched: nothing is proven by that, and nothing refuted. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
}

/** Return what fetches files below a path; null stands for one that is not there. */
export function filesBelow(base: string): (path: string) => Promise<Bytes | null> {
  return async (path) => {
    let answer: Response;
    try {
      // A session that is over leads to another page: that is no file.
      answer = await fetch(base + path, { cache: "no-store", redirect: "error" });
      if (answer.ok) return new Uint8Array(await answer.arrayBuffer());
    } catch (error) {
      throw new UnreachableError(`${base}${path}: ${String(error)}`);
    }
    if (answer.status === 404) return null;
    throw new UnreachableError(`${base}${path}: ${answer.status}`);
  };
}

/** Return a file that must be there. */
export function required(file: Bytes | null, path: string): Bytes {
  if (!file) throw new UnreachableError(`${path} is not there`);
  return file;
}
