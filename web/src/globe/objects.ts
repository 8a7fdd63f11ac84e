/** The objects of the globe: a list to choose from, what is said of one, and a click on it. */
import {
  type CesiumWidget,
  type ConstantProperty,
  Entity,
  JulianDate,
  ScreenSpaceEventHandler,
  ScreenSpaceEventType,
} from "@cesium/engine";
import { type Packet, sentences } from "./packets";

const LISTED = /\/(flight\/[^/]+(\/(launch|impact))?|sensor\/[^/]+|station\/[^/]+|location)$/;

/** Shown around a sensor or a station. */
const AROUND_M = 5e5;

export class Objects {
  private readonly list: HTMLSelectElement;
  private readonly told: HTMLElement;
  private readonly deviation: HTMLElement;
  private readonly packets = new Map<string, Packet>();
  private chosen = "";

  constructor(
    box: HTMLElement,
    private readonly widget: CesiumWidget,
    private readonly entity: (name: string) => Entity | undefined,
    near: (centre: readonly [number, number, number], radius: number) => void,
    whole: () => void,
  ) {
    this.list = box.querySelector("[data-object]") as HTMLSelectElement;
    this.told = box.querySelector("[data-told]") as HTMLElement;
    this.deviation = document.createElement("p");
    this.deviation.className = "deviation";
    this.deviation.dataset["words"] = box.dataset["deviation"] ?? "";
    this.told.after(this.deviation);
    this.list.addEventListener("change", () => {
      this.choose(this.list.value);
      const chosen = this.entity(this.chosen);
      const { currentTime } = widget.clock;
      const place = chosen?.position?.getValue(currentTime);
      if (!chosen || !place || chosen.availability) return whole(); // a flight is seen from afar
      const size = chosen.ellipse?.semiMajorAxis?.getValue(currentTime) as number | undefined;
      near([place.x, place.y, place.z], size === undefined ? AROUND_M : 3 * size);
    });
    new ScreenSpaceEventHandler(widget.canvas).setInputAction(
      (click: ScreenSpaceEventHandler.PositionedEvent) => {
        const found: unknown = widget.scene.pick(click.position, 9, 9)?.id;
        if (found instanceof Entity) this.choose(found.id);
      },
      ScreenSpaceEventType.LEFT_CLICK,
    );
  }

  clear(): void {
    this.packets.clear();
  }

  take(packet: Packet): void {
    if (packet.delete) this.packets.delete(packet.id);
    else this.packets.set(packet.id, packet);
  }

  /** List the objects of one group; what was chosen stays chosen, if it is there still. */
  of(group: string): void {
    const none = this.list.options[0];
    const options = [...this.packets.values()]
      .filter((one) => one.id.startsWith(`${group}/`) && LISTED.test(one.id))
      .map((one) => new Option(this.called(one), one.id));
    this.list.replaceChildren(...(none ? [none] : []), ...options);
    this.choose(this.packets.has(this.chosen) && this.chosen.startsWith(`${group}/`) ? this.chosen : "");
  }

  /** Say how well the place of what is chosen is known at a moment. */
  at(time: JulianDate): void {
    const known = this.chosen ? this.entity(this.chosen)?.properties : undefined;
    const read = (name: string): number | undefined =>
      (known?.[name] as ConstantProperty | undefined)?.getValue(time) as number | undefined;
    const [level, height] = [read("position_level_sd_m"), read("position_vertical_sd_m")];
    const words =
      level === undefined || height === undefined
        ? ""
        : (this.deviation.dataset["words"] ?? "")
            .replace("{level}", ((2 * level) / 1000).toFixed(1))
            .replace("{height}", ((2 * height) / 1000).toFixed(1));
    if (this.deviation.textContent !== words) this.deviation.textContent = words;
  }

  /** Where something began or comes down is called by what it is of. */
  private called(packet: Packet): string {
    const name = packet.name ?? packet.id;
    const of = /^(.*)\/(launch|impact)$/.exec(packet.id)?.[1];
    const whole = of === undefined ? undefined : this.packets.get(of)?.name;
    return whole === undefined ? name : `${whole}: ${name}`;
  }

  private choose(name: string): void {
    this.chosen = name;
    this.list.value = name;
    if (this.list.value !== name) this.list.value = ""; // a part that the list leaves out
    const packet = this.packets.get(name);
    const parts = packet ? [this.made("h3", packet.name ?? name)] : [];
    for (const sentence of sentences(packet?.description)) parts.push(this.made("p", sentence));
    this.told.replaceChildren(...parts);
    this.at(this.widget.clock.currentTime);
  }

  private made(kind: "h3" | "p", text: string): HTMLElement {
    const made = document.createElement(kind);
    made.textContent = text;
    return made;
  }
}
