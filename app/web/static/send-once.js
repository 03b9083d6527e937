// A form that was sent is not sent again by a second tap while its answer is awaited: the second answer would be shown,
// and it would tell that what the first has done could not be done.

const PATIENCE = 10_000; // ms, then somebody may press again
let sent = new WeakMap();

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return; // a script sends it
  const now = performance.now();
  if (now - (sent.get(event.target) ?? -Infinity) < PATIENCE) event.preventDefault();
  else sent.set(event.target, now);
});
window.addEventListener("pageshow", () => { sent = new WeakMap(); });
