/** Time: a slider, play and pause, how fast, and back to the newest. All of it by keyboard, too. */
import { type Clock, JulianDate } from "@cesium/engine";

const two = (number: number): string => String(number).padStart(2, "0");

export function inWords(at: JulianDate): string {
  const date = JulianDate.toDate(at);
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} UTC`;
}

export class Playback {
  private readonly play: HTMLButtonElement;
  private readonly slider: HTMLInputElement;
  private readonly at: HTMLOutputElement;
  private readonly speed: HTMLSelectElement;
  private readonly newest: HTMLButtonElement;
  private now: JulianDate | undefined;
  /** Whether the newest is looked at, and goes on with what comes. */
  private following = true;

  /** Nothing where the page has no controls of time. */
  static of(box: HTMLElement, clock: Clock): Playback | undefined {
    return box.querySelector("[data-play]") ? new Playback(box, clock) : undefined;
  }

  private constructor(
    box: HTMLElement,
    private readonly clock: Clock,
  ) {
    const find = <T extends Element>(name: string): T => {
      const found = box.querySelector<T>(`[data-${name}]`);
      if (!found) throw new Error(`no ${name} on the page`);
      return found;
    };
    this.play = find("play");
    this.slider = find("time");
    this.at = find("at");
    this.speed = find("speed");
    this.newest = find("now");
    this.play.addEventListener("click", () => this.run(!this.clock.shouldAnimate));
    this.slider.addEventListener("input", () => {
      this.following = false;
      this.move(JulianDate.addSeconds(clock.startTime, Number(this.slider.value), new JulianDate()));
    });
    this.speed.addEventListener("change", () => (clock.multiplier = Number(this.speed.value)));
    this.newest.addEventListener("click", () => {
      this.run(false);
      this.follow();
    });
    clock.multiplier = Number(this.speed.value);
    clock.onTick.addEventListener(() => this.tick());
  }

  /** Take the span of what is shown; the time stays unless it was the newest, or lies outside. */
  over(begin: JulianDate, end: JulianDate, now: JulianDate, anew: boolean): void {
    const { clock } = this;
    clock.startTime = begin.clone();
    clock.stopTime = end.clone();
    this.now = now;
    this.slider.max = String(Math.ceil(JulianDate.secondsDifference(end, begin)));
    for (const control of [this.play, this.slider, this.newest]) control.disabled = false;
    const outside =
      JulianDate.lessThan(clock.currentTime, begin) || JulianDate.greaterThan(clock.currentTime, end);
    if (anew || outside) {
      this.run(false);
      this.follow();
    } else if (this.following && !clock.shouldAnimate) this.follow();
    else this.move(clock.currentTime);
  }

  /** There is nothing to play. */
  stop(): void {
    this.run(false);
    for (const control of [this.play, this.slider, this.newest]) control.disabled = true;
    this.at.value = "";
  }

  private follow(): void {
    this.following = true;
    if (this.now) this.move(this.now);
  }

  private run(going: boolean): void {
    const { clock } = this;
    if (going) {
      this.following = false;
      if (JulianDate.greaterThanOrEquals(clock.currentTime, clock.stopTime))
        this.move(clock.startTime);
    }
    clock.shouldAnimate = going;
    this.play.setAttribute("aria-pressed", String(going));
    for (const word of this.play.querySelectorAll<HTMLElement>("[data-when]"))
      word.hidden = (word.dataset["when"] === "going") !== going;
  }

  private move(to: JulianDate): void {
    this.clock.currentTime = to.clone();
    this.tell();
  }

  private tick(): void {
    const { clock } = this;
    if (!clock.shouldAnimate) return;
    this.tell();
    if (JulianDate.greaterThanOrEquals(clock.currentTime, clock.stopTime)) this.run(false);
  }

  private tell(): void {
    const { clock } = this;
    const since = JulianDate.secondsDifference(clock.currentTime, clock.startTime);
    const words = inWords(clock.currentTime);
    this.slider.value = String(Math.round(since));
    this.slider.setAttribute("aria-valuetext", words);
    if (this.at.value !== words) this.at.value = words;
  }
}
