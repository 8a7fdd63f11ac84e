/** Steps that are done one after the other, each shown as it is done. */

/** What a step found: sentences, and what was computed beside what it had to be. */
export interface Found {
  readonly said?: readonly string[];
  readonly computed?: string;
  readonly expected?: string;
}

/** Where steps are shown. */
export interface Board {
  begins(step: string): void;
  progress(step: string, done: number, of: number): void;
  holds(step: string, found: Found): void;
  /** What this log is too large for. */
  leaves(step: string, found: Found): void;
}

/** A step that failed, with what was computed and what it had to be. */
export class Failed extends Error {
  constructor(
    readonly step: string,
    override readonly cause: unknown,
    readonly found: Found = {},
  ) {
    super(cause instanceof Error ? cause.message : String(cause));
  }
}

/** What was computed is not what it had to be. */
export class DiffersError extends Error {
  override readonly name = "DiffersError";

  constructor(
    message: string,
    readonly found: Found,
  ) {
    super(message);
  }
}

/** Return what was found when what was computed is what it had to be; throw `DiffersError`. */
export function agrees(message: string, computed: string, expected: string): Found {
  if (computed !== expected) throw new DiffersError(message, { computed, expected });
  return { computed, expected };
}

/** Do one step and show it; throw `Failed`. `T` is what later steps build on. */
export async function step<T>(
  board: Board,
  name: string,
  work: () => Promise<[T, Found]>,
): Promise<T> {
  board.begins(name);
  try {
    const [value, found] = await work();
    board.holds(name, found);
    return value;
  } catch (error) {
    throw new Failed(name, error, error instanceof DiffersError ? error.found : {});
  }
}
