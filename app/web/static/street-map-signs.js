// Numbers and arrows on the routes of one map: placed together, so that they stay apart however many routes there are.

const ARROW_SPACING_PIXELS = 120;
const MOST_ARROWS = 160;
const FREE_PIXELS = { number: 26, arrow: 16 };

/** Mark the route of a layer group with its direction and its number for as long as the group is on the map. */
export function addSigns(map, group, route) {
  const signs = map.waslSigns ?? (map.waslSigns = signLayer(map));
  group.on("add", () => { signs.routes.add(route); signs.renewSoon(); });
  group.on("remove", () => { signs.routes.delete(route); signs.renewSoon(); });
}

function signLayer(map) {
  const layer = L.layerGroup().addTo(map);
  const signs = { routes: new Set(), frame: 0 };
  const renew = () => { signs.frame = 0; placeSigns(map, layer, [...signs.routes]); };
  signs.renewSoon = () => { signs.frame ||= requestAnimationFrame(renew); };
  map.on("moveend", signs.renewSoon);
  map.on("unload", () => cancelAnimationFrame(signs.frame));
  return signs;
}

// Stops keep their place. Numbers first: each in the middle of what is seen of its line, or as near to it as there is room.
function placeSigns(map, layer, routes) {
  layer.clearLayers();
  const taken = new Map();
  for (const place of map.waslStops ?? []) take(taken, map.project(place));
  const along = routes.map((route) => spotsAlong(map, route.points));
  routes.forEach(({ number, color }, index) => {
    const spots = along[index], middle = Math.floor(spots.length / 2);
    if (!number || !spots.length) return;
    const inOrder = spots.map((spot, i) => ({ spot, off: Math.abs(i - middle) })).sort((a, b) => a.off - b.off);
    const { spot } = inOrder.find(({ spot: { at } }) => isFree(taken, at, FREE_PIXELS.number)) ?? inOrder[0];
    take(taken, spot.at);
    addSign(map, layer, spot.at, numberIcon(number, color));
  });
  let left = MOST_ARROWS;
  const step = Math.max(1, Math.ceil(along.reduce((sum, spots) => sum + spots.length, 0) / MOST_ARROWS));
  for (const spots of along) {
    for (let i = 0; i < spots.length && left > 0; i += step) {
      const { at, angle } = spots[i];
      if (!isFree(taken, at, FREE_PIXELS.arrow)) continue;
      take(taken, at);
      addSign(map, layer, at, arrowIcon(angle));
      left -= 1;
    }
  }
}

function addSign(map, layer, at, icon) {
  L.marker(map.unproject(at), { icon, interactive: false, keyboard: false, zIndexOffset: -1000 }).addTo(layer);
}

// Points every so many pixels of the line that are in view, with the line's direction there.
function spotsAlong(map, points) {
  const view = map.getPixelBounds();
  const pixels = points.map((point) => map.project(point));
  const spots = [];
  let until = ARROW_SPACING_PIXELS / 2;
  for (let i = 1; i < pixels.length; i += 1) {
    const from = pixels[i - 1], step = pixels[i].subtract(from), length = Math.hypot(step.x, step.y);
    while (until <= length && length > 0) {
      const at = from.add(step.multiplyBy(until / length));
      if (view.contains(at)) spots.push({ at, angle: Math.atan2(step.y, step.x) });
      until += ARROW_SPACING_PIXELS;
    }
    until -= length;
  }
  return spots;
}

const CELL_PIXELS = 32;
const cellOf = (x, y) => `${Math.floor(x / CELL_PIXELS)}:${Math.floor(y / CELL_PIXELS)}`;

function take(taken, at) {
  const cell = cellOf(at.x, at.y);
  if (!taken.has(cell)) taken.set(cell, []);
  taken.get(cell).push(at);
}

function isFree(taken, at, pixels) {
  for (const dx of [-CELL_PIXELS, 0, CELL_PIXELS]) {
    for (const dy of [-CELL_PIXELS, 0, CELL_PIXELS]) {
      const others = taken.get(cellOf(at.x + dx, at.y + dy)) ?? [];
      if (others.some((other) => Math.hypot(other.x - at.x, other.y - at.y) < pixels)) return false;
    }
  }
  return true;
}

function arrowIcon(angle) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "-6 -6 12 12");
  svg.style.cssText = `display:block;width:12px;height:12px;transform:rotate(${angle}rad)`;
  const arrow = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const look = { d: "M-1.6 -2.6 L1.4 0 L-1.6 2.6", fill: "none", stroke: "#fff", "stroke-width": 1.5,
    "stroke-linecap": "round", "stroke-linejoin": "round" };
  for (const [name, value] of Object.entries(look)) arrow.setAttribute(name, value);
  svg.append(arrow);
  return L.divIcon({ className: "wasl-arrow", html: svg, iconSize: [12, 12] });
}

function numberIcon(number, color) {
  const face = document.createElement("span");
  face.textContent = number;
  face.style.backgroundColor = color;
  return L.divIcon({ className: "wasl-route-number", html: face, iconSize: [22, 18] });
}
