// The page as the service wrote it, with what this phone has reported since on top: which stop is next, what is on board.
const REST_MS = 600;
const ENDS = { collected: "done", delivered: "done", refused: "done", failed: "failed" };

/** The state that a report leaves its stop in: a problem with some of the food is no failure of the stop. */
export function endOf(report) {
  const kind = report.kind.startsWith("problem-") ? endOfProblem(report) : report.kind;
  return ENDS[kind] ?? "";
}

function endOfProblem(report) {
  const form = new URLSearchParams(report.body), reason = form.get("reason");
  if (report.kind === "problem-drop_off") return ["refused_at_the_door", "too_warm"].includes(reason) ? "refused" : "failed";
  const isLoaded = [...form].some(([name, kg]) => name.startsWith("kg-") && /[1-9١-٩]/.test(kg));
  return ["van_full", "too_warm", "other"].includes(reason) && isLoaded ? "collected" : "failed";
}

export class DriveView {
  constructor(parts, words, clock) {
    this.words = words;
    this.clock = clock;
    this.wrote = parts.map((part) => part.innerHTML);
    this.parts = parts;
    this.shown = "";
  }

  /** What the service writes now. */
  take(parts) {
    const news = parts.map((part) => part.innerHTML);
    if (news.some((each, number) => withoutIds(each) !== withoutIds(this.wrote[number]))) this.shown = "";
    this.wrote = news;
  }

  /** Show these reports on top of what the service wrote, if that is not what is shown; what somebody is filling in stays. */
  show(reports) {
    const now = JSON.stringify(reports.map(({ id, state }) => [id, state]));
    if (now === this.shown) return;
    this.shown = now;
    const typed = this.#typed();
    this.parts.forEach((part, number) => { part.innerHTML = this.wrote[number]; });
    const cards = this.#cards(), ended = new Map();
    for (const report of reports) {
      if (report.state === "refused") { refill(cards.get(report.stop), report); continue; }
      if (report.kind === "arrived") this.#arrived(cards.get(report.stop), report);
      else if (endOf(report)) ended.set(report.stop, report);
      if (endOf(report)) onBoard(cards, report);
    }
    this.#next(cards, ended);
    this.#rows(ended);
    restore(typed, cards);
  }

