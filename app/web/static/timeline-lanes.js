// What a lane looks like: its head, and its stops on the hours of the day.
import { isVisit } from "/static/timeline-axis.js";
import { rowsOf, stack } from "/static/timeline-rows.js";

const SIGNS = { pickup: "▲", drop_off: "▼", break: "Ⅱ" };

export const laneOf = (element, shift) => element.querySelector(`[data-lane="${shift}"]`);

/** Which of a route's stops is the one that is carried: the same, or what has become of it on the route where it is tried. */
export function carriedOn(stops, carried, shift) {
  if (!carried?.stop) return undefined;
  const { stop, command } = carried;
  const same = stops.find((each) => (each.id ?? each.stop_id) === stop.id);
  if (same || shift !== (command?.shift_id ?? carried.shift) || !command) return same;
  const alike = stops.filter((each) => each.kind === stop.kind && (stop.kind === "break" || each.site_name === stop.site_name));
  return alike.find((each) => !(each.id ?? each.stop_id)) ?? alike[0];
}

/** The row of hours above the lanes. */
export function drawHours(timeline) {
  const { axis } = timeline;
  const row = made("div", "lane-hours"), line = made("div", "line");
  row.append(made("span", "lane-head"), line);
  const every = Math.max(1, Math.ceil(axis.hours.length / 14));
  axis.hours.forEach((at, number) => {
    const mark = made("span", "hour figures", number % every ? "" : timeline.at(at));
    mark.style.insetInlineStart = `${100 * axis.share(at)}%`;
    line.append(mark);
  });
  return row;
}

/** One shift's lane; `route` as the plan has it or as it was tried, undefined where it has none. */
export function drawLane(timeline, shift, route, { number, broken, isTried, carried }) {
  const lane = made("div", `time-lane r${(number - 1) % 8}`);
  lane.dataset.lane = shift.id;
  lane.classList.toggle("tried", isTried);
  lane.classList.toggle("locked", Boolean(route?.locked));
  const line = made("div", "line");
  line.dataset.line = shift.id;
  lane.append(headOf(timeline, shift, route, { number, broken }), line);
  if (!route) return lane;
  const places = new Set(broken.map((each) => each.stop));
  const way = made("span", "way");
  span(timeline.axis, way, route.stops[0].leave_at, route.stops.at(-1).arrive_at);
  line.append(way);
  const held = carriedOn(route.stops, carried, shift.id);
  let visit = 0;
  const visits = route.stops.filter(isVisit);
  const marks = visits.map((stop) => {
    if (stop.kind !== "break") visit += 1;
    return stopOf(timeline, stop, { visit, isBroken: places.has(stop.sequence), carried, isCarried: stop === held });
  });
  line.append(...marks);
  // While something is carried no lane gets lower: what lies below would move away under the pointer.
  timeline.rows.set(shift.id, stack(lane, marks, rowsOf(timeline.axis, visits, timeline.lineWidth), carried ? timeline.rows.get(shift.id) : 1));
  return lane;
}

function headOf(timeline, shift, route, { number, broken }) {
  const { words } = timeline;
  const canBeChosen = timeline.isEditable && timeline.routes.has(shift.id); // what is only tried has no route yet
  const head = made(canBeChosen ? "button" : "span", "lane-head");
  if (canBeChosen) { head.type = "button"; head.dataset.laneHead = shift.id; }
  const texts = made("span", "lane-words");
  const name = made("strong"), more = made("span", "muted figures");
  name.dir = "auto"; // so that a name that is cut loses its end, whichever way the page is read
  name.textContent = shift.vehicle;
  const facts = route
    ? [`${timeline.at(route.stops[0].leave_at)}–${timeline.at(route.stops.at(-1).arrive_at)}`, words.km.replace("{km}", (route.metres / 1000).toFixed(1))]
    : [words.idle];
  if (route && !shift.driver) facts.push(words.nobody);
  if (route?.locked) facts.push(words.locked);
  if (broken.length) facts.push(words.broken);
  more.append(...facts.flatMap((fact, place) => [place ? " · " : "", isolated(fact)]));
  texts.append(name, more);
  head.append(made("span", `chip${route ? "" : " none"}`, route ? String(number) : ""), texts);
  return head;
}

function stopOf(timeline, stop, { visit, isBroken, carried, isCarried }) {
  const id = stop.id ?? stop.stop_id;
  const mark = made(timeline.isEditable ? "button" : "span", `stop-mark ${stop.kind}`);
  if (timeline.isEditable) { mark.type = "button"; mark.setAttribute("aria-pressed", String(isCarried)); }
  if (isCarried || id) mark.dataset.stop = isCarried ? carried.stop.id : id;
  mark.classList.toggle("broken", isBroken);
  mark.classList.toggle("carried", isCarried);
  span(timeline.axis, mark, stop.begin_at, stop.leave_at);
  const text = labelOf(timeline, stop);
  mark.title = text;
  mark.setAttribute("aria-label", isBroken ? `${text}${timeline.words.comma}${timeline.words.broken}` : text);
  mark.append(made("span", "sign", isBroken ? "!" : SIGNS[stop.kind]), made("span", "", stop.kind === "break" ? "" : String(visit)));
  return mark;
}

/** What a stop is, for whoever hears it or points at it. */
export function labelOf(timeline, stop) {
  const times = timeline.words.from_to.replace("{from}", timeline.at(stop.begin_at)).replace("{until}", timeline.at(stop.leave_at));
  const place = stop.kind === "break" ? "" : ` \u2068${stop.site_name}\u2069`;
  return `${timeline.words[stop.kind]}${place}${timeline.words.comma}${times}`;
}

function span(axis, element, from, until) {
  const begin = axis.share(Date.parse(from));
  element.style.insetInlineStart = `${100 * begin}%`;
  element.style.inlineSize = `${100 * (axis.share(Date.parse(until)) - begin)}%`;
}

function isolated(text) {
  const found = document.createElement("bdi");
  found.textContent = text;
  return found;
}

function made(kind, classes = "", text = "") {
  const found = document.createElement(kind);
  if (classes) found.className = classes;
  if (text) found.textContent = text;
  return found;
}
