/** What is read of CZML packets here, before CesiumJS reads the rest. */

export interface Packet {
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly delete?: boolean;
  readonly availability?: string;
  readonly properties?: {
    readonly group?: unknown;
    readonly now?: { readonly string: string };
    readonly epoch?: { readonly string: string };
    readonly owner?: { readonly string: string };
    readonly seconds?: { readonly array: readonly number[] };
    /** 1 for each that belongs to a flight, as far as is known. */
    readonly used?: { readonly array: readonly number[] };
    readonly places?: { readonly array: readonly number[] };
    readonly centre?: { readonly array: readonly [number, number, number] };
    readonly radius?: { readonly number: number };
    readonly symbol?: { readonly string: string };
  };
}

export const isPlots = (packet: Packet): boolean => packet.id.includes("/plots/");

/** The sentences of a description, as text: nothing of it becomes markup of this page. */
export function sentences(description: string | undefined): string[] {
  if (!description) return [];
  const read = new DOMParser().parseFromString(description, "text/html");
  return [...read.querySelectorAll("p")].map((one) => one.textContent ?? "");
}
