// The dispatcher's day: routes on the street map and on the hours of the day, and the progress of a plan that is being made.
import { fitPlaces } from "/static/street-map.js";
import { isVisited, mapOf, routeOn } from "/static/route-on-map.js";
import { followVans } from "/static/van-positions.js";
import { Timeline } from "/static/timeline.js";
import { LiveStops } from "/static/timeline-live.js";

async function readPlan(element) {
  const answer = await fetch(`/api/v1/plans/${element.dataset.plan}`);
  return answer.ok ? answer.json() : null;
}

// The view comes before the lines: their tens of thousands of points are worked out anew for each view.
async function drawMap(element, plan) {
  const { map, kilograms, signs } = mapOf(element);
  const routes = new Map(), waiting = new Map(plan.routes.map((route) => [route.id, route]));
  const refresh = () => showOpenLanes(map, [...routes.values()], signs);
  const add = (route) => routes.set(route.id, { number: String(route.number),
    ...routeOn(map, route, { kilograms, isEstimated: plan.estimated_travel === true }) });
  document.addEventListener("toggle", (event) => { if (event.target.matches(".lane")) refresh(); }, true);
  document.addEventListener("plan-edited", ({ detail }) => {
    for (const id of [...detail.gone, ...detail.routes.map((route) => route.id)]) {
      const before = routes.get(id);
      if (before) map.removeLayer(before.line);
      routes.delete(id);
      waiting.delete(id);
    }
    detail.routes.forEach(add);
    refresh();
  });
  await map.region;
  fitPlaces(map, plan.routes.flatMap(({ stops }) => stops.filter(isVisited).map((stop) => [stop.latitude, stop.longitude])));
  for (const route of waiting.values()) add(route);
  refresh();
  performance.mark("map-drawn");
  followVans(map, element, (shift) => plan.routes.find((route) => route.shift_id === shift));
}

// Open lanes are on the map; with none open all are.
function showOpenLanes(map, routes, signs) {
  const open = [...document.querySelectorAll(".lane[open] [data-route]")].map((chip) => chip.dataset.route);
  const shown = routes.filter(({ number }) => !open.length || open.includes(number));
  for (const route of routes) {
    const isShown = shown.includes(route);
    if (isShown !== map.hasLayer(route.line)) isShown ? map.addLayer(route.line) : map.removeLayer(route.line);
  }
  signs.show(shown.flatMap(({ stops }) => stops));
}

// What else the page says of a plan that is edited comes from the page itself, once nobody edits for a moment.
function keepFresh() {
  let waiting = 0;
  document.addEventListener("plan-edited", () => { clearTimeout(waiting); waiting = setTimeout(() => readAgain(), 400); });
}

// What of the page says how the drive goes.
const OF_THE_DRIVE = ["alarms", "troubles", "lanes", "figures", "columns"];

async function readAgain(parts = null) {
  const shown = document.getElementById("timeline").dataset.plan, address = new URL(window.location.href);
  address.searchParams.set("plan", shown); // somebody may have made a newer one meanwhile
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok) return;
  const read = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (read.getElementById("timeline")?.dataset.plan !== shown) return;
  const open = new Set([...document.querySelectorAll(".lane[open] [data-route]")].map((chip) => chip.dataset.route));
  const at = document.activeElement?.closest(".lane > summary")?.querySelector("[data-route]").dataset.route;
  for (const part of document.querySelectorAll("[data-fresh]")) {
    const stands = at !== undefined && part.dataset.fresh === "lanes"; // on the head of a lane, which is found again
    if (parts && (!parts.includes(part.dataset.fresh) || part.querySelector("details[open]:not(.lane)"))) continue; // somebody reads there
    const fresh = read.querySelector(`[data-fresh="${part.dataset.fresh}"]`);
    if (fresh && (stands || !part.contains(document.activeElement))) part.replaceChildren(...fresh.childNodes);
    else if (fresh) for (const field of part.querySelectorAll("input[name=version]")) // who stands on a button keeps it
      field.value = fresh.querySelector("input[name=version]")?.value ?? field.value;
  }
  for (const chip of document.querySelectorAll(".lane [data-route]")) if (open.has(chip.dataset.route)) chip.closest(".lane").open = true;
  if (at !== undefined) document.querySelector(`.lane [data-route="${at}"]`)?.closest("summary").focus({ preventScroll: true });
}

async function followRun(element) {
  const phase = document.getElementById("phase");
  const amount = document.getElementById("amount");
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const answer = await fetch(`/api/v1/plan-runs/${element.dataset.run}`).catch(() => null);
    if (!answer) continue;
    if (!answer.ok) return;
    const run = await answer.json();
    if (run.state === "done" || run.state === "failed") { window.location.reload(); return; }
    const word = (run.progress.phase || "").split(" ")[0];
    phase.textContent = element.dataset[word] || element.dataset.other;
    const { grams_allocated: grams, bound_grams: most, metres } = run.progress;
    const known = [grams, most, metres].every(Number.isInteger);
    amount.textContent = known ? element.dataset.amount.replace("{kg}", kilograms(grams)).replace("{most}", kilograms(most)).replace("{km}", kilometres(metres)) : "";
    const ending = document.getElementById("end-search");
    if (ending && known) ending.hidden = run.plan_id !== null;
  }
}

// As the page writes them: whole from ten up, one decimal below.
function kilograms(grams) {
  if (grams < 50) return String(grams / 1000);
  const tenths = Math.round(grams / 100);
  return tenths >= 100 ? String(Math.round(grams / 1000)) : (tenths / 10).toFixed(1);
}

function kilometres(metres) {
  return (metres / 1000).toFixed(1);
}

const run = document.getElementById("run");
if (run) followRun(run);
const map = document.getElementById("map");
if (map) {
  const read = readPlan(map);
  const lanes = document.getElementById("timeline");
  read.then((plan) => {
    if (!plan || !lanes) return;
    const timeline = new Timeline(lanes, plan);
    performance.mark("lanes-drawn"); // what is promised of this page is measured in browsers
    if ("live" in lanes.dataset) new LiveStops(timeline, () => readAgain(OF_THE_DRIVE));
  });
  window.addEventListener("load", () => read.then((plan) => { if (plan) drawMap(map, plan); }));
  keepFresh();
}
