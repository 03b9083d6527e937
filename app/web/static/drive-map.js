// The map of the route is drawn for who opens it: it weighs more than the rest of the page, and the phone navigates anyway.
import { loadLeaflet } from "/static/leaflet-loading.js";

const map = document.getElementById("map"), fold = document.getElementById("map-fold");
let drawn = null;
fold.hidden = false;
fold.addEventListener("toggle", () => {
  if (fold.open) drawn ??= drawMap(map).catch(() => { drawn = null; fold.open = false; }); // without a connection: again later
});

async function drawMap(element) {
  const answer = await fetch("/api/v1/driver/route");
  if (!answer.ok) throw new Error("no route");
  const { route, progress } = await answer.json();
  await loadLeaflet();
  const [{ mapOf, routeOn }, { fitPlaces }] = await Promise.all([import("/static/route-on-map.js"), import("/static/street-map.js")]);
  const { map: drawn, kilograms, signs } = mapOf(element, { keepPageScroll: true });
  const done = new Set(progress.filter(({ state }) => state === "done" || state === "failed").map((each) => each.stop_id));
  const stateOf = ({ id }) => (id === element.dataset.next ? "next" : done.has(id) ? "done" : "");
  const { stops } = routeOn(drawn, route, { kilograms, stateOf, isEstimated: "estimated" in element.dataset });
  await drawn.region;
  fitPlaces(drawn, stops.map((stop) => [stop.latitude, stop.longitude]));
  signs.show(stops.sort((a, b) => (b.state === "next") - (a.state === "next")));
}
