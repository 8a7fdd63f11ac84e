/** Steps on a page: each is there from the beginning, and is filled in as it is done. */
import { UnreachableError } from "./files";
import { Failed } from "./steps";
import type { Board, Found } from "./steps";
import type { Say } from "./words";

type State = "waiting" | "running" | "good" | "bad" | "left";

const MARKS: Readonly<Record<State, string>> = {
  waiting: "verify.waiting",
  running: "verify.running",
  good: "verify.good",
  bad: "verify.bad",
  left: "verify.left",
};

/** The steps within an element, and the verdict below them. */
export class Shown implements Board {
  constructor(
    private readonly within: HTMLElement,
    private readonly say: Say,
    private readonly names: readonly string[],
    /** Whether this is still what is looked at: the same steps serve for one proof after another. */
    private readonly current: () => boolean = () => true,
  ) {}

  /** Show every step as not yet done. */
  clear(): void {
    for (const name of this.names) {
      this.state(name, "waiting");
      this.fill(name, {});
      this.progress(name, 0, 1);
    }
    this.verdict("running", [sentence(this.say("verify.running"))]);
  }

  begins(name: string): void {
    this.state(name, "running");
  }

  progress(name: string, done: number, of: number): void {
    const bar = this.bar(name);
    if (!bar || !this.current()) return;
    bar.max = of;
    bar.value = done;
  }

  holds(name: string, found: Found): void {
    this.state(name, "good");
    this.fill(name, found);
  }

  leaves(name: string, found: Found): void {
    this.state(name, "left");
    this.fill(name, found);
  }

  /** Say that all holds. */
  proven(...sentences: string[]): void {
    this.verdict("good", sentences.map(sentence));
  }

  /** Say that it does not: at which step, what that means, and what was found. */
  refused(error: unknown): void {
    const failed = error instanceof Failed ? error : new Failed(this.names[0] ?? "", error);
    const { step, cause, found } = failed;
    this.state(step, "bad");
    this.fill(step, found);
    const unreachable = cause instanceof UnreachableError;
    const detail = sentence(`${cause instanceof Error ? cause.name : "Error"}: ${failed.message}`);
    detail.lang = "en";
    detail.className = "hint";
    const title = this.part(step, "h3")?.textContent ?? step;
    const means = this.part(step, "[data-step]")?.dataset["fails"] ?? "";
    this.verdict("bad", [
      sentence(this.say(unreachable ? "verify.stopped" : "verify.refused", { step: title })),
      sentence(unreachable ? this.say("verify.unreachable") : means),
      detail,
    ]);
  }

  private verdict(state: State, sentences: readonly HTMLElement[]): void {
    const box = this.within.querySelector<HTMLElement>("[data-verdict]");
    if (!box || !this.current()) return;
    box.dataset["verdict"] = state;
    box.replaceChildren(...sentences);
  }

  private state(name: string, state: State): void {
    if (!this.current()) return;
    const whole = this.part(name, "[data-step]");
    const mark = this.part(name, "[data-mark]");
    if (whole) whole.dataset["state"] = state;
    if (mark) mark.textContent = this.say(MARKS[state]);
  }

  private fill(name: string, { said = [], computed, expected }: Found): void {
    if (!this.current()) return;
    const [here, there] = ["[data-computed]", "[data-expected]"].map((one) => this.part(name, one));
    if (here) here.textContent = computed ?? "–";
    if (there) there.textContent = expected ?? "–";
    this.part(name, "[data-said]")?.replaceChildren(...said.map(sentence));
  }

  private bar(name: string): HTMLProgressElement | null {
    return this.within.querySelector(`[data-step="${name}"] progress`);
  }

  private part(name: string, selector: string): HTMLElement | null {
    const whole = this.within.querySelector<HTMLElement>(`[data-step="${name}"]`);
    return whole?.matches(selector) ? whole : (whole?.querySelector(selector) ?? null);
  }
}

function sentence(text: string): HTMLElement {
  const made = document.createElement("p");
  made.textContent = text;
  return made;
}
