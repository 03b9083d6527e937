// Comforts of the form in which surplus is posted; without this script it works all the same.
import { checkSoon, forgetChecks } from "/static/offer-check.js";
import { showChosen, smaller } from "/static/offer-photos.js";
import { canScan, scanned } from "/static/offer-scanner.js";
import { put, stepped } from "/static/steppers.js";

const form = document.querySelector("form.offer");
const PRESSED_FOR_ARRANGING = "add_line again remove_line look_up use_hours".split(" ");

// What only a script can do is shown where there is one.
function reveal() {
  for (const button of form.querySelectorAll("[data-step], [data-value]")) button.hidden = false;
  for (const button of form.querySelectorAll("[data-scan]")) button.hidden = !canScan();
  const choose = form.querySelector("#use_hours");
  if (choose) choose.hidden = true;
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("form.offer button[type=button]");
  if (!button) return;
  const { step, value, scan, then } = button.dataset;
  const field = document.getElementById(button.dataset.for ?? scan);
  if (step) stepped(field, Number(step));
  else if (value) put(field, value);
  else if (scan) {
    const number = await scanned(document.getElementById("scanner"));
    if (number === null) return;
    field.value = number;
    press(document.getElementById(then));
  }
});

document.addEventListener("change", ({ target }) => {
  if (target.form !== form) return;
  if (target.id === "photos") showChosen(target, form.querySelector("#thumbnails"));
  else if (target.dataset.press) press(document.getElementById(target.dataset.press));
  else checkSoon(form);
});
document.addEventListener("input", ({ target }) => { if (target.form === form && target.id !== "photos") checkSoon(form); });
form?.addEventListener("submit", (event) => {
  if (!event.submitter) return; // a browser that does not say which button it was sends the form itself
  event.preventDefault();
  press(event.submitter);
});

// A button of the form, pressed without leaving the page: a shop floor has little reception, and nothing that was typed
// is lost where it fails. The form's own key has the server post once what is sent twice.
async function press(button) {
  if (!button || form.getAttribute("aria-busy") === "true") return;
  const arranging = PRESSED_FOR_ARRANGING.includes(button.name);
  const lost = arranging ? form.dataset.noConnection : form.dataset.noAnswer;
  forgetChecks();
  form.setAttribute("aria-busy", "true");
  say(arranging ? "" : form.dataset.sending);
  try {
    const data = arranging ? arranged(button) : await whole();
    form.inert = true; // what was typed from now on would be lost with the answer
    const answer = await sent(data);
    form.inert = false;
    if (answer === null) { say(lost, true); button.focus(); } else await show(answer, button);
  } catch {
    say(lost, true);
  } finally {
    form.inert = false;
    form.removeAttribute("aria-busy");
  }
}

function arranged(button) {
  const data = new FormData(form);
  data.delete("photos");
  data.append(button.name, button.value);
  return data;
}

async function whole() {
  const data = new FormData(form);
  const chosen = data.getAll("photos").filter((each) => each.size);
  data.delete("photos");
  for (const photo of chosen) data.append("photos", await smaller(photo));
  return data;
}

const sent = (data) =>
  fetch(form.action, { method: "POST", body: data, headers: { Accept: "text/html" } }).catch(() => null);

// On to what came of it, or the form as the server shows it now.
async function show(answer, button) {
  if (answer.redirected && new URL(answer.url).pathname !== "/sign-in") { window.location.assign(answer.url); return; }
  if (answer.redirected) { say(form.dataset.signedOut, true); return; }
  const read = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = read.querySelector("form.offer");
  say("");
  if (!fresh) { say(read.querySelector("main p")?.textContent.trim() || form.dataset.notDone, true); return; }
  keepPhotos(fresh);
  form.replaceChildren(...fresh.childNodes);
  reveal();
  goOn(button);
}

// A file that was chosen stays chosen only where its field stays.
function keepPhotos(fresh) {
  const kept = form.querySelector("#photos-of-it"), shown = fresh.querySelector("#photos-of-it");
  kept.querySelector(".fault").replaceWith(shown.querySelector(".fault"));
  shown.replaceWith(kept);
}

// To where somebody goes on: what does not fit, else the line that the button was about.
function goOn({ name, value }) {
  const lines = form.querySelectorAll(".offer-line");
  const line = name === "look_up" ? lines[Number(value)] : lines[lines.length - 1];
  const next = {
    again: () => line.querySelector("[name$=kg]"),
    add_line: () => line.querySelector("input"),
    remove_line: () => form.querySelector("#add_line"),
    look_up: () => line.querySelector(line.querySelector("[name$=description]").value ? "[name$=kg]" : "[name$=description]"),
    use_hours: () => form.querySelector("#site_id"),
  };
  const found = form.querySelector("#faults") ?? next[name]?.();
  found?.focus();
  if (found?.name?.endsWith("kg")) found.select();
}

function say(sentence, isBad = false) {
  const place = document.getElementById("said");
  place.textContent = sentence;
  place.className = sentence ? `notice ${isBad ? "bad" : ""}` : "";
  if (sentence) place.scrollIntoView({ block: "nearest" });
}

if (form) {
  reveal();
  form.querySelector("#faults")?.focus();
}
