// The dispatcher's day: routes on the street map, and the progress of a plan that is being made.
import { fitPlaces } from "/static/street-map.js";
import { mapOf, routeOn } from "/static/route-on-map.js";

async function drawMap(element) {
  const { map, kilograms, signs } = mapOf(element);
  const answer = await fetch(`/api/v1/plans/${element.dataset.plan}`);
  if (!answer.ok) return;
  const plan = await answer.json();
  const routes = new Map(plan.routes.map((route) =>
    [String(route.number), routeOn(map, route, { kilograms, isEstimated: plan.estimated_travel === true })]));
  const places = [...routes.values()].flatMap(({ stops }) => stops.map((stop) => [stop.latitude, stop.longitude]));
  await map.region;
  fitPlaces(map, places);
  showOpenLanes(map, routes, signs);
}

// Open lanes are on the map; with none open all are.
function showOpenLanes(map, routes, signs) {
  const lanes = [...document.querySelectorAll(".lane")];
  const number = (lane) => lane.querySelector("[data-route]").dataset.route;
  const refresh = () => {
    const open = lanes.filter((lane) => lane.open).map(number);
    const shown = [...routes].filter(([route]) => !open.length || open.includes(route));
    for (const [route, { line }] of routes) {
      const isShown = shown.some(([each]) => each === route);
      if (isShown !== map.hasLayer(line)) isShown ? map.addLayer(line) : map.removeLayer(line);
    }
    signs.show(shown.flatMap(([, { stops }]) => stops));
  };
  for (const lane of lanes) lane.addEventListener("toggle", refresh);
  refresh();
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
    const { grams_allocated: grams, bound_grams: most } = run.progress;
    const known = Number.isInteger(grams) && Number.isInteger(most);
    amount.textContent = known ? element.dataset.amount.replace("{kg}", kilograms(grams)).replace("{most}", kilograms(most)) : "";
  }
}

// As the page writes them: whole from ten up, one decimal below.
function kilograms(grams) {
  if (grams < 50) return String(grams / 1000);
  const tenths = Math.round(grams / 100);
  return tenths >= 100 ? String(Math.round(grams / 1000)) : (tenths / 10).toFixed(1);
}

const run = document.getElementById("run");
if (run) followRun(run);
const map = document.getElementById("map");
if (map) window.addEventListener("load", () => drawMap(map));
