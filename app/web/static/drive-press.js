// While a finger is on the page nothing is written anew under it: its press would find another button there, or none.
const LONGEST_MS = 10_000, LOOK_MS = 100; // a press whose end nobody heard of holds nothing up for ever
let pressed = null, since = 0;

/** From now on presses below `root` are known. */
export function followPresses(root) {
  root.addEventListener("pointerdown", ({ target }) => { pressed = target; since = Date.now(); }, true);
  for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, () => { pressed = null; }, true);
}

/** Whether a finger is on something that is still there. */
export function isPressed() { return Boolean(pressed?.isConnected) && Date.now() - since < LONGEST_MS; }

/** When nothing that `isHeld` speaks of is under a finger, or it is gone. */
export async function released(isHeld) { while (isHeld()) await new Promise((go) => setTimeout(go, LOOK_MS)); }
