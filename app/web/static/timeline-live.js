// A plan that is driven, in its lanes: where each stop stands, what is expected now instead of planned, and the hour it
// is. Looked for now and then, and as soon as a report is heard of; what changes is put onto the lanes as they are, and
// nothing that somebody is at moves.

const EVERY_MS = 30_000, LEAST_MS = 2_000, LEAST_OF_THE_PAGE_MS = 4_000; // however thick and fast reports come
const REPORTS = "/api/v1/events?kind=stop.*&kind=food.collected&kind=food.delivered&kind=food.refused";
const MATTERS_MS = 5 * 60_000;
const SIGNS = { done: "✓", arrived: "●", late: "!", refused: "⊘", failed: "✕" };
const WORDS = { done: "stop_done", failed: "stop_failed" }; // the others are named as they are

/** Keeps the lanes of `timeline` as the vans are; `changed` hears when a stop has come to stand otherwise. */
export class LiveStops {
  constructor(timeline, changed) {
    this.timeline = timeline;
    this.changed = atMostEvery(LEAST_OF_THE_PAGE_MS, changed);
    this.stops = new Map();
    this.now = null;
    this.known = null;
    this.stream = null;
    this.lookSoon = atMostEvery(LEAST_MS, () => this.look());
    timeline.afterDrawing = () => this.show();
    const look = () => { if (!document.hidden) this.look(); };
    look();
    setInterval(look, EVERY_MS);
    document.addEventListener("visibilitychange", () => { look(); this.#listen(); });
    this.#listen();
  }

  // A browser has few lines to one service: a page that nobody looks at keeps none. Where there is no place to listen, the
  // stream ends, and what is looked for now and then is all.
  #listen() {
    if (document.hidden) { this.stream?.close(); this.stream = null; return; }
    if (this.stream && this.stream.readyState !== EventSource.CLOSED) return;
    this.stream = new EventSource(REPORTS);
    this.stream.addEventListener("message", this.lookSoon);
  }

  async look() {
    const answer = await fetch(`/api/v1/plans/${this.timeline.element.dataset.plan}/arrivals`).catch(() => null);
    if (!answer?.ok) return;
    const { routes, read_at: now } = await answer.json();
    this.stops = new Map(routes.flatMap(({ stops }) => stops.map((stop) => [stop.stop_id, stop])));
    this.now = Date.parse(now);
    const told = JSON.stringify([...this.stops.values()].map(({ stop_id: id, standing }) => [id, standing]));
    const isNews = this.known !== null && this.known !== told;
    this.known = told;
    if (this.timeline.reach([...this.stops.values()].map((stop) => stop.begins_at).filter(Boolean).map(Date.parse))) this.timeline.draw();
    else this.show();
    if (isNews) this.changed();
  }

  show() {
    const { element } = this.timeline;
    for (const old of element.querySelectorAll(".expected-mark, .now-line")) old.remove();
    if (this.now === null) return;
    for (const mark of element.querySelectorAll("[data-stop]")) this.#dress(mark, this.stops.get(mark.dataset.stop));
    this.#showNow();
  }

  #dress(mark, live) {
    if (!live) return;
    const { timeline } = this, { words } = timeline;
    mark.dataset.plan ??= mark.title;
    const said = [mark.dataset.plan];
    const sign = SIGNS[live.standing];
    mark.dataset.live = live.standing;
    if (sign) {
      mark.querySelector(".sign").textContent = sign;
      said.push(words[WORDS[live.standing] ?? live.standing]);
    }
    const planned = timeline.find(mark.dataset.stop)?.stop.begin_at;
    if (live.begins_at && planned && Math.abs(Date.parse(live.begins_at) - Date.parse(planned)) >= MATTERS_MS) {
      said.push(words.expected.replace("{time}", timeline.at(live.begins_at)));
      this.#markExpected(mark, live, said.at(-1));
    }
    if (live.standing === "late") said.push(words.too_late.replace("{time}", timeline.at(live.begin_by)));
    const text = said.join(words.comma);
    if (mark.title === text) return;
    mark.title = text;
    mark.setAttribute("aria-label", text);
  }

  #markExpected(mark, live, title) {
    const ghost = document.createElement("span");
    ghost.className = `expected-mark ${live.standing}`;
    ghost.title = title;
    ghost.style.insetInlineStart = `${100 * this.timeline.axis.share(Date.parse(live.begins_at))}%`;
    mark.before(ghost);
  }

  #showNow() {
    const share = this.timeline.axis.share(this.now);
    if (share < 0 || share > 1) return;
    const text = this.timeline.words.now.replace("{time}", this.timeline.at(this.now));
    for (const line of this.timeline.element.querySelectorAll(".timeline-grid .line")) {
      const here = document.createElement("span");
      here.className = "now-line";
      here.style.insetInlineStart = `${100 * share}%`;
      if (line.parentElement.classList.contains("lane-hours")) {
        here.classList.add("told", share > 0.5 ? "before" : "behind");
        here.append(Object.assign(document.createElement("span"), { textContent: text }));
      }
      line.append(here);
    }
  }
}

/** `deed`, as often as it is asked for but not oftener than so: what is asked for too soon is done once, later. */
function atMostEvery(milliseconds, deed) {
  let last = -milliseconds, isWaiting = false;
  return () => {
    if (isWaiting) return;
    isWaiting = true;
    setTimeout(() => { isWaiting = false; last = performance.now(); deed(); }, Math.max(0, last + milliseconds - performance.now()));
  };
}
