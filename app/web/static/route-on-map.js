// What the pages show of a plan on the map: its routes' lines and stops in their colours, numbered as in the lists.
import { mapLegend, routeLine, streetMap } from "/static/street-map.js";
import { stopsOn } from "/static/street-map-clusters.js";

/** The map of an element whose data attributes name the region and hold the words. */
export function mapOf(element, options = {}) {
  const { region, zoomIn, zoomOut, estimated } = element.dataset;
  const map = streetMap(element, { regionName: region, words: { zoomIn, zoomOut }, ...options });
  const forms = JSON.parse(element.dataset.stops ?? "{}"), kilograms = element.dataset.kg ?? "{kg} kg";
  const rules = new Intl.PluralRules(document.documentElement.lang);
  const stops = (count) => (forms[rules.select(count)] ?? forms.other ?? "#").replace(/[0-9]+|#/, String(count));
  if (estimated) mapLegend(map, estimated);
  return { map, kilograms, signs: stopsOn(map, { stops }) };
}

/** Whether food is fetched or brought there. */
export const isVisited = ({ kind }) => kind === "pickup" || kind === "drop_off";

/** A route as `line` and `stops`: the line as a layer group, the stops as stopMarker takes them. */
export function routeOn(map, route, { kilograms, isEstimated = false, stateOf = () => "" }) {
  const color = `var(--r${(route.number - 1) % 8})`;
  const visited = route.stops.filter(isVisited);
  return {
    line: routeLine(map, route.line, { color, number: route.number, estimated: isEstimated || route.estimated === true }),
    stops: visited.map((stop, index) => ({ latitude: stop.latitude, longitude: stop.longitude, label: String(index + 1),
      kind: stop.kind, color, state: stateOf(stop), text: [stop.site_name, ...stop.allocations.map((food) =>
        `${food.description}, ${kilograms.replace("{kg}", food.kg)}`)].join("\n") })),
  };
}
