// What stays behind is tried in place: what would come of it stands at its line, as the page for it says it.

async function readOutcome(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer) return null;
  const read = new DOMParser().parseFromString(await answer.text(), "text/html");
  return read.querySelector("[data-tried]");
}

async function tryIt(link) {
  if (link.hasAttribute("aria-busy")) return; // pressed twice
  link.setAttribute("aria-busy", "true");
  const outcome = await readOutcome(link.href);
  link.removeAttribute("aria-busy");
  if (!outcome) { window.location.assign(link.href); return; } // the page itself says what is wrong
  const line = link.closest("li");
  line.querySelector("[data-tried]")?.remove();
  line.append(document.adoptNode(outcome));
  outcome.focus();
}

function leave(outcome) {
  const link = outcome.closest("li")?.querySelector("[data-try]");
  outcome.remove();
  link?.focus();
}

document.addEventListener("click", (event) => {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest("[data-try]"), leaving = event.target.closest("[data-leave]");
  if (!link && !leaving) return;
  event.preventDefault();
  if (leaving) leave(leaving.closest("[data-tried]"));
  else tryIt(link);
});

document.addEventListener("keydown", (event) => {
  const outcome = event.target.closest?.("[data-tried]");
  if (event.key === "Escape" && outcome) leave(outcome);
});
