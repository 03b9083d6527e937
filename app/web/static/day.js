// The dispatcher's day: routes on the street map, and the progress of a plan that is being made.
import { routeLine, stopMarker, streetMap } from "/static/street-map.js";

async function drawMap(element) {
  const answer = await fetch(`/api/v1/plans/${element.dataset.plan}`);
  if (!answer.ok) return;
  const plan = await answer.json();
  const map = streetMap(element, {
    regionName: element.dataset.region,
    words: { zoomIn: element.dataset.zoomIn, zoomOut: element.dataset.zoomOut },
    center: [51.585, -2.99],
    zoom: 13,
  });
  const bounds = [];
  const layers = new Map();
  for (const route of plan.routes) {
    const color = colourOf(route.number);
    const drawn = [routeLine(map, route.line, { color, number: route.number })];
    const stops = route.stops.filter((stop) => stop.kind === "pickup" || stop.kind === "drop_off");
    stops.forEach((stop, index) => {
      bounds.push([stop.latitude, stop.longitude]);
      drawn.push(stopMarker(map, { latitude: stop.latitude, longitude: stop.longitude, label: String(index + 1),
        kind: stop.kind, color, text: `${stop.site_name}\n${stop.allocations.map((food) => `${food.description}, ${food.kg} kg`).join("\n")}` }));
    });
    layers.set(String(route.number), drawn);
  }
  if (bounds.length) map.fitBounds(bounds, { padding: [16, 16] });
  showOpenLanes(map, layers);
}

// Open lanes are on the map; with none open all are.
function showOpenLanes(map, layers) {
  const lanes = [...document.querySelectorAll(".lane")];
  const number = (lane) => lane.querySelector("[data-route]").dataset.route;
  const refresh = () => {
    const open = lanes.filter((lane) => lane.open).map(number);
    for (const [route, drawn] of layers) {
      const shown = !open.length || open.includes(route);
      for (const layer of drawn) if (shown !== map.hasLayer(layer)) shown ? map.addLayer(layer) : map.removeLayer(layer);
    }
  };
  for (const lane of lanes) lane.addEventListener("toggle", refresh);
}

function colourOf(number) {
  const chip = document.querySelector(`[data-route="${number}"]`);
  return chip ? getComputedStyle(chip).backgroundColor : "#2f6b3c";
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
