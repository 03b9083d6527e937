// The dispatcher's lanes: every route on the hours of the day, and a draft edited there. What a command would do is
// shown while a stop is carried, by mouse, by keyboard or by choosing; nothing is kept before it is let go.
import { axisOf, isVisit, sequenceAt, shareAt } from "/static/timeline-axis.js";
import { carriedOn, drawHours, drawLane, laneOf } from "/static/timeline-lanes.js";
import { PlanCommands } from "/static/plan-commands.js";
import { TimelinePanel } from "/static/timeline-panel.js";

const FIRST_MOVE = 5; // pixels that make a press a drag
const WIDTHS = [1, 1.5, 2, 3, 4]; // of the hours, in widths of the page

export class Timeline {
  constructor(element, plan) {
    const { dataset } = element;
    this.element = element;
    this.words = JSON.parse(dataset.words);
    this.isEditable = "editable" in dataset;
    this.commands = new PlanCommands(dataset.plan, Number(dataset.version));
    this.edits = Number(dataset.edits);
    this.shifts = JSON.parse(dataset.shifts);
    this.routes = new Map(plan.routes.map((route) => [route.shift_id, route]));
    this.violations = plan.violations;
    this.clock = new Intl.DateTimeFormat("en-GB",
      { timeZone: dataset.zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    this.width = 0;
    this.lineWidth = 0; // pixels of the hours
    this.rows = new Map(); // by shift, in how many rows its stops lie
    this.reached = []; // instants that the hours have to reach to, beside what is planned
    this.isGiving = false;
    this.hasDragged = false; // since the last press: the click that follows belongs to the drag
    this.carried = null; // { shift, stop, command, tried }: whose it is, what it is (none: the route), what was tried last
    this.panel = this.isEditable ? new TimelinePanel(this) : null;
    this.order = this.#order();
    element.hidden = false;
    this.draw();
    this.#listen();
    this.#followWidth();
  }

  at(instant) { return this.clock.format(new Date(instant)); }

  shift(id) { return this.shifts.find((each) => each.id === id); }

  /** The stop with this id, and the shift whose route it is on. */
  find(id) {
    for (const [shift, route] of this.routes) {
      const stop = route.stops.find((each) => each.id === id);
      if (stop) return { stop, shift };
    }
    return null;
  }

  draw() {
    this.axis = axisOf([...this.reached, ...this.shifts.flatMap((shift) => [shift.starts_at, shift.ends_at]).map(Date.parse),
      ...[...this.routes.values()].flatMap(({ stops }) => [stops[0].leave_at, stops.at(-1).leave_at].map(Date.parse))]);
    const grid = this.element.querySelector("[data-grid]");
    grid.style.setProperty("--wide", String(WIDTHS[this.width]));
    grid.style.setProperty("--hours", String(this.axis.hours.length - 1));
    this.lineWidth = this.#measured();
    if (this.carried === null) this.rows.clear();
    grid.replaceChildren(drawHours(this), ...this.order.map((id) => this.#lane(id)));
    this.afterDrawing?.();
  }

  #measured() {
    const grid = this.element.querySelector("[data-grid]");
    return grid.getBoundingClientRect().width - parseFloat(getComputedStyle(grid).getPropertyValue("--head"));
  }

  // A phone that is turned has other widths.
  #followWidth() {
    new ResizeObserver(() => {
      if (this.carried !== null || this.isGiving || Math.abs(this.#measured() - this.lineWidth) < 1) return;
      const name = this.#focused();
      this.draw();
      if (name) this.#focusAgain(name);
    }).observe(this.element);
  }

  /** Have the hours reach to these instants; whether they have to be drawn anew for that. */
  reach(instants) {
    this.reached = instants;
    return instants.some((at) => at < this.axis.from || at > this.axis.until);
  }

  #order() {
    const driven = [...this.routes.values()].sort((a, b) => a.number - b.number).map((route) => route.shift_id);
    return [...driven, ...this.shifts.map((shift) => shift.id).filter((id) => !this.routes.has(id))];
  }

  #lane(id, route = this.routes.get(id), tried = null) {
    const broken = (tried ?? this).violations.filter((each) => each.shift_id === id);
    const number = this.routes.get(id)?.number ?? this.order.indexOf(id) + 1;
    return drawLane(this, this.shift(id), route, { number, broken, isTried: tried !== null, carried: this.carried });
  }

  #redraw(ids, tried = null) {
    for (const id of ids) {
      const route = tried?.routes.find((each) => each.shift_id === id);
      const isGone = tried?.routes_gone.includes(this.routes.get(id)?.id);
      laneOf(this.element, id)?.replaceWith(this.#lane(id, isGone ? undefined : route ?? this.routes.get(id), tried));
    }
  }

  /** Whether there is something of that name to go to. */
  focus(name) {
    const found = name && this.element.querySelector(`[data-stop="${name}"], [data-lane-head="${name}"]`);
    found?.focus();
    return Boolean(found);
  }

  #focused() {
    const found = document.activeElement?.closest?.("[data-stop], [data-lane-head]");
    return found?.dataset.stop ?? found?.dataset.laneHead;
  }

  // Lanes are drawn anew: whoever was in them stays there.
  #focusAgain(...names) {
    const { activeElement } = document;
    if (!activeElement || activeElement === document.body || activeElement.disabled) names.some((name) => this.focus(name));
  }

