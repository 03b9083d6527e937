// The street map: our own base layer on canvas from the service's tiles, route lines and numbered stops, on Leaflet.
// Nothing is loaded from other servers. Texts are set as text, never as HTML.

const TILE_PIXELS = 256;
const NAME_SPACING_PIXELS = 280;
const ARROW_SPACING_PIXELS = 120;
const FONT = '"Noto Sans", "Noto Sans Arabic", system-ui, sans-serif';

const LIGHT = {
  land: "#f5f2ec", sea: "#b8d4de", water: "#b8d4de", green: "#dde8cf", wood: "#d0e0c2", building: "#e5dfd5",
  river: "#b8d4de", stream: "#c3dae2", rail: "#b9b4ad",
  motorway: "#f2c98a", trunk: "#f2d19b", primary: "#f8e3b4", secondary: "#fcf1d3", tertiary: "#ffffff", street: "#ffffff",
  service: "#ffffff", path: "#cfc6b8", casing: "#d3cabb", casingMain: "#d8b778",
  name: "#4a4640", place: "#2e2b27", halo: "rgba(250, 248, 244, 0.92)",
};
const DARK = {
  land: "#1c1d1c", sea: "#15262f", water: "#15262f", green: "#1e2a1f", wood: "#1b271c", building: "#2a2a28",
  river: "#15262f", stream: "#1a2b33", rail: "#4a4845",
  motorway: "#7a6139", trunk: "#75603c", primary: "#655840", secondary: "#544c3e", tertiary: "#454341", street: "#3b3a38",
  service: "#353432", path: "#3a3937", casing: "#131413", casingMain: "#131413",
  name: "#c9c5bd", place: "#ebe8e2", halo: "rgba(24, 25, 24, 0.9)",
};

// Widths in pixels from zoom 10 to 18; the order is the order of drawing, so main roads lie on top.
const ROADS = {
  path: [0, 0, 0, 0, 0, 0.8, 1.2, 1.6, 2.2],
  service: [0, 0, 0, 0, 0.8, 1.8, 3.6, 6, 9],
  street: [0, 0, 0.7, 1.2, 2.2, 4.2, 7.5, 11, 16],
  tertiary: [0, 0, 1.3, 2.2, 3.4, 5.4, 8.5, 12, 17],
  secondary: [0, 1.2, 1.6, 2.6, 4, 6, 9, 13, 18],
  primary: [1.2, 1.5, 2, 3, 4.5, 6.5, 10, 14, 20],
  trunk: [1.5, 1.8, 2.4, 3.2, 4.8, 7, 10, 14, 20],
  motorway: [1.7, 2.1, 2.7, 3.6, 5, 7, 10, 14, 20],
};
const MAIN_ROADS = new Set(["primary", "trunk", "motorway"]);
const NAME_RANK = ["city", "town", "suburb", "village", "quarter", "motorway", "trunk", "primary", "secondary", "tertiary",
  "neighbourhood", "hamlet", "street", "service", "path"];
const PLACE_SIZE = { city: 17, town: 15, suburb: 12.5, village: 12.5 };

const STYLE = `
.wasl-map { background: ${LIGHT.land}; font: 14px/1.4 ${FONT}; }
.wasl-map .leaflet-popup-content { margin: 12px 16px; white-space: pre-line; text-align: start; }
.wasl-map .wasl-names { pointer-events: none; }
.wasl-stop, .wasl-arrow, .wasl-route-number { background: none; border: 0; }
.wasl-stop > span { display: grid; place-items: center; box-sizing: border-box; width: 28px; height: 28px;
  font: 700 13px/1 ${FONT}; font-variant-numeric: tabular-nums; border: 2px solid #fff; border-radius: 50%; color: #fff;
  box-shadow: 0 1px 3px rgba(0, 0, 0, 0.45); }
.wasl-stop[data-kind="drop_off"] > span { border-radius: 7px; }
.wasl-stop[data-kind="start"] > span, .wasl-stop[data-kind="end"] > span { background: #fff !important; color: #1d1c1a;
  border: 3px solid currentColor; }
.wasl-stop[data-kind="place"] > span { width: 14px; height: 14px; margin: 7px; }
.wasl-stop:focus-visible { outline: 3px solid #1d1c1a; outline-offset: 2px; border-radius: 8px; }
.wasl-route-number > span { display: grid; place-items: center; box-sizing: border-box; min-width: 22px; height: 18px;
  padding: 0 5px; font: 700 11px/1 ${FONT}; border-radius: 4px; color: #fff; border: 1.5px solid #fff; }
.wasl-map .wasl-veil { fill: #e4dfd5; fill-opacity: 0.82; }
@media (pointer: coarse) {
  .wasl-map .leaflet-bar a { width: 44px; height: 44px; line-height: 44px; }
}
@media (prefers-color-scheme: dark) {
  .wasl-map .wasl-veil { fill: #121312; fill-opacity: 0.8; }
  .wasl-map { background: ${DARK.land}; }
  .wasl-map .leaflet-bar a, .wasl-map .leaflet-popup-content-wrapper, .wasl-map .leaflet-popup-tip {
    background: #2a2a28; color: #ebe8e2; border-color: #45433f; }
  .wasl-map .leaflet-bar a.leaflet-disabled { background: #222; color: #77736c; }
  .wasl-map .leaflet-control-attribution { background: rgba(28, 29, 28, 0.85); color: #c9c5bd; }
  .wasl-map .leaflet-control-attribution a { color: #c9c5bd; }
}
@media print { .wasl-map .leaflet-control-zoom { display: none; } }
`;

