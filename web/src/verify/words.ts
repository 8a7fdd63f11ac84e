/** What is said, in the language of the page: its words stand on it, and their values are put in. */

/** Says something by its key. */
export type Say = (key: string, values?: Readonly<Record<string, string | number>>) => string;

/** Return a moment to the second, as pages write it. */
export function utc(moment: string): string {
  return `${moment.slice(0, 10)} ${moment.slice(11, 19)} UTC`;
}

/** Return what says the words that stand on an element. */
export function wordsOf(element: HTMLElement): Say {
  const words = JSON.parse(element.dataset["words"] ?? "{}") as Record<string, string>;
  return (key, values = {}) =>
    (words[key] ?? key).replace(/\{([a-z]+)\}/g, (whole, name: string) =>
      String(values[name] ?? whole),
    );
}
