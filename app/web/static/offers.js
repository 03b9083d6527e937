// Our offers: while vans are under way the page looks again by itself, and leaves alone what somebody is at.

const LOOK_AGAIN = 30_000; // ms

async function lookAgain() {
  const shown = document.querySelector("[data-fresh=offers]");
  if (document.hidden || shown.contains(document.activeElement) || shown.querySelector("details[open]")) return;
  const answer = await fetch(window.location.href).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-fresh=offers]");
  if (fresh && fresh.innerHTML !== shown.innerHTML) shown.replaceWith(fresh);
}

if (document.querySelector("[data-under-way]")) {
  setInterval(lookAgain, LOOK_AGAIN);
  document.addEventListener("visibilitychange", lookAgain);
}
