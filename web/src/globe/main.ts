/** The globe put together: what comes from the node, on the surface, in time, and in words. */
import { CzmlDataSource, JulianDate, TimeInterval } from "@cesium/engine";
import { type Answer, Feed } from "./feed";
import { Objects } from "./objects";
import { type Packet, isPlots } from "./packets";
import { Playback } from "./playback";
import { Plots } from "./plots";
import { Stage } from "./stage";
import { symbol } from "./symbols";

export function show(box: HTMLElement): void {
  const view = box.querySelector<HTMLElement>("[data-view]");
  const state = box.querySelector<HTMLElement>("[data-state]");
  const choice = box.querySelector<HTMLSelectElement>("[data-group]");
  if (!view || !state || !choice) return;

  const stage = new Stage(view);
  const { widget } = stage;
  const source = new CzmlDataSource();
  const plots = new Plots(widget.scene);
  const playback = Playback.of(box, widget.clock);
  const objects = new Objects(
    box,
    widget,
    (name) => source.entities.getById(name),
    (centre, radius) => stage.lookAt(centre, radius),
    () => look(),
  );
  const groups = new Map<string, Packet>();
  let shown = "";
  /** Whether what is chosen was chosen by somebody: else the newest is shown. */
  let held = false;

  const refuse = (): void => {
    box.hidden = true;
  };
  widget.scene.renderError.addEventListener(refuse);
  void widget.dataSources.add(source);

  /** Turn the camera to all that is shown. */
  const look = (): void => {
    const { centre, radius } = groups.get(shown)?.properties ?? {};
    if (centre && radius) stage.lookAt(centre.array, radius.number);
  };

  /** Show one group: its objects, its time, and, when it is another, its place. */
  const turnTo = (name: string, anew: boolean): void => {
    shown = name;
    choice.value = name;
    for (const entity of source.entities.values) entity.show = entity.id.startsWith(`${name}/`);
    objects.of(name);
    const head = groups.get(name);
    const { now } = head?.properties ?? {};
    if (head?.availability && now) {
      const { start, stop } = TimeInterval.fromIso8601({ iso8601: head.availability });
      playback?.over(start, stop, JulianDate.fromIso8601(now.string), anew);
    } else playback?.stop();
    plots.show(name, widget.clock.currentTime);
    if (anew) look();
    stage.draw();
  };

  const take = async ({ whole, packets }: Answer): Promise<void> => {
    if (whole) {
      plots.clear();
      objects.clear();
      groups.clear();
    }
    for (const packet of packets) {
      if (packet.properties?.group) groups.set(packet.id, packet);
      else if (packet.delete) groups.delete(packet.id);
      if (isPlots(packet)) plots.take(packet);
      else objects.take(packet);
    }
    const rest = packets.filter((packet) => !isPlots(packet));
    await (whole ? source.load(rest) : source.process(rest));
    for (const { id, properties } of rest) {
      const entity = properties?.symbol && source.entities.getById(id);
      if (entity && properties?.symbol) symbol(entity, properties.symbol.string);
    }
    const names = [...groups.keys()].sort().reverse();
    choice.replaceChildren(...names.map((name) => new Option(groups.get(name)?.name ?? name, name)));
    choice.disabled = names.length < 2;
    const newest = names[0] ?? "";
    const next = held && groups.has(shown) ? shown : newest;
    turnTo(next, next !== shown);
    state.textContent = names.length ? "" : (box.dataset["empty"] ?? "");
    state.hidden = names.length > 0;
    box.dataset["shown"] = String(source.entities.values.length);
  };

  const feed = new Feed(box.dataset["from"] ?? "", take, (failed) => {
    if (!failed) return;
    state.hidden = false;
    state.textContent = box.dataset["failed"] ?? "";
  });

  choice.addEventListener("change", () => {
    held = true;
    turnTo(choice.value, true);
  });
  box.addEventListener("change", ({ target }) => {
    if (target instanceof HTMLInputElement && target.name === "coalition") feed.look(target.value);
  });
  document.addEventListener("news", () => feed.ask());

  let last = JulianDate.clone(widget.clock.currentTime);
  widget.clock.onTick.addEventListener(({ currentTime }) => {
    if (JulianDate.equals(currentTime, last)) return;
    last = JulianDate.clone(currentTime, last);
    plots.show(shown, currentTime);
    objects.at(currentTime);
    box.dataset["plots"] = String(plots.shown);
  });
  feed.look("");
}
