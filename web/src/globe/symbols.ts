/** Symbols of MIL-STD-2525D, each drawn once: who is friend, what is followed, and what it is. */
import { BillboardGraphics, Cartesian2, type Entity, HorizontalOrigin, NearFarScalar, VerticalOrigin } from "@cesium/engine";
import ms from "milsymbol";

const SIZE = 18;
const drawn = new Map<string, HTMLCanvasElement>();

function canvas(code: string): HTMLCanvasElement {
  let made = drawn.get(code);
  if (made === undefined) {
    made = new ms.Symbol(code, { size: SIZE * devicePixelRatio, outlineWidth: 4, outlineColor: "#14171a" }).asCanvas();
    drawn.set(code, made);
  }
  return made;
}

/** Put an object's symbol beside its point, on the side where its label is not. */
export function symbol(entity: Entity, code: string): void {
  entity.billboard = new BillboardGraphics({
    image: canvas(code) as unknown as string,
    horizontalOrigin: HorizontalOrigin.RIGHT,
    verticalOrigin: VerticalOrigin.CENTER,
    scaleByDistance: new NearFarScalar(2e6, 1 / devicePixelRatio, 1.2e7, 0.65 / devicePixelRatio),
    pixelOffset: new Cartesian2(-7, 0),
  });
}
