// Photos of a stop: made smaller and kept on the phone as soon as they are taken, since a phone may end the page while its camera
// is open; they belong to the report that is made next, and go to the service after it, so that no picture holds a report up.
import { smaller } from "/static/offer-photos.js";
import { isForLater, timeLimit } from "/static/drive-waiting.js";

const HOUR_MS = 3_600_000, TAKEN_HOURS = 12; // so long after its shift's end the service takes a photo
const LONGEST_SHIFT_HOURS = 16; // for a photo that does not say when its shift ends
const SECONDS = 180; // a picture may take minutes where the line is thin

/** Forget photos that the service takes no more: their shift, unless it is `but`, ended more than twelve hours ago. */
export async function forgetOld(store, but = null) {
  for (const { id, shift, until, at } of await store.photos()) {
    const ended = until ? new Date(until).getTime() : new Date(at).getTime() + LONGEST_SHIFT_HOURS * HOUR_MS;
    if (shift !== but && Date.now() >= ended + TAKEN_HOURS * HOUR_MS) await store.forgetPhoto(id);
  }
}

/** Keep what was chosen in a field as the draft of its stop, in the place of the one before; the field is empty then. */
export async function keepDraft(store, field, { shift, until }, id) {
  const card = field.closest("[data-card]"), [file] = field.files, at = new Date().toISOString();
  if (!file) return;
  const picture = await smaller(file);
  const bytes = await picture.arrayBuffer();
  for (const draft of await draftsOf(store, card.dataset.card)) await store.forgetPhoto(draft.id);
  await store.putPhoto({ id, shift, until, bytes, type: picture.type, stop: card.dataset.card, name: card.dataset.name, report: null,
    state: "draft", at });
  field.value = "";
}

/** What goes with the next report of a stop: its draft, and what went with one that the service did not take. */
export async function photosFor(store, stop) {
  const refused = new Set((await store.all()).filter((each) => each.state === "refused" && each.stop === stop).map(({ id }) => id));
  return [...await draftsOf(store, stop), ...(await store.photos()).filter((photo) => refused.has(photo.report))];
}

/** A picture that was still being made smaller when its stop was reported goes after that report; whether there was one. */
export async function adoptDrafts(store, reports) {
  let isAny = false;
  for (const draft of (await store.photos()).filter(({ state }) => state === "draft")) {
    const later = reports.find(({ stop, kind, at }) => stop === draft.stop && kind !== "arrived" && at >= draft.at);
    if (later) await store.putPhoto({ ...draft, report: later.id, state: "waiting" });
    isAny ||= Boolean(later);
  }
  return isAny;
}

/** What was taken at a stop and is not reported yet. */
async function draftsOf(store, stop) {
  return (await store.photos()).filter((photo) => photo.state === "draft" && photo.stop === stop);
}

/** Show in the card the draft of its stop. */
export async function showDraft(store, card, words) {
  const list = card?.querySelector("[data-taken]");
  if (!list) return;
  const [draft] = await draftsOf(store, card.dataset.card);
  if ((list.dataset.taken || "") === (draft?.id ?? "")) return;
  list.dataset.taken = draft?.id ?? "";
  for (const image of list.querySelectorAll("img")) URL.revokeObjectURL(image.src);
  list.replaceChildren();
  if (!draft) return;
  const item = document.createElement("li"), button = document.createElement("button");
  const image = Object.assign(new Image(), { alt: words.photo, src: URL.createObjectURL(new Blob([draft.bytes], { type: draft.type })) });
  Object.assign(button, { type: "button", className: "quiet", textContent: words.remove });
  button.dataset.removePhoto = draft.id;
  item.append(image, button);
  list.append(item);
}

/** Send what waits for this shift and whose report is with the service, also what comes meanwhile; ends at the first photo that
 *  does not get through. */
export async function sendPhotos(store, shift) {
  for (let photo; (photo = await nextPhoto(store, shift));) if (!(await isAnswered(store, photo))) return;
}

/** Of reports and photos as they stand at one moment: a report that is kept just now holds its photo back. */
async function nextPhoto(store, shift) {
  const { reports, photos } = await store.everything();
  const held = new Set(reports.filter(({ state }) => state !== "sent").map(({ id }) => id));
  return photos.find((photo) => photo.state === "waiting" && photo.shift === shift && !held.has(photo.report));
}

/** Send one photo; whether the service took it, or said why not. */
async function isAnswered(store, photo) {
  let answer;
  try {
    answer = await fetch(`/api/v1/driver/stop-events/${photo.report}/photos/${photo.id}`, { method: "PUT", redirect: "manual",
      signal: timeLimit(SECONDS), headers: { Accept: "application/json", "Content-Type": photo.type }, body: photo.bytes });
  } catch {
    return false;
  }
  if (isForLater(answer.status) || [401, 403].includes(answer.status)) return false;
  const told = await answer.json().catch(() => null);
  if (answer.ok && !told?.sha256) return false; // something else answered in the service's place
  if (answer.ok) await store.forgetPhoto(photo.id);
  else await store.putPhoto({ ...photo, state: "refused", detail: told?.detail ?? String(answer.status) });
  return true;
}
