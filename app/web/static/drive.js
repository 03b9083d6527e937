// The driver's phone: a report is kept on it first, shown at once, and sent as soon as there is a connection.
import { checked, forgive } from "/static/drive-check.js";
import { drawPads, takeSignatures } from "/static/drive-sign.js";
import { DriveView } from "/static/drive-view.js";
import { isForLater, send, timeLimit, WaitingReports } from "/static/drive-waiting.js";
import "/static/drive-map.js";

const LOOK_AGAIN_MS = 60_000, TRY_FIRST_MS = 3_000, TRY_LAST_MS = 30_000;
const day = document.getElementById("drive"), bar = document.getElementById("sending");
const words = JSON.parse(day.dataset.words), plural = new Intl.PluralRules(document.documentElement.lang);
const clockOf = new Intl.DateTimeFormat(document.documentElement.lang === "ar" ? "ar-u-nu-latn" : "en-GB",
  { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: day.dataset.zone });
const clock = (moment) => clockOf.format(new Date(moment));
const partsOf = (root) => [...root.querySelectorAll("[data-live]")];

const reports = new WaitingReports(), view = new DriveView(partsOf(document), words, clock);
let isOnline = true, isKnown = true, shownInBar = "";
let pause = TRY_FIRST_MS, timer, working = null, isAskedAgain = false;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-report]")) return;
  event.preventDefault();
  keep(form, event.submitter).catch(() => sendPlainly(form, event.submitter));
});
// What was said of a field is taken back as soon as something is changed: a browser sends no form that has a fault.
document.addEventListener("click", ({ target }) => {
  const form = target.closest?.("[data-report] button")?.form;
  if (form) forgive(form);
}, true);
document.addEventListener("input", ({ target }) => target.form?.matches("[data-report]") && forgive(target.form));
bar.addEventListener("click", async (event) => {
  const id = event.target.dataset.discard;
  if (id) { await reports.forget(id); await draw(); }
});
for (const [target, name] of [[window, "online"], [document, "visibilitychange"], [window, "pageshow"]]) {
  target.addEventListener(name, () => { if (!document.hidden) draw().catch(() => {}).then(work); });
}
day.classList.add("scripted");
takeSignatures(document);
draw().catch(() => {}).then(work);
install();

async function keep(form, button) {
  if (!checked(form, button, words)) return;
  const at = new Date().toISOString(), body = new URLSearchParams(new FormData(form));
  body.set(button.name, button.value);
  body.set("shift", day.dataset.shift);
  if (form.dataset.sent === body.toString()) return; // a double tap
  form.dataset.sent = body.toString();
  // The same page may be open twice, and what was not taken is reported anew: something else is another report.
  const known = await reports.get(body.get("event_id"));
  if (known && (known.state === "refused" || known.kind !== button.value || known.stop !== body.get("stop_id"))) {
    body.set("event_id", newId());
  }
  body.set("occurred_at", at);
  await reports.add({ id: body.get("event_id"), body: body.toString(), stop: body.get("stop_id"), kind: body.get("kind"),
    name: form.closest("[data-card]").dataset.name, shift: day.dataset.shift, at, state: "waiting" });
  navigator.storage?.persist?.();
  await draw();
  window.scrollTo({ top: 0 });
  document.querySelector(".next h1")?.focus({ preventScroll: true });
  work();
}

/** A random UUID, also where the page came without encryption and browsers have no `crypto.randomUUID`. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return [...bytes].map((byte, place) => ([4, 6, 8, 10].includes(place) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
}

/** Where a browser keeps nothing, the form goes the way that it goes without scripts. */
function sendPlainly(form, button) {
  const kind = Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value });
  form.append(kind);
  form.submit();
}

async function draw() {
  const mine = (await reports.all()).filter((report) => report.shift === day.dataset.shift);
  view.show(mine);
  drawPads(day);
  const waiting = mine.filter(({ state }) => state === "waiting"), refused = mine.filter(({ state }) => state === "refused");
  const now = JSON.stringify([isKnown, isOnline, waiting.map(({ id }) => id), refused.map(({ id }) => id)]);
  if (now === shownInBar) return;
  shownInBar = now;
  bar.replaceChildren();
  if (!isKnown) bar.append(line("bad", words.ended));
  if (waiting.length) bar.append(line(isOnline ? "" : "warn", said(waiting.length), waiting));
  for (const report of refused) bar.append(refusal(report));
}

