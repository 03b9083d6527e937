// While somebody fills in an offer, what does not fit is said at its field at once; the server alone knows the rules.

const PATIENCE = 500; // ms, while somebody types
let waiting = 0, asked = 0;

export function checkSoon(form) {
  clearTimeout(waiting);
  waiting = setTimeout(() => check(form), PATIENCE);
}

async function check(form) {
  const mine = ++asked, data = new FormData(form);
  data.delete("photos");
  const answer = await fetch("/offers/new/check", { method: "POST", body: data, headers: { Accept: "application/json" } })
    .catch(() => null);
  const found = answer?.ok && !answer.redirected ? await answer.json().catch(() => null) : null;
  if (found === null || mine !== asked || form.getAttribute("aria-busy") === "true") return;
  for (const place of form.querySelectorAll(".fault")) {
    const pointer = place.id.slice("fault-".length);
    if (pointer !== "/photos") say(form, place, found[pointer] ?? ""); // files are looked at when they are sent
  }
}

/** What was asked is about a form that is shown no more. */
export function forgetChecks() {
  clearTimeout(waiting);
  asked += 1;
}

function say(form, place, sentence) {
  const fields = [...form.querySelectorAll(`[aria-describedby="${place.id}"]`)];
  // What was found missing when it was sent stays so until something stands there, or is chosen.
  const isMissing = (field) => (field.matches("[role=radiogroup]") ? !field.querySelector(":checked") : field.value === "");
  if (!sentence && fields.some(isMissing)) return;
  if (place.textContent !== sentence) place.textContent = sentence;
  for (const field of fields.filter((each) => !each.matches("[role=radiogroup]"))) sentence ? field.setAttribute("aria-invalid", "true") : field.removeAttribute("aria-invalid");
}
