// The driver's phone: a report is kept on it first, shown at once, and sent as soon as there is a connection.
import { Bar } from "/static/drive-bar.js";
import { checked, forgive } from "/static/drive-check.js";
import { adoptDrafts, forgetOld, keepDraft, photosFor, sendPhotos, showDraft } from "/static/drive-photos.js";
import { followHand } from "/static/drive-hand.js";
import { followPresses, isPressed, released } from "/static/drive-press.js";
import { drawPads, isDrawing, takeSignatures } from "/static/drive-sign.js";
import { Sharing } from "/static/drive-share.js";
import { DriveView } from "/static/drive-view.js";
import { isForLater, send, timeLimit, WaitingReports } from "/static/drive-waiting.js";
import "/static/drive-map.js";

const LOOK_AGAIN_MS = 60_000, TRY_FIRST_MS = 3_000, TRY_LAST_MS = 30_000;
const day = document.getElementById("drive"), words = JSON.parse(day.dataset.words);
const clockOf = new Intl.DateTimeFormat(document.documentElement.lang === "ar" ? "ar-u-nu-latn" : "en-GB",
  { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: day.dataset.zone });
const clock = (moment) => clockOf.format(new Date(moment));
const partsOf = (root) => [...root.querySelectorAll("[data-live]")];

const reports = new WaitingReports(), view = new DriveView(partsOf(document), words, clock);
const bar = new Bar(document.getElementById("sending"), words, clock);
const phone = document.getElementById("this-phone");
const sharing = new Sharing(phone, { shift: day.dataset.shift, from: day.dataset.from, until: day.dataset.until, words: words.share, clock });
let isOnline = true, isKnown = true, sendingPhotos = null;
let isFresh = !navigator.serviceWorker?.controller; // the page that is shown came from the service just now
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
bar.element.addEventListener("click", async (event) => {
  const id = event.target.dataset.discard;
  if (!id) return;
  await reports.forget(id);
  for (const photo of await reports.photos()) if ([photo.id, photo.report].includes(id)) await reports.forgetPhoto(photo.id);
  await draw();
});
// A photo is kept as soon as it is taken; where that fails it stays in its field, and goes with the form.
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-report] input[name=photo]")) keepDraft(reports, target, day.dataset, newId()).then(draw).then(work).catch(() => {});
});
document.addEventListener("click", async ({ target }) => {
  const id = target.dataset?.removePhoto;
  if (id) { await reports.forgetPhoto(id); await draw(); }
});
const lookAgain = () => { if (!document.hidden) draw().catch(() => {}).then(work); };
window.addEventListener("online", lookAgain);
document.addEventListener("visibilitychange", lookAgain);
window.addEventListener("pageshow", ({ persisted }) => { if (persisted) lookAgain(); }); // else it is being read already
day.classList.add("scripted");
phone.hidden = false;
followHand(day, phone.querySelector("[data-left-hand]"));
takeSignatures(document);
followPresses(document);
forgetOld(reports, day.dataset.shift).catch(() => {}).then(draw).catch(() => {}).then(work);
install();

async function keep(form, button) {
  if (!checked(form, button, words)) return;
  const at = new Date().toISOString(), filled = new FormData(form), hasPhoto = filled.has("photo");
  filled.delete("photo");
  const body = new URLSearchParams(filled);
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
  const photos = hasPhoto ? await photosFor(reports, body.get("stop_id")) : [];
  await reports.add({ id: body.get("event_id"), body: body.toString(), stop: body.get("stop_id"), kind: body.get("kind"),
    name: form.closest("[data-card]").dataset.name, shift: day.dataset.shift, at, state: "waiting" }, photos);
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
  const isHeld = () => isDrawing() || isPressed();
  let kept;
  do { await released(isHeld); kept = await reports.everything(); } while (isHeld());
  const isMine = ({ shift }) => shift === day.dataset.shift;
  const mine = kept.reports.filter(isMine);
  view.show(mine);
  bar.show({ isKnown, isOnline, reports: mine, photos: kept.photos.filter(isMine) });
  drawPads(day);
  if (day.querySelector("[data-all-done]")) sharing.end(words.share.over);
  if (await adoptDrafts(reports, mine)) return draw();
  return showDraft(reports, document.querySelector("[data-card]"), words);
}

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
    if (!isKnown) await forgetOld(reports);
    const isShown = isFresh && !(await reports.all()).length; // what was read a moment ago is not read again
    isFresh = false;
    if (isOnline && isKnown && !isShown) isOnline = await read();
    if (isOnline && isKnown) sendingPhotos ??= photosOn();
    await draw();
    isLeft = isKnown && (await reports.all()).some(isWaiting); // a photo that is on its way, or was lost, waits for the next look
  } finally {
    pause = isLeft && !isOnline ? Math.min(2 * pause, TRY_LAST_MS) : TRY_FIRST_MS;
    timer = setTimeout(work, isLeft ? pause : LOOK_AGAIN_MS);
  }
}

/** Photos go beside the reports, which do not wait for them. */
function photosOn() {
  return sendPhotos(reports, day.dataset.shift).catch(() => {}).then(() => { sendingPhotos = null; return draw(); });
}

function isWaiting({ state, shift }) { return state === "waiting" && shift === day.dataset.shift; }

async function isAnyWaiting() { return [...await reports.all(), ...await reports.photos()].some(isWaiting); }

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
    await forgetOld(reports);
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
