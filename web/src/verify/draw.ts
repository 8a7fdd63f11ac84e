/**
 * The way from a leaf up to the root, drawn: at each level what was computed before is joined with
 * what stands beside it, on its own side. The same stands beside it as a list, for whoever reads.
 */
import { toBase64 } from "../tlog";
import type { Joined } from "../tlog";
import type { Proof } from "./proof";
import type { Say } from "./words";

const SVG = "http://www.w3.org/2000/svg";
const RISE = 64;
const MIDDLE = 180;
const ASIDE = 88;
const BOX = { width: 92, height: 26 };
const LETTERS = 8;

/** Return the drawing. Its labels are the first letters of each hash. */
export function drawWay({ leaf, way }: Proof): SVGElement {
  const height = RISE * way.length + 40;
  const picture = element("svg", {
    viewBox: `0 0 ${2 * MIDDLE} ${height}`,
    class: "way",
    "aria-hidden": "true",
  });
  let x = MIDDLE;
  const computed = [leaf, ...way.map((one) => one.computed)];
  for (const [level, hash] of computed.entries()) {
    const y = height - 20 - RISE * level;
    const joined = way[level];
    if (joined) {
      // What is computed stays in the middle; what stands beside it comes from its own side.
      const beside = joined.side === "left" ? MIDDLE - ASIDE - 20 : MIDDLE + ASIDE + 20;
      const above = y - RISE;
      picture.append(line(x, y, MIDDLE, above), line(beside, y, MIDDLE, above));
      picture.append(...box(beside, y, joined.sibling, "beside"));
    }
    const kind = level === 0 ? "leaf" : level === way.length ? "root" : "joined";
    picture.append(...box(x, y, hash, kind));
    x = MIDDLE;
  }
  return picture;
}

/** Return the same as a list, from the leaf to the root. */
export function listWay({ leaf, way }: Proof, say: Say): HTMLElement {
  const list = document.createElement("ol");
  list.className = "way";
  list.append(row(say("verify.way-leaf"), toBase64(leaf)));
  for (const [level, one] of way.entries()) {
    const last = level === way.length - 1;
    list.append(
      row(say(sideOf(one)), toBase64(one.sibling)),
      row(say(last ? "verify.way-root" : "verify.way-joined"), toBase64(one.computed)),
    );
  }
  return list;
}

function sideOf(one: Joined): string {
  return one.side === "left" ? "verify.way-left" : "verify.way-right";
}

function row(title: string, hash: string): HTMLElement {
  const item = document.createElement("li");
  const name = document.createElement("span");
  const value = document.createElement("span");
  name.textContent = title;
  value.textContent = hash;
  value.className = "code";
  item.append(name, " ", value);
  return item;
}

function box(x: number, y: number, hash: Uint8Array, kind: string): SVGElement[] {
  const { width, height } = BOX;
  const frame = { x: x - width / 2, y: y - height / 2, width, height, rx: 3, class: kind };
  const label = element("text", { x, y: y + 4, class: kind, "text-anchor": "middle" });
  label.textContent = `${toBase64(hash).slice(0, LETTERS)}…`;
  return [element("rect", frame), label];
}

function line(x1: number, y1: number, x2: number, y2: number): SVGElement {
  return element("line", { x1, y1, x2, y2 });
}

function element(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(SVG, name) as SVGElement;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}
