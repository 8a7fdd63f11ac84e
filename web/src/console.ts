/**
 * What makes every page live: news from the node, the marking while one writes, local times.
 *
 * A page says in `data-live` where its news come from, and which of its parts may change. At news
 * the page is fetched again and its parts are put in place; what somebody is filling in, and what
 * they opened, stays as it is. Nothing here is needed: without script a page is read again by hand.
 */
import htmx from "htmx.org";
import { Idiomorph } from "idiomorph";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.historyEnabled = false;
htmx.config.selfRequestsOnly = true;

const FIELDS = new Set(["INPUT", "TEXTAREA", "SELECT"]);

htmx.defineExtension("keep", {
  isInlineSwap: (style) => style === "keep",
  handleSwap: (style, target, fragment) => {
    if (style !== "keep") return false;
    // htmx hands over an element or a fragment around it.
    const parts = fragment instanceof DocumentFragment ? fragment.children : fragment;
    return (
      Idiomorph.morph(target as Element, parts as HTMLCollection, {
        morphStyle: "outerHTML",
        callbacks: {
          beforeNodeMorphed: (before, after) => {
            if (before instanceof HTMLDetailsElement && after instanceof HTMLDetailsElement)
              after.open = before.open;
            return !(before instanceof Element && FIELDS.has(before.tagName));
          },
        },
      }) ?? []
    );
  },
});

/** Listen for news while the page is looked at: a browser has few connections for all its tabs. */
function live(element: HTMLElement): void {
  const from = element.dataset["live"];
  if (!from) return;
  const over = element.dataset["over"] ?? "/sign-in";
  let heard = element.dataset["since"] ?? "0";
  let source: EventSource | undefined;

  const listen = (): void => {
    source?.close();
    source = undefined;
    if (document.hidden) return;
    source = new EventSource(`${from}?after=${heard}`);
    source.addEventListener("news", (event) => {
      heard = (event as MessageEvent<string>).data;
      htmx.trigger(element, "news", {});
    });
    source.addEventListener("over", () => location.assign(over));
    source.addEventListener("error", () => {
      if (source?.readyState === EventSource.CLOSED) setTimeout(listen, 2_000);
    });
  };
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  listen();
}

/** Write each moment's local time beside its universal one, for whoever asks for local times. */
function localTimes(within: ParentNode): void {
  const form = new Intl.DateTimeFormat(document.documentElement.lang, {
    dateStyle: "medium",
    timeStyle: "medium",
  });
  for (const time of within.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.valueOf())) time.title = form.format(at);
    time.dataset["local"] = time.title;
  }
}

function switchTimes(button: HTMLButtonElement): void {
  const KEPT = "trilogue-local-times";
  const show = (): void => {
    const on = localStorage.getItem(KEPT) === "1";
    document.documentElement.classList.toggle("local-times", on);
    button.setAttribute("aria-pressed", String(on));
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    localStorage.setItem(KEPT, localStorage.getItem(KEPT) === "1" ? "0" : "1");
    show();
  });
  show();
}

for (const element of document.querySelectorAll<HTMLElement>("[data-live]")) live(element);
for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-times]"))
  switchTimes(button);
localTimes(document);
document.addEventListener("htmx:afterSettle", () => localTimes(document));
document.documentElement.classList.add("scripted");