const darkMedia = window.matchMedia("(prefers-color-scheme: dark)");
let printing = false;
const colours = () => (darkMedia.matches && !printing ? DARK : LIGHT);

/**
 * A map in `element` of an imported region, its base layer drawn from the service's own tiles.
 * center is [latitude, longitude]; attribution is the region's and stays visible. Returns the Leaflet map.
 */
export function streetMap(element, { regionName, attribution = "© OpenStreetMap contributors", center, zoom = 13,
  words = { zoomIn: "Zoom in", zoomOut: "Zoom out" } }) {
  addStyle();
  element.classList.add("wasl-map");
  // The map's own layout is left to right in every language; popups take the direction of their text.
  element.dir = "ltr";
  const moves = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(element, { center, zoom, minZoom: 10, maxZoom: 18, zoomControl: false, zoomAnimation: moves,
    fadeAnimation: moves, markerZoomAnimation: moves, inertia: moves });
  L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  const credit = document.createElement("span");
  credit.textContent = attribution;
  map.attributionControl.setPrefix(false).addAttribution(credit.innerHTML);
  const base = baseLayer(`/api/v1/regions/${encodeURIComponent(regionName)}/tiles`).addTo(map);
  const names = nameLayer(base).addTo(map);
  const veil = L.layerGroup().addTo(map);
  fetch(`/api/v1/regions/${encodeURIComponent(regionName)}`)
    .then((answer) => (answer.ok ? answer.json() : null))
    .then((region) => region && veilOutside(map, veil, region.bounds))
    .catch(() => {});  // without the frame the map is the same, only its edge is not shown
  const redraw = () => { base.paintAll(); names.paint(); };
  const onPrint = (on) => () => { printing = on; redraw(); };
  const beforePrint = onPrint(true), afterPrint = onPrint(false);
  darkMedia.addEventListener("change", redraw);
  window.addEventListener("beforeprint", beforePrint);
  window.addEventListener("afterprint", afterPrint);
  map.on("unload", () => {
    darkMedia.removeEventListener("change", redraw);
    window.removeEventListener("beforeprint", beforePrint);
    window.removeEventListener("afterprint", afterPrint);
  });
  return map;
}

/** A route on the streets: [[longitude, latitude], ...] with its direction and its number. Returns a layer group. */
export function routeLine(map, coordinates, { color = "#2f6b3c", number = "" } = {}) {
  const points = coordinates.map(([longitude, latitude]) => L.latLng(latitude, longitude));
  const group = L.layerGroup();
  if (points.length > 1) {
    const shape = { lineJoin: "round", lineCap: "round", interactive: false, smoothFactor: 0.3 };
    group.addLayer(L.polyline(points, { ...shape, color: "#fff", weight: 8.5, opacity: 0.9 }));
    group.addLayer(L.polyline(points, { ...shape, color, weight: 5.5, opacity: 0.95 }));
    const signs = L.layerGroup().addTo(group);
    const renew = () => placeSigns(map, signs, points, color, String(number));
    group.on("add", () => { renew(); map.on("moveend", renew); });
    group.on("remove", () => map.off("moveend", renew));
  }
  return group.addTo(map);
}

/**
 * A stop: `label` stands in the shape ("3"), `text` opens beside it. Circles are pickups, squares drop-offs, rings the
 * start and the end, small dots places that are on no route.
 */