  /** The cards of the stops to be made, by stop, in their order: the first is on the page, the others wait in it. */
  #cards() {
    const later = document.querySelector("template[data-later]");
    const found = [document, later?.content].flatMap((each) => (each ? [...each.querySelectorAll("[data-card]")] : []));
    return new Map(found.map((card) => [card.dataset.card, card]));
  }

  #arrived(card, report) {
    const here = card?.querySelector("form.here");
    if (!here) return;
    const said = Object.assign(document.createElement("p"), { className: "here" });
    const state = Object.assign(document.createElement("span"), { className: "state good" });
    state.textContent = `✓ ${this.words.arrived.replace("{time}", this.clock(report.at))}`;
    said.append(state);
    here.replaceWith(said);
  }

  /** One card is on the page: the first whose stop has not ended, or that all is done. */
  #next(cards, ended) {
    const [shown] = cards.values();
    const following = [...cards.values()].find((card) => !ended.has(card.dataset.card));
    if (!shown) return;
    const now = following ?? document.querySelector("template[data-later]").content.querySelector("[data-all-done]");
    if (now !== shown) shown.replaceWith(now);
    this.#rest(now);
  }

  /** A card that has just come is not pressed by a second tap that was meant for the one before. */
  #rest(card) {
    if (card.dataset.card !== this.card) this.restUntil = this.card === undefined ? 0 : performance.now() + REST_MS;
    this.card = card.dataset.card ?? "";
    const left = this.restUntil - performance.now();
    if (left <= 0) return;
    const buttons = [...card.querySelectorAll("button")];
    for (const button of buttons) button.disabled = true;
    setTimeout(() => { for (const button of buttons) button.disabled = false; }, left);
  }

  #rows(ended) {
    for (const [stop, report] of ended) {
      const row = document.querySelector(`[data-row="${CSS.escape(stop)}"]`);
      if (!row) continue;
      const isWaiting = report.state === "waiting", failed = endOf(report) === "failed";
      row.classList.add(failed ? "failed" : "done");
      const state = Object.assign(document.createElement("span"), { className: `state ${failed ? "bad" : "good"}` });
      state.textContent = `${failed ? `✕ ${this.words.failed}` : `✓ ${this.words.done}`}${isWaiting ? ` · ${this.words.waits}` : ""}`;
      const before = row.querySelector(".state");
      if (before) before.replaceWith(state); else row.querySelector("[data-name]").after(" ", state);
    }
    const rows = [...document.querySelectorAll("[data-row]")];
    const count = rows.filter((row) => row.classList.contains("done") || row.classList.contains("failed")).length;
    document.querySelector("[data-count]").textContent =
      this.words.count.replace("{done}", count).replace("{total}", rows.length);
  }

  /** What is written or chosen in the card that is shown, and not yet reported. */
  #typed() {
    const card = document.querySelector("[data-card]");
    if (!card) return null;
    const fields = [...card.querySelectorAll("input")];
    return {
      card: card.dataset.card,
      texts: fields.filter((field) => !["radio", "hidden", "file"].includes(field.type) && field.value !== field.defaultValue)
        .map((field) => [field.name, field.value]),
      drawn: card.querySelector("input[name=strokes]")?.value,
      camera: card.querySelector("input[type=file]"),
      reason: fields.find((field) => field.type === "radio" && field.checked)?.value,
      open: [...card.querySelectorAll("details[open]")].map((details) => details.className),
      focus: card.contains(document.activeElement) ? document.activeElement.id : "",
    };
  }
}

/** Each page has other ids for what may be reported from it. */
function withoutIds(text) { return text.replace(/name="event_id" value="[^"]*"/g, ""); }

/** What was collected is what there is to bring: nothing where the stop failed. */
function onBoard(cards, report) {
  if (report.kind !== "collected" && report.kind !== "problem-pickup") return;
  const failed = endOf(report) === "failed";
  for (const [name, kg] of new URLSearchParams(report.body)) {
    if (!name.startsWith("kg-")) continue;
    for (const card of cards.values()) {
      const field = card.dataset.kind === "drop_off" && card.querySelector(`input[name="${CSS.escape(name)}"]:not([data-held])`);
      if (field) field.setAttribute("value", failed ? "0" : kg);
    }
  }
}

/** What the service did not take is in its card again, to be put right. */
function refill(card, report) {
  for (const [name, value] of new URLSearchParams(report.body)) {
    if (!/^(kg-|celsius-|(note|signed_by|strokes)$)/.test(name)) continue;
    const field = card?.querySelector(`input[name="${CSS.escape(name)}"]`);
    if (field) field.setAttribute("value", value);
  }
}

function restore(typed, cards) {
  const card = typed && cards.get(typed.card);
  if (!card) return;
  for (const [name, value] of typed.texts) {
    const field = card.querySelector(`input[name="${CSS.escape(name)}"]`);
    if (field) field.value = value;
  }
  const chosen = typed.reason && card.querySelector(`input[value="${CSS.escape(typed.reason)}"]`);
  if (chosen) chosen.checked = true;
  const drawn = card.querySelector("input[name=strokes]");
  if (drawn && typed.drawn) drawn.value = typed.drawn;
  // The same field, not one like it: the camera that it opened gives the picture to it alone.
  if (typed.camera) card.querySelector("input[type=file]")?.replaceWith(typed.camera);
  for (const details of card.querySelectorAll("details")) if (typed.open.includes(details.className)) details.open = true;
  if (typed.focus) document.getElementById(typed.focus)?.focus({ preventScroll: true });
}
