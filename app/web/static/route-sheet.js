// The route sheet: the map of its one route, for the screen and for paper.
import { fitPlaces } from "/static/street-map.js";
import { mapOf, routeOn } from "/static/route-on-map.js";

async function drawMap(element) {
  const answer = await fetch(`/api/v1/routes/${element.dataset.routeId}`);
  if (!answer.ok) return;
  const route = await answer.json();
  element.hidden = false;
  const { map, kilograms, signs } = mapOf(element, { keepPageScroll: true });
  const { stops } = routeOn(map, route, { kilograms, isEstimated: "estimated" in element.dataset });
  await map.region;
  fitPlaces(map, [...route.line.map(([longitude, latitude]) => [latitude, longitude]),
    ...stops.map((stop) => [stop.latitude, stop.longitude])]);
  signs.show(stops);
}

const map = document.getElementById("map");
if (map) window.addEventListener("load", () => drawMap(map));