function said(count) {
  const forms = isOnline ? words.sending : words.waiting;
  return (forms[plural.select(count)] ?? forms.other).replace(/[0-9]+/, String(count));
}

function line(tone, text, listed = []) {
  const box = Object.assign(document.createElement(listed.length ? "details" : "p"), { className: `notice ${tone}` });
  if (!listed.length) { box.textContent = text; return box; }
  box.append(Object.assign(document.createElement("summary"), { textContent: text }));
  const list = Object.assign(document.createElement("ul"), { className: "plain" });
  list.append(...listed.map((report) => Object.assign(document.createElement("li"), { textContent: labelOf(report) })));
  box.append(list);
  return box;
}

function refusal(report) {
  const box = Object.assign(document.createElement("div"), { className: "notice bad" });
  const text = Object.assign(document.createElement("p"), { textContent: `${words.refused} ${labelOf(report)}: ${report.detail}` });
  const button = Object.assign(document.createElement("button"), { type: "button", className: "secondary" });
  button.textContent = words.discard;
  button.dataset.discard = report.id;
  box.append(text, button);
  return box;
}

function labelOf(report) { return `\u2068${report.name}\u2069 · ${words.kinds[report.kind] ?? report.kind} · ${clock(report.at)}`; }

/** Send what waits, then read the day again; one at a time, once more if it is asked for meanwhile, and again by itself. */
function work() {
  isAskedAgain = Boolean(working);
  working ??= sendAndRead().finally(() => {
    working = null;
    if (isAskedAgain) work();
  });
  return working;
}

async function sendAndRead() {
  clearTimeout(timer);
  let isLeft = true;
  try {
    const sent = await send(reports, day.dataset.shift);
    isOnline = sent.online;
    isKnown = sent.known;
    if (isOnline && isKnown) isOnline = await read();
    await draw();
    isLeft = isKnown && await isAnyWaiting();
  } finally {
    pause = isLeft && !isOnline ? Math.min(2 * pause, TRY_LAST_MS) : TRY_FIRST_MS;
    timer = setTimeout(work, isLeft ? pause : LOOK_AGAIN_MS);
  }
}

async function isAnyWaiting() {
  return (await reports.all()).some(({ state, shift }) => state === "waiting" && shift === day.dataset.shift);
}

/** The day as the service has it now; whether it was reached. */
async function read() {
  let answer, text;
  try {
    const headers = { Accept: "text/html", "Wasl-Fresh": "1" };
    answer = await fetch("/drive", { headers, redirect: "manual", signal: timeLimit() });
    text = await answer.text();
  } catch {
    return false;
  }
  if (isForLater(answer.status)) return false;
  const page = answer.ok ? new DOMParser().parseFromString(text, "text/html") : null;
  const now = page?.getElementById("drive");
  if (!now || now.dataset.shift !== day.dataset.shift) {
    if (!(await isAnyWaiting())) window.location.reload(); // the shift is over, or this phone has another link now
    return true;
  }
  if (page.documentElement.lang !== document.documentElement.lang) window.location.reload();
  view.take(partsOf(page));
  for (const report of await reports.all()) {
    if (report.state === "sent" && report.recordedAt <= now.dataset.readAt) await reports.forget(report.id);
  }
  return true;
}

async function install() {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  const hadOne = Boolean(serviceWorker.controller);
  const taken = new Promise((resolve) => serviceWorker.addEventListener("controllerchange", () => {
    if (hadOne) window.location.reload(); // a newer version of these scripts
    resolve();
  }));
  try { await serviceWorker.register("/drive-worker.js", { scope: "/drive" }); } catch { return; }
  if (hadOne) return;
  await taken;
  await working;
  work(); // what is read from now on is kept
}
