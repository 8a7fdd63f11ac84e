/**
 * The globe of a picture page: asked for once the page stands, and only where it can be drawn.
 *
 * Everything that it shows stands in the tables, too. Without WebGL its box goes away.
 */

function drawable(): boolean {
  try {
    return document.createElement("canvas").getContext("webgl2") !== null;
  } catch {
    return false;
  }
}

const box = document.querySelector<HTMLElement>("#globe");
if (box !== null) {
  if (drawable())
    import("./globe/main").then(
      ({ show }) => show(box),
      (error: unknown) => {
        box.hidden = true;
        throw error;
      },
    );
  else box.hidden = true;
}
