/**
 * The Log page verifies: the published log as a whole, and any one statement of it.
 *
 * Nothing is believed that the node says of its log. What verifying rests on, the root key, is
 * shown; the rest is fetched and computed in the browser, step by step. Without script the page says
 * that `trilogue audit` does the same.
 */
import { drawWay, listWay } from "./verify/draw";
import * as log from "./verify/log";
import * as proof from "./verify/proof";
import { Shown } from "./verify/show";
import { utc, wordsOf } from "./verify/words";
import type { Say } from "./verify/words";

/** Verify the published log, when somebody asks for it. */
function whole(section: HTMLElement, say: Say): void {
  const button = section.querySelector<HTMLButtonElement>("button[data-verify]");
  const steps = section.querySelector<HTMLDetailsElement>("details");
  const board = new Shown(section, say, log.STEPS);
  button?.addEventListener("click", async () => {
    if (button.ariaDisabled === "true") return;
    button.ariaDisabled = "true"; // it keeps the focus
    if (steps) steps.open = true;
    board.clear();
    try {
      const { checkpoint, keys, at } = await log.verifyLog(board, say, shownCheckpoints());
      const who = keys.participant;
      board.proven(
        say("verify.proven", { count: checkpoint.size, who, at: utc(at) }),
        say("verify.rests", { who }),
      );
    } catch (error) {
      board.refused(error);
    } finally {
      button.ariaDisabled = "false";
    }
  });
}

/** Return the checkpoints that the page shows. */
function shownCheckpoints(): log.Shown[] {
  return [...document.querySelectorAll<HTMLElement>("[data-checkpoint]")].map((row) => ({
    size: Number(row.dataset["checkpoint"]),
    root: row.dataset["root"] ?? "",
  }));
}

/** Prove one statement, when somebody asks for it. Rows come and go while the page is open. */
function single(dialog: HTMLDialogElement, say: Say): void {
  let turn = 0;
  const title = dialog.querySelector("h2");
  const drawn = dialog.querySelector("[data-drawn]");
  document.addEventListener("click", async (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const button = target?.closest<HTMLButtonElement>("button[data-proof]");
    const { proof: place = "", leaf = "" } = button?.dataset ?? {};
    if (!button || !title || !drawn) return;
    const mine = ++turn;
    const current = (): boolean => mine === turn;
    const board = new Shown(dialog, say, proof.STEPS, current);
    title.textContent = say("verify.proof-of", { place });
    drawn.replaceChildren();
    board.clear();
    dialog.showModal();
    try {
      const index = Number(place.split(" ")[1]);
      const found = await proof.prove(board, say, index, leaf);
      if (!current()) return;
      const entry = document.createElement("pre");
      entry.textContent = found.entry;
      const caption = document.createElement("h3");
      caption.textContent = say("verify.entry");
      drawn.replaceChildren(drawWay(found), listWay(found, say), caption, entry);
      board.proven(say("verify.proven-one", { place, who: found.signed.keys.participant }));
    } catch (error) {
      board.refused(error);
    }
  });
  dialog.querySelector("button[data-close]")?.addEventListener("click", () => dialog.close());
}

const section = document.querySelector<HTMLElement>("#verify");
const dialog = document.querySelector<HTMLDialogElement>("#proof");
if (dialog) {
  const say = wordsOf(dialog);
  single(dialog, say);
  if (section) whole(section, say);
}
