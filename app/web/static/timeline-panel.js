// What is chosen in the lanes, and where it is to go: for whoever does not drag, and for seeing what it would cost.
import { isVisit } from "/static/timeline-axis.js";
import { labelOf } from "/static/timeline-lanes.js";

const MOST_SAID = 4;

export class TimelinePanel {
  constructor(timeline) {
    this.timeline = timeline;
    this.form = timeline.element.querySelector("[data-panel]");
    this.outcome = this.form.querySelector("[data-outcome]");
    this.form.addEventListener("change", (event) => this.#chosen(event.target));
    this.form.addEventListener("submit", (event) => { event.preventDefault(); timeline.letGo(); });
    this.form.querySelector("[data-close]").addEventListener("click", () => this.leave());
    this.form.querySelector("[data-lock]").addEventListener("click", () => this.#lock());
  }

  openStop({ stop, shift }) {
    this.#open("stop", labelOf(this.timeline, stop));
    const { order } = this.timeline;
    const free = order.filter((id) => id === shift || (!this.timeline.routes.get(id)?.locked && stop.kind !== "break"));
    fill(this.form.shift, free.map((id) => [id, this.timeline.shift(id).vehicle]), shift);
    this.#places(shift, String(stop.sequence));
    this.form.querySelector("[data-give]").disabled = true;
  }

  openRoute(shift) {
    const { routes, order, words } = this.timeline, route = routes.get(shift);
    this.#open("route", this.timeline.shift(shift).vehicle);
    fill(this.form.other, [["", "–"], ...order.filter((id) => id !== shift && !routes.get(id)?.locked)
      .map((id) => [id, `${this.timeline.shift(id).vehicle}${this.timeline.shift(id).driver ? `${words.comma}${this.timeline.shift(id).driver}` : ""}`])], "");
    this.form.other.disabled = route.locked;
    this.form.querySelector("[data-lock]").textContent = route.locked ? words.unlock : words.lock;
    this.form.querySelector("[data-give]").disabled = true;
  }

  /** The choices say what is carried, wherever it was carried from. */
  follow(command) {
    if (this.form.hidden || !this.timeline.carried?.stop) return;
    const to = command.shift_id ?? this.timeline.carried.shift;
    this.form.shift.value = to;
    this.#places(to, command.position ? String(command.position) : "");
  }

  showOutcome({ done, refused }) {
    const { words, violations: before } = this.timeline;
    this.form.querySelector("[data-give]").disabled = !done;
    if (!done) return this.outcome.replaceChildren(paragraph(refused ?? words.failed, "fault"));
    // By what they say and not by their words: the plan was read in another language, perhaps.
    const named = (each) => `${each.code} ${JSON.stringify(Object.entries(each.details).sort())}`;
    const known = new Set(before.map(named));
    const said = [...new Set(done.violations.filter((each) => !known.has(named(each))).map((each) => each.sentence))];
    const list = document.createElement("ul");
    list.append(...said.slice(0, MOST_SAID).map((each) => Object.assign(document.createElement("li"), { textContent: each })));
    if (said.length > MOST_SAID) list.append(Object.assign(document.createElement("li"), { textContent: `+${said.length - MOST_SAID}` }));
    this.outcome.replaceChildren(
      paragraph(this.timeline.costs(done.metres_more, done.seconds_more), "figures"),
      ...(said.length ? [paragraph(words.breaks, "flag"), list] : [paragraph(words.nothing_broken, "muted")]));
  }

  leave() {
    const name = this.timeline.carried?.stop?.id ?? this.timeline.carried?.shift;
    this.close();
    this.timeline.putBack();
    if (name) this.timeline.focus(name);
  }

  close() {
    this.form.hidden = true;
    this.outcome.replaceChildren();
  }

  /** Nothing is tried. */
  clear() {
    this.outcome.replaceChildren();
    this.form.querySelector("[data-give]").disabled = true;
  }

  /** For whoever came here by keyboard. */
  focus() {
    if (!this.form.hidden) [...this.form.querySelectorAll("select:enabled, button:enabled")].find((each) => each.offsetParent)?.focus();
  }

  #open(what, title) {
    this.form.hidden = false;
    this.outcome.replaceChildren();
    this.form.querySelector("[data-title]").textContent = title;
    for (const part of this.form.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== what;
  }

  // A place is told by the number of the stop that it makes, as lanes and lists count them: breaks have none.
  #places(shift, chosen) {
    const { carried, routes, words } = this.timeline;
    const others = (routes.get(shift)?.stops ?? []).filter((stop) => isVisit(stop) && stop.id !== carried.stop.id);
    const place = (position) => {
      const ahead = others.slice(0, position - 1);
      const phrase = ahead.at(-1)?.kind === "break" ? words.place_after_break : words.place;
      return phrase.replace("{number}", String(1 + ahead.filter((stop) => stop.kind !== "break").length));
    };
    fill(this.form.place, [["", words.best], ...Array.from({ length: others.length + 1 }, (_, number) =>
      [String(number + 1), place(number + 1)])], chosen);
  }

  #chosen(field) {
    const { timeline } = this, { carried } = timeline;
    if (carried === null) return;
    if (field === this.form.shift) this.#places(this.form.shift.value, "");
    timeline.unpreview(); // what was tried before is not what is chosen now
    const command = carried.stop
      ? timeline.commandFor(this.form.shift.value || carried.shift, Number(this.form.place.value) || undefined)
      : this.form.other.value
        ? { kind: "give_route_to_shift", route_id: timeline.routes.get(carried.shift).id, shift_id: this.form.other.value }
        : null;
    if (!command) return;
    this.outcome.replaceChildren(paragraph(timeline.words.trying, "muted"));
    timeline.preview(command);
  }

  #lock() {
    const route = this.timeline.routes.get(this.timeline.carried.shift);
    this.timeline.give({ kind: route.locked ? "unlock_route" : "lock_route", route_id: route.id });
  }
}

function fill(select, options, chosen) {
  select.replaceChildren(...options.map(([value, text]) => new Option(text, value, false, value === chosen)));
}

function paragraph(text, classes) {
  return Object.assign(document.createElement("p"), { textContent: text, className: classes });
}