export function stopMarker(map, { latitude, longitude, label = "", kind = "pickup", text = "", color = "#2f6b3c" }) {
  const face = document.createElement("span");
  face.textContent = label;
  face.style.backgroundColor = color;
  if (kind === "start" || kind === "end") face.style.color = color;
  const icon = L.divIcon({ className: "wasl-stop", html: face, iconSize: [28, 28] });
  const marker = L.marker([latitude, longitude], { icon, title: text.split("\n")[0], alt: text || String(label),
    riseOnHover: true, interactive: text !== "", keyboard: text !== "" });
  marker.on("add", () => { marker.getElement().dataset.kind = kind; });
  if (text) marker.bindPopup(() => plainText(text), { maxWidth: 280 });
  return marker.addTo(map);
}

function plainText(text) {
  const box = document.createElement("div");
  box.dir = "auto";
  box.textContent = text;
  return box;
}

function addStyle() {
  if (document.adoptedStyleSheets.some((sheet) => sheet.isWasl)) return;
  const sheet = new CSSStyleSheet();
  sheet.isWasl = true;
  sheet.replaceSync(STYLE);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

// Arrows every so many pixels, and the number once in the middle of what is seen of the line.
function placeSigns(map, signs, points, color, number) {
  signs.clearLayers();
  const view = map.getPixelBounds();
  const pixels = points.map((point) => map.project(point));
  const places = [];
  let until = ARROW_SPACING_PIXELS / 2;
  for (let i = 1; i < pixels.length; i += 1) {
    const from = pixels[i - 1], step = pixels[i].subtract(from), length = Math.hypot(step.x, step.y);
    while (until <= length && length > 0) {
      const at = from.add(step.multiplyBy(until / length));
      if (view.contains(at)) places.push({ at, angle: Math.atan2(step.y, step.x) });
      until += ARROW_SPACING_PIXELS;
    }
    until -= length;
  }
  const middle = number ? Math.floor(places.length / 2) : -1;
  places.forEach(({ at, angle }, index) => {
    const icon = index === middle ? numberIcon(number, color) : arrowIcon(angle);
    L.marker(map.unproject(at), { icon, interactive: false, keyboard: false, zIndexOffset: -1000 }).addTo(signs);
  });
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

// Outside the region there are no streets to plan on: the map says so instead of showing empty land.
function veilOutside(map, veil, [west, south, east, north]) {
  const pane = map.getPane("wasl-veil") ?? map.createPane("wasl-veil");
  pane.style.zIndex = 240;
  pane.style.pointerEvents = "none";
  const frame = L.latLngBounds([south, west], [north, east]);
  const world = [[-85, -180], [-85, 180], [85, 180], [85, -180]];
  const hole = [frame.getSouthWest(), frame.getSouthEast(), frame.getNorthEast(), frame.getNorthWest()];
  L.polygon([world, hole], { pane: "wasl-veil", className: "wasl-veil", stroke: false, interactive: false }).addTo(veil);
  map.setMaxBounds(frame.pad(1));
}

// ---- base layer ----------------------------------------------------------------------------------------------------

function baseLayer(url) {
  const Layer = L.GridLayer.extend({
    contents: new Map(),

    createTile(coords, done) {
      const canvas = document.createElement("canvas");
      const scale = Math.min(3, window.devicePixelRatio || 1);
      canvas.width = canvas.height = TILE_PIXELS * scale;
      fetch(`${url}/${coords.z}/${coords.x}/${coords.y}.json`)
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`${answer.status}`))))
        .then((content) => {
          const tile = { coords, content, canvas, scale };
          this.contents.set(tileKey(coords), tile);
          paintTile(tile);
          done(null, canvas);
        })
        .catch((error) => { paintLand(canvas); done(error, canvas); });
      return canvas;
    },

    paintAll() { this.contents.forEach(paintTile); },
  });
  const layer = new Layer({ tileSize: TILE_PIXELS, minZoom: 10, maxZoom: 18, keepBuffer: 3 });
  layer.contents = new Map();
  layer.on("tileunload", ({ coords }) => layer.contents.delete(tileKey(coords)));
  return layer;
}

const tileKey = ({ z, x, y }) => `${z}/${x}/${y}`;

function paintLand(canvas) {
  const pen = canvas.getContext("2d");
  pen.fillStyle = colours().land;
  pen.fillRect(0, 0, canvas.width, canvas.height);
}

