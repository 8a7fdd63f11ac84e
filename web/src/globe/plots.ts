/**
 * Plots as points that appear as time goes on: fifty thousand of them are one draw call.
 *
 * They are kept by packet, in the order of time; at each moment only those between the last moment
 * and this one are touched.
 */
import {
  Cartesian3,
  Color,
  JulianDate,
  type PointPrimitive,
  PointPrimitiveCollection,
  type Scene,
} from "@cesium/engine";
import type { Packet } from "./packets";

const OWNERS: Readonly<Record<string, string>> = { KR: "#6fb1f5", US: "#3fc9a0", JP: "#ff9a57" };
const STRAY = Color.fromCssColorString("#c8c8c8").withAlpha(0.45);
const OTHER = "#d79be0";

interface Batch {
  readonly begins: JulianDate;
  readonly seconds: readonly number[];
  readonly points: PointPrimitive[];
  shown: number;
}

export class Plots {
  private readonly batches = new Map<string, Batch>();
  private readonly collection: PointPrimitiveCollection;

  constructor(scene: Scene) {
    this.collection = scene.primitives.add(new PointPrimitiveCollection()) as PointPrimitiveCollection;
  }

  /** How many stand on the globe at this moment. */
  get shown(): number {
    let all = 0;
    for (const batch of this.batches.values()) all += batch.shown;
    return all;
  }

  clear(): void {
    this.collection.removeAll();
    this.batches.clear();
  }

  take(packet: Packet): void {
    this.remove(packet.id);
    const { epoch, seconds, places, owner, used } = packet.properties ?? {};
    if (packet.delete || !epoch || !seconds || !places) return;
    const color = Color.fromCssColorString(OWNERS[owner?.string ?? ""] ?? OTHER).withAlpha(0.9);
    const points = seconds.array.map((_, k) =>
      this.collection.add({
        position: Cartesian3.unpack(places.array as number[], 3 * k),
        pixelSize: 2,
        color: used?.array[k] ? color : STRAY,
        show: false,
      }),
    );
    const begins = JulianDate.fromIso8601(epoch.string);
    this.batches.set(packet.id, { begins, seconds: seconds.array, points, shown: 0 });
  }

  /** Show those of one group up to a moment, and none of another. */
  show(group: string, at: JulianDate): void {
    for (const [name, batch] of this.batches) {
      const since = name.startsWith(`${group}/`)
        ? JulianDate.secondsDifference(at, batch.begins)
        : -Infinity;
      const { seconds, points } = batch;
      while (batch.shown < seconds.length && (seconds[batch.shown] ?? 0) <= since)
        this.set(points[batch.shown++], true);
      while (batch.shown > 0 && (seconds[batch.shown - 1] ?? 0) > since)
        this.set(points[--batch.shown], false);
    }
  }

  private set(point: PointPrimitive | undefined, shown: boolean): void {
    if (point) point.show = shown;
  }

  private remove(name: string): void {
    for (const point of this.batches.get(name)?.points ?? []) this.collection.remove(point);
    this.batches.delete(name);
  }
}
