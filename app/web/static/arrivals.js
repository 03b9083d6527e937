// What arrives: looks again by itself, and leaves alone what somebody is at.
import { followSteps } from "/static/steppers.js";

const LOOK_AGAIN = 30_000; // ms

async function lookAgain() {
  const shown = document.querySelector("[data-fresh=arrivals]");
  if (document.hidden || shown.querySelector("details[open] form") || shown.contains(document.activeElement)) return;
  const answer = await fetch(shown.dataset.address).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const read = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = read.querySelector("[data-fresh=arrivals]");
  if (!fresh || fresh.innerHTML === shown.innerHTML) return;
  shown.replaceWith(fresh);
  for (const button of fresh.querySelectorAll("[data-step]")) button.hidden = false;
}

followSteps();
document.querySelector(".fault:not(:empty)")?.scrollIntoView({ block: "center" });
setInterval(lookAgain, LOOK_AGAIN);
document.addEventListener("visibilitychange", lookAgain);