  say(text) { this.element.querySelector("[data-said]").textContent = text; }

  /** What a refusal says, or that nobody answered. */
  sayRefused(answer) {
    this.say(answer.refused ?? this.words.failed);
    if (answer.isStale) this.#offerToReadAgain();
  }

  #offerToReadAgain() {
    const link = document.createElement("a");
    link.href = window.location.href;
    link.textContent = this.words.outdated;
    this.element.querySelector("[data-said]").append(" ", link);
  }

  /** Show what a command would do to a stop or a route that is chosen; the last one that is asked for counts. */
  async preview(command) {
    const answer = await this.commands.tried(command);
    if (answer === null || this.carried === null) return null;
    this.carried.command = answer.done ? command : null;
    this.#showTried(answer.done ?? null);
    this.panel?.showOutcome(answer);
    return answer;
  }

  #showTried(tried) {
    const before = this.carried.tried, name = this.#focused();
    this.carried.tried = tried;
    const drawn = (each) => each ? [...each.routes.map((route) => route.shift_id),
      ...[...this.routes].filter(([, route]) => each.routes_gone.includes(route.id)).map(([id]) => id)] : [];
    const other = new Set(drawn(tried));
    this.#redraw(drawn(before).filter((id) => !other.has(id)));
    this.#redraw(other, tried);
    if (name) this.#focusAgain(name, this.carried.command?.shift_id, this.carried.shift);
  }

  /** Nothing is tried: what is carried is where it was. */
  unpreview() {
    this.commands.forget();
    this.carried.command = null;
    this.#showTried(null);
    this.panel?.clear();
  }

  /** Begin to carry a stop (or, without one, a route): what was carried before is put back. */
  carry(shift, stop = null) {
    const name = this.#focused();
    this.putBack();
    this.carried = { shift, stop, command: null, tried: null };
    this.#redraw([shift]);
    if (name) this.#focusAgain(name, shift);
  }

  putBack() {
    if (this.carried === null) return;
    this.commands.forget();
    const { shift } = this.carried, name = this.#focused();
    this.#showTried(null);
    this.carried = null;
    this.#redraw([shift]);
    if (name) this.#focusAgain(name, shift);
  }

  /** Keep what was tried last. */
  async letGo() {
    const command = this.carried?.command;
    if (!command) return;
    await this.give(command);
  }

  async give(command) { await this.#once(async () => this.#keep(await this.commands.given(command))); }

  // One edit after the other: the next one is made from the version that this one leaves.
  async #once(edit) {
    if (this.#isBusy()) return;
    this.isGiving = true;
    try { await edit(); } finally { this.isGiving = false; }
  }

  async takeBack() {
    if (this.#isBusy()) return;
    this.panel?.close();
    this.putBack();
    if (this.edits > 0) await this.#once(async () => this.#keep(await this.commands.takenBack(), this.words.undone));
  }

  #isBusy() {
    if (this.isGiving) this.say(this.words.trying);
    return this.isGiving;
  }

  async #keep(answer, word = this.words.done) {
    const { stop, shift, command } = this.carried ?? {};
    const names = [this.#focused(), stop?.id, command?.shift_id, shift, this.order[0]];
    this.putBack();
    this.panel?.close();
    if (!answer.done) { this.#focusAgain(...names); return this.sayRefused(answer); }
    const { plan, routes, routes_gone: gone, violations, metres_more: metres, seconds_more: seconds } = answer.done;
    for (const route of this.routes.values()) if (gone.includes(route.id)) this.routes.delete(route.shift_id);
    for (const route of routes) this.routes.set(route.shift_id, route);
    this.violations = violations;
    this.edits = plan.edits;
    this.element.querySelector("[data-tool=undo]").disabled = this.edits === 0;
    this.order = this.#order();
    this.draw();
    this.#focusAgain(...names);
    this.say(`${word} ${this.costs(metres, seconds)}`);
    document.dispatchEvent(new CustomEvent("plan-edited", { detail: { routes, gone } }));
  }

  costs(metres, seconds) {
    const sign = (value, text) => `\u2066${value > 0 ? "+" : value < 0 ? "−" : "±"}${text}\u2069`;
    return this.words.more
      .replace("{km}", sign(metres, (Math.abs(metres) / 1000).toFixed(1)))
      .replace("{minutes}", sign(seconds, String(Math.round(Math.abs(seconds) / 60))));
  }

  #listen() {
    const { element } = this;
    element.addEventListener("click", (event) => this.#click(event));
    if (!this.isEditable) return;
    element.addEventListener("pointerdown", (event) => this.#press(event));
    element.addEventListener("keydown", (event) => this.#key(event));
  }

  #click(event) {
    if (this.hasDragged && event.detail > 0) return;
    const tool = event.target.closest("[data-tool]")?.dataset.tool;
    if (tool === "undo") this.takeBack();
    if (tool === "wider" || tool === "narrower") {
      this.width = Math.min(WIDTHS.length - 1, Math.max(0, this.width + (tool === "wider" ? 1 : -1)));
      this.draw();
      if (this.carried?.tried) this.#showTried(this.carried.tried);
    }
    const stop = event.target.closest("[data-stop]")?.dataset.stop, head = event.target.closest("[data-lane-head]")?.dataset.laneHead;
    if (!this.isEditable || !(stop || head) || this.#isBusy()) return;
    if (stop) this.#choose(stop);
    else if (this.routes.has(head)) { this.carry(head); this.panel.openRoute(head); }
    if (event.detail === 0) this.panel.focus(); // by keyboard: the panel is behind all lanes
  }

  #choose(id) {
    const found = this.find(id);
    if (!found || !isVisit(found.stop)) return;
    this.carry(found.shift, found.stop);
    this.panel.openStop(found);
  }

  // A finger scrolls the day and chooses by a tap; a mouse or pen drags. While it does, one small element has the pointer: it
  // shows the hand that holds, and nothing is entered and left on the way, which would have to be styled and drawn each time.
  #press(event) {
    this.hasDragged = false;
    const id = event.target.closest("[data-stop]")?.dataset.stop;
    if (!id || event.button !== 0 || event.pointerType === "touch" || this.isGiving) return;
    const begun = [event.clientX, event.clientY], { pointerId } = event, grip = this.element.querySelector("[data-said]");
    let isDragged = false, last = "";
    const move = (moved) => {
      if (moved.pointerId !== pointerId || this.isGiving) return;
      if (!isDragged && Math.hypot(moved.clientX - begun[0], moved.clientY - begun[1]) < FIRST_MOVE) return;
      if (!isDragged) { isDragged = true; grip.setPointerCapture(pointerId); grip.classList.add("holding"); this.#choose(id); }
      moved.preventDefault();
      const command = this.#commandAt(moved.clientX, moved.clientY);
      const name = JSON.stringify(command);
      if (name === last || !this.carried) return;
      last = name;
      if (command) this.#previewAndFollow(command);
      else this.unpreview();
    };
    const end = async (ended) => {
      if (ended.pointerId !== undefined && ended.pointerId !== pointerId) return;
      for (const [kind, listener] of listeners) window.removeEventListener(kind, listener, true);
      if (grip.hasPointerCapture(pointerId)) grip.releasePointerCapture(pointerId);
      grip.classList.remove("holding");
      if (!isDragged) return;
      this.hasDragged = true;
      const command = ended.type === "pointerup" ? this.#commandAt(ended.clientX, ended.clientY) : null;
      if (command) await this.give(command);
      else { this.panel.close(); this.putBack(); }
    };
    const giveUp = (key) => { if (key.key === "Escape") end(key); };
    const listeners = [["pointermove", move], ["pointerup", end], ["pointercancel", end], ["keydown", giveUp],
      ["selectstart", (selected) => selected.preventDefault()]];
    for (const [kind, listener] of listeners) window.addEventListener(kind, listener, true);
  }

  #previewAndFollow(command) {
    const { carried } = this;
    this.preview(command).then((answer) => { if (answer && this.carried === carried) this.panel.follow(command); });
  }

  #commandAt(x, y) {
    const here = document.elementsFromPoint(x, y);
    const line = here.map((each) => each.closest?.("[data-line]")).find(Boolean);
    if (!line || !this.carried?.stop || here[0].closest(".lane-head")) return null;
    const { stop, shift } = this.carried, to = line.dataset.line;
    const position = sequenceAt(this.axis, this.routes.get(to)?.stops ?? [], shareAt(line, x), to === shift ? stop : null);
    return this.commandFor(to, position);
  }

  /** The command that puts the carried stop on a shift's route; without a position where it fits best. None where that
   * is where it is. */
  commandFor(to, position) {
    const { stop, shift } = this.carried;
    if (to === shift && position === stop.sequence) return null;
    return { kind: "move_stop", stop_id: stop.id, ...(to === shift ? {} : { shift_id: to }), ...(position ? { position } : {}) };
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("form, details")) { if (event.key === "Escape") this.panel.leave(); return; }
    const id = event.target.closest("[data-stop]")?.dataset.stop, lane = event.target.closest("[data-lane]")?.dataset.lane;
    if (!lane || this.isGiving) return;
    const known = { Escape: () => this.panel.leave(), KeyL: () => this.#toggleLock(lane), KeyU: () => this.takeBack() }[event.code];
    const step = stepOf(event.key);
    if (known) known();
    else if (event.key === "Enter" && this.carried?.command && this.carried.stop?.id === id) this.letGo();
    else if (step && event.shiftKey && id) this.#carryBy(id, step);
    else if (step) this.#walk(id, lane, step);
    else return;
    event.preventDefault();
  }

  #toggleLock(lane) {
    const route = this.routes.get(lane);
    if (route) this.give({ kind: route.locked ? "unlock_route" : "lock_route", route_id: route.id });
  }

  // From where it was carried to so far.
  #carryBy(id, { along, across }) {
    const found = this.find(id) ?? (this.carried?.stop ? { stop: this.carried.stop, shift: this.carried.shift } : null);
    if (!found) return;
    if (this.carried?.stop?.id !== found.stop.id) this.#choose(found.stop.id);
    const now = this.carried.command ?? {}, to = now.shift_id ?? found.shift;
    const shift = across ? this.#freeLane(to, across) : to;
    const most = this.routes.get(shift)?.stops.filter(isVisit).length ?? 0;
    const position = (now.position ?? this.#triedSequence(to) ?? found.stop.sequence) + along;
    const within = Math.min(Math.max(1, position), Math.max(1, shift === found.shift ? most : most + 1));
    const command = this.commandFor(shift, across ? undefined : within);
    if (!command) { this.unpreview(); return; }
    this.carried.command = command; // the next key goes on from here, whether or not the answer is there
    this.#previewAndFollow(command);
  }

  // The next lane that is not locked, or the same one.
  #freeLane(from, across) {
    const ahead = across > 0 ? this.order.slice(this.order.indexOf(from) + 1) : this.order.slice(0, this.order.indexOf(from)).reverse();
    return ahead.find((id) => !this.routes.get(id)?.locked) ?? from;
  }

  // Where the carried stop has come to stand on a shift's route, as it was tried last: as the position that puts it
  // there. Stops that its food takes ahead of it are put in afterwards.
  #triedSequence(shift) {
    const { stop, shift: own, tried } = this.carried;
    const stops = tried?.routes.find((route) => route.shift_id === shift)?.stops ?? [];
    const there = carriedOn(stops, this.carried, shift);
    if (!there) return undefined;
    const fresh = stops.filter((each) => each.sequence < there.sequence && !each.stop_id && isVisit(each));
    return there.sequence - (shift === own || stop.kind !== "drop_off" ? 0 : fresh.length);
  }

  #walk(id, lane, { along, across }) {
    if (across) {
      const next = this.order[this.order.indexOf(lane) + across];
      if (!next) return;
      const here = this.find(id)?.stop;
      const there = this.routes.get(next)?.stops.filter(isVisit) ?? [];
      const far = (stop) => Math.abs(Date.parse(stop.begin_at) - Date.parse(here?.begin_at ?? 0));
      return this.focus(there.length && here ? there.reduce((a, b) => (far(b) < far(a) ? b : a)).id : next);
    }
    const names = [lane, ...(this.routes.get(lane)?.stops.filter(isVisit).map((stop) => stop.id) ?? [])];
    this.focus(names[names.indexOf(id ?? lane) + along] ?? names[0]);
  }
}

/** An arrow key as a step along the hours, which run in the page's direction, and across the lanes. */
function stepOf(key) {
  const forward = document.documentElement.dir === "rtl" ? -1 : 1;
  return { ArrowRight: { along: forward, across: 0 }, ArrowLeft: { along: -forward, across: 0 },
    ArrowDown: { along: 0, across: 1 }, ArrowUp: { along: 0, across: -1 } }[key];
}
