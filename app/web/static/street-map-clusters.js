// Many stops on one map: those that would lie on each other are shown as one sign with their number, which opens them.
import { plainText, stopMarker } from "/static/street-map.js";

// A small day shows every stop that can be told apart; with many, fewer and larger signs read better.
const MANY_STOPS = 150;
const MOST_NUMBERS = 3;
const NEAR_PIXELS = { few: 22, many: 52 };

/**
 * The stops of a map, each as stopMarker takes it. `words.stops(count)` is what a sign of many is called ("12 stops").
 * Returns an object whose `show(stops)` replaces what is shown.
 */
export function stopsOn(map, words) {
  const layer = L.layerGroup().addTo(map);
  let stops = [], drawnAt = null, opened = false;
  const draw = () => {
    drawnAt = map.getZoom();
    layer.clearLayers();
    const near = stops.length > MANY_STOPS ? NEAR_PIXELS.many : NEAR_PIXELS.few;
    const groups = nearby(map, stops, near);
    map.waslStops = groups.map(([first]) => [first.latitude, first.longitude]);
    map.waslSigns?.renewSoon();
    for (const group of groups) {
      if (group.length === 1) stopMarker(layer, group[0]);
      else clusterMarker(map, group, words).addTo(layer);
    }
  };
  map.on("zoomend", () => { if (map.getZoom() !== drawnAt) draw(); });
  map.whenReady(() => { opened = true; draw(); });
  return { show(wished) { stops = wished; if (opened) draw(); } };
}

/** Groups of stops that lie within so many pixels of the first of each, in their order. */
export function nearby(map, stops, pixels) {
  const cells = new Map(), groups = [];
  const cellAt = (x, y) => `${Math.floor(x / pixels)}:${Math.floor(y / pixels)}`;
  for (const stop of stops) {
    const at = map.project([stop.latitude, stop.longitude]);
    const found = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].flatMap((dy) => cells.get(cellAt(at.x + dx * pixels, at.y + dy * pixels)) ?? []))
      .find((group) => Math.hypot(group.at.x - at.x, group.at.y - at.y) < pixels);
    if (found) { found.stops.push(stop); continue; }
    const group = { at, stops: [stop] }, cell = cellAt(at.x, at.y);
    groups.push(group);
    cells.set(cell, [...(cells.get(cell) ?? []), group]);
  }
  return groups.map((group) => group.stops);
}

function clusterMarker(map, stops, words) {
  const isShort = stops.length <= MOST_NUMBERS && stops.every(({ color }) => color === stops[0].color);
  const name = isShort ? `${words.stops(stops.length)}: ${stops.map(({ label }) => label).join(", ")}` : words.stops(stops.length);
  const middle = L.latLngBounds(stops.map((stop) => [stop.latitude, stop.longitude])).getCenter();
  const icon = isShort ? numbersIcon(stops) : countIcon(stops);
  const marker = L.marker(middle, { icon, title: name, riseOnHover: true });
  marker.on("add", () => marker.getElement().setAttribute("aria-label", name));
  marker.on("click", () => openCluster(map, marker, stops));
  marker.on("keypress", ({ originalEvent }) => {
    if (originalEvent.key !== "Enter" && originalEvent.key !== " ") return;
    originalEvent.preventDefault();
    openCluster(map, marker, stops);
  });
  return marker;
}

// A few stops of one route are told by their numbers, as they stand in its list.
function numbersIcon(stops) {
  const face = document.createElement("span");
  face.textContent = stops.map(({ label }) => label).join(" · ");
  face.style.backgroundColor = stops[0].color;
  const width = 20 + 12 * stops.length + 5 * (stops.length - 1) + 4 * stops.filter(({ label }) => label.length > 1).length;
  return L.divIcon({ className: "wasl-together", html: face, iconSize: [width, 28] });
}

function countIcon(stops) {
  const face = document.createElement("span"), number = document.createElement("b");
  number.textContent = String(stops.length);
  face.append(number);
  face.style.background = ringOf(stops);
  return L.divIcon({ className: "wasl-cluster", html: face, iconSize: [40, 40] });
}

// A share of the ring for each colour, so that a sign shows how many stops are whose.
function ringOf(stops) {
  const counts = new Map();
  for (const { color } of stops) counts.set(color, (counts.get(color) ?? 0) + 1);
  let from = 0;
  const parts = [...counts].map(([color, count]) => {
    const part = `${color} ${(from * 360) / stops.length}deg ${((from + count) * 360) / stops.length}deg`;
    from += count;
    return part;
  });
  return `conic-gradient(${parts.join(", ")})`;
}

// Nearer, as long as that takes them apart; else their list.
function openCluster(map, marker, stops) {
  const bounds = L.latLngBounds(stops.map((stop) => [stop.latitude, stop.longitude]));
  const nearest = map.getMaxZoom();
  const corners = [bounds.getSouthWest(), bounds.getNorthEast()].map((corner) => map.project(corner, nearest));
  if (map.getZoom() < nearest && corners[0].distanceTo(corners[1]) > NEAR_PIXELS.many) {
    const wanted = Math.max(map.getBoundsZoom(bounds.pad(0.2)), map.getZoom() + 1);
    map.setView(bounds.getCenter(), Math.min(nearest, wanted));
    return;
  }
  const list = document.createElement("ul");
  for (const { label, text } of stops) {
    const item = document.createElement("li");
    item.append(plainText(`${label} · ${text}`));
    list.append(item);
  }
  list.dir = document.documentElement.dir || "auto";
  marker.unbindPopup().bindPopup(list, { maxWidth: 280 }).openPopup();
}