function paintTile({ coords, content, canvas, scale }) {
  const ink = colours();
  const pen = canvas.getContext("2d");
  pen.setTransform(1, 0, 0, 1, 0, 0);
  paintLand(canvas);
  const unit = (TILE_PIXELS * scale) / content.extent;
  pen.setTransform(unit, 0, 0, unit, 0, 0);
  const pixel = content.extent / TILE_PIXELS;
  pen.lineJoin = "round";
  const areas = content.areas ?? {}, lines = content.lines ?? {};
  for (const kind of ["green", "wood", "sea", "water"]) fillAreas(pen, areas[kind], ink[kind]);
  strokeLines(pen, lines.stream, ink.stream, pixel * (coords.z >= 15 ? 1.6 : 0.9));
  strokeLines(pen, lines.river, ink.river, pixel * (coords.z >= 14 ? 3 : 1.6));
  fillAreas(pen, areas.building, ink.building);
  paintRoads(pen, content.roads ?? {}, coords.z, pixel, ink);
  paintRails(pen, lines.rail, coords.z, pixel, ink);
}

function paintRoads(pen, roads, zoom, pixel, ink) {
  const drawn = Object.entries(ROADS).map(([kind, widths]) => ({ kind, width: widths[zoom - 10], lines: roads[kind] }))
    .filter(({ width, lines }) => width > 0 && lines);
  pen.lineCap = "butt";
  for (const { kind, width, lines } of drawn) {
    if (width >= 2 && kind !== "path") {
      strokeLines(pen, lines, MAIN_ROADS.has(kind) ? ink.casingMain : ink.casing, pixel * (width + 1.6));
    }
  }
  for (const { kind, width, lines } of drawn) {
    const isThin = width < 2 && (kind === "street" || kind === "tertiary" || kind === "service");
    pen.lineCap = kind === "path" ? "butt" : "round";
    if (kind === "path") pen.setLineDash([3 * pixel, 2 * pixel]);
    strokeLines(pen, lines, isThin ? ink.casing : ink[kind], pixel * width);
    pen.setLineDash([]);
  }
}

function paintRails(pen, lines, zoom, pixel, ink) {
  pen.lineCap = "butt";
  strokeLines(pen, lines, ink.rail, pixel * (zoom >= 15 ? 2.2 : 1.1));
  if (zoom < 14) return;
  pen.setLineDash([5 * pixel, 5 * pixel]);
  strokeLines(pen, lines, ink.land, pixel * (zoom >= 15 ? 1.2 : 0.5));
  pen.setLineDash([]);
}

function fillAreas(pen, polygons, colour) {
  if (!polygons) return;
  pen.fillStyle = colour;
  for (const rings of polygons) {
    pen.beginPath();
    for (const ring of rings) trace(pen, ring);
    pen.fill("evenodd");
  }
}

function strokeLines(pen, lines, colour, width) {
  if (!lines) return;
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.beginPath();
  for (const line of lines) trace(pen, line);
  pen.stroke();
}

function trace(pen, numbers) {
  pen.moveTo(numbers[0], numbers[1]);
  for (let i = 2; i < numbers.length; i += 2) pen.lineTo(numbers[i], numbers[i + 1]);
}

// ---- names ---------------------------------------------------------------------------------------------------------
// One canvas over the whole view: a name may cross the border of tiles, and is written once.

function nameLayer(base) {
  const Layer = L.Layer.extend({
    onAdd(map) {
      const pane = map.getPane("wasl-names") ?? map.createPane("wasl-names");
      pane.style.zIndex = 250;
      this.canvas = document.createElement("canvas");
      this.canvas.className = "wasl-names leaflet-zoom-hide";
      pane.append(this.canvas);
      this.paint();
    },

    onRemove() { this.canvas.remove(); },

    getEvents() { return { moveend: this.paintSoon, viewreset: this.paintSoon, resize: this.paintSoon }; },

    paintSoon() {
      if (this.frame) return;
      this.frame = requestAnimationFrame(() => { this.frame = 0; this.paint(); });
    },

    paint() {
      const map = this._map;
      if (!map) return;
      const size = map.getSize(), scale = Math.min(3, window.devicePixelRatio || 1);
      const corner = map.containerPointToLayerPoint([0, 0]);
      L.DomUtil.setPosition(this.canvas, corner);
      this.canvas.width = size.x * scale;
      this.canvas.height = size.y * scale;
      this.canvas.style.width = `${size.x}px`;
      this.canvas.style.height = `${size.y}px`;
      const pen = this.canvas.getContext("2d");
      pen.setTransform(scale, 0, 0, scale, 0, 0);
      paintNames(pen, collectNames(base, map.getZoom(), map.getPixelOrigin().add(corner)), size);
    },
  });
  const layer = new Layer();
  base.on("tileload load", () => layer.paintSoon());
  return layer;
}

