/**
 * What the globe shows, from the node: all of it once, and then what changed.
 *
 * News may come often; it is asked for one time after the other, and not more than twice a second.
 */
import type { Packet } from "./packets";

const PAUSE_MS = 500;

export interface Answer {
  /** Whether this is all there is, or what changed since the last answer. */
  readonly whole: boolean;
  readonly packets: Packet[];
}

export class Feed {
  private coalition = "";
  private tag = "";
  private asking: Promise<void> | undefined;
  private again = false;

  constructor(
    private readonly from: string,
    private readonly take: (answer: Answer) => Promise<void>,
    private readonly fail: (failed: boolean) => void,
  ) {}

  /** Look at what some participants would see; empty is all that is held. */
  look(coalition: string): void {
    this.coalition = coalition;
    this.tag = "";
    this.ask();
  }

  /** Ask for what is new, now or after what is being asked. */
  ask(): void {
    this.again = true;
    this.asking ??= this.go().finally(() => (this.asking = undefined));
  }

  private async go(): Promise<void> {
    while (this.again) {
      this.again = false;
      const begun = performance.now();
      try {
        await this.once();
        this.fail(false);
      } catch (error) {
        this.fail(true);
        if (!(error instanceof TypeError)) throw error; // the node is not there: it will be
      }
      await new Promise((done) => setTimeout(done, Math.max(0, PAUSE_MS + begun - performance.now())));
    }
  }

  private async once(): Promise<void> {
    const { coalition, tag } = this;
    const query = new URLSearchParams();
    if (coalition) query.set("coalition", coalition);
    if (tag) query.set("since", tag);
    const headers: Record<string, string> = { "HX-Request": "true" };
    if (tag) headers["If-None-Match"] = `"${tag}"`;
    const answer = await fetch(`${this.from}?${query}`, { headers, cache: "no-store" });
    const elsewhere = answer.headers.get("HX-Redirect");
    if (elsewhere) return location.assign(elsewhere);
    if (answer.status === 304) return;
    if (!answer.ok) throw new TypeError(`${answer.status}`);
    const packets = (await answer.json()) as Packet[];
    if (coalition !== this.coalition) return; // somebody chose another meanwhile
    const now = (answer.headers.get("ETag") ?? "").replaceAll('"', "");
    const whole = !tag || now.split(".")[0] !== tag.split(".")[0];
    await this.take({ whole, packets });
    this.tag = coalition === this.coalition ? now : "";
  }
}