function collectNames(base, zoom, origin) {
  const names = [];
  base.contents.forEach(({ coords, content }) => {
    if (coords.z !== zoom) return;
    const unit = TILE_PIXELS / content.extent;
    const place = (x, y) => [coords.x * TILE_PIXELS + x * unit - origin.x, coords.y * TILE_PIXELS + y * unit - origin.y];
    for (const { name, kind, at } of content.places ?? []) names.push({ name, kind, at: place(...at) });
    for (const { name, kind, line } of content.names ?? []) {
      const points = [];
      for (let i = 0; i < line.length; i += 2) points.push(place(line[i], line[i + 1]));
      names.push({ name, kind, points });
    }
  });
  return names.sort((a, b) => NAME_RANK.indexOf(a.kind) - NAME_RANK.indexOf(b.kind)
    || (b.points?.length ?? 0) - (a.points?.length ?? 0) || a.name.localeCompare(b.name));
}

function paintNames(pen, names, size) {
  const ink = colours();
  const taken = new Set(), written = new Map();
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  for (const { name, kind, at, points } of names) {
    const pixels = at ? PLACE_SIZE[kind] ?? 11.5 : 11.5;
    pen.font = `${at ? 600 : 500} ${pixels}px ${FONT}`;
    // Set from the text itself: a canvas otherwise inherits the direction of the page.
    pen.direction = /[\u0590-\u08ff]/.test(name) ? "rtl" : "ltr";
    const width = pen.measureText(name).width;
    const spot = at ? { x: at[0], y: at[1], angle: 0 } : straightSpot(points, width + 12);
    if (!spot || spot.x < -width || spot.y < -20 || spot.x > size.x + width || spot.y > size.y + 20) continue;
    if ((written.get(name) ?? []).some((other) => Math.hypot(other.x - spot.x, other.y - spot.y) < NAME_SPACING_PIXELS)) continue;
    const cells = cellsOf(spot, width);
    if (cells.some((cell) => taken.has(cell))) continue;
    cells.forEach((cell) => taken.add(cell));
    written.set(name, [...(written.get(name) ?? []), spot]);
    writeName(pen, name, spot, at ? ink.place : ink.name, ink.halo);
  }
}

function writeName(pen, name, { x, y, angle }, colour, halo) {
  pen.save();
  pen.translate(x, y);
  pen.rotate(angle);
  pen.strokeStyle = halo;
  pen.lineWidth = 3.2;
  pen.strokeText(name, 0, 0);
  pen.fillStyle = colour;
  pen.fillText(name, 0, 0);
  pen.restore();
}

// The middle of the longest nearly straight run that holds the text, with an angle that keeps the text upright.
function straightSpot(points, width) {
  let best = null;
  for (let start = 0; start < points.length - 1; start += 1) {
    const heading = angleBetween(points[start], points[start + 1]);
    for (let end = start + 1; end < points.length; end += 1) {
      if (bend(heading, angleBetween(points[end - 1], points[end])) > 0.3) break;
      const [ax, ay] = points[start], [bx, by] = points[end];
      const length = Math.hypot(bx - ax, by - ay);
      if (length >= width && length > (best?.length ?? 0)) {
        best = { length, x: (ax + bx) / 2, y: (ay + by) / 2, angle: Math.atan2(by - ay, bx - ax) };
      }
    }
  }
  if (!best) return null;
  if (best.angle > Math.PI / 2) best.angle -= Math.PI;
  else if (best.angle <= -Math.PI / 2) best.angle += Math.PI;
  return best;
}

const angleBetween = ([ax, ay], [bx, by]) => Math.atan2(by - ay, bx - ax);
const bend = (a, b) => Math.abs(Math.atan2(Math.sin(a - b), Math.cos(a - b)));

function cellsOf({ x, y, angle }, width) {
  const cells = [], cos = Math.cos(angle), sin = Math.sin(angle);
  for (let along = -width / 2 - 6; along <= width / 2 + 6; along += 8) {
    for (const across of [-7, 0, 7]) {
      cells.push(`${Math.round((x + along * cos - across * sin) / 10)}:${Math.round((y + along * sin + across * cos) / 10)}`);
    }
  }
  return cells;
}
