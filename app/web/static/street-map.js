// The street map: our own base layer from the service's tiles, route lines and numbered stops, on Leaflet.
// Nothing is loaded from other servers, unless the owner chose one for tiles. Texts are set as text, never as HTML.
import { baseLayer, darkMedia, DARK, FONT, LIGHT, nameLayer, setPrinting } from "/static/street-map-base.js";
import { addSigns } from "/static/street-map-signs.js";

const PRINTED_PIXELS = 660;  // what fits the width of A4 and of US letter between their margins
const NARROW_PIXELS = 500;
const FAILED_TILES = 3;  // so many pictures of another server in a row do not come, and the own map is back
const SIGN = "var(--wasl-sign)";

const STYLE = `
.wasl-map { --wasl-sign: #fff; --wasl-sign-edge: #fff; background: ${LIGHT.land}; font: 14px/1.4 ${FONT}; }
.wasl-map .leaflet-popup-content { margin: 12px 16px; white-space: pre-line; text-align: start; }
.wasl-map .leaflet-popup-content ul { margin: 0; padding: 0; list-style: none; max-block-size: 240px; overflow-y: auto; }
.wasl-map .leaflet-popup-content li + li { margin-block-start: 8px; }
.wasl-map .wasl-names { pointer-events: none; }
.wasl-stop, .wasl-arrow, .wasl-route-number, .wasl-cluster, .wasl-together { background: none; border: 0; }
.wasl-stop > span { display: grid; place-items: center; box-sizing: border-box; width: 28px; height: 28px;
  font: 700 13px/1 ${FONT}; font-variant-numeric: tabular-nums; border: 2px solid var(--wasl-sign-edge); border-radius: 50%;
  color: ${SIGN}; box-shadow: 0 1px 3px rgba(0, 0, 0, 0.45); }
.wasl-stop[data-kind="drop_off"] > span { border-radius: 7px; }
.wasl-stop[data-kind="start"] > span, .wasl-stop[data-kind="end"] > span { background: var(--wasl-sign-edge) !important;
  border: 3px solid currentColor; }
.wasl-stop[data-kind="place"] > span { width: 14px; height: 14px; margin: 7px; }
.wasl-stop.wasl-next > span { outline: 3px solid #1d1c1a; outline-offset: 2px; width: 36px; height: 36px; margin: -4px;
  font-size: 16px; }
.wasl-stop.wasl-done > span { opacity: 0.55; }
.wasl-stop:focus-visible, .wasl-cluster:focus-visible, .wasl-together:focus-visible { outline: 3px solid #1d1c1a; outline-offset: 2px; border-radius: 8px; }
.wasl-cluster > span { display: grid; place-items: center; box-sizing: border-box; width: 40px; height: 40px; padding: 5px;
  border-radius: 50%; border: 2px solid var(--wasl-sign-edge); box-shadow: 0 1px 3px rgba(0, 0, 0, 0.45); }
.wasl-cluster b { display: grid; place-items: center; width: 26px; height: 26px; border-radius: 50%; background: #fff;
  color: #1d1c1a; font: 700 12px/1 ${FONT}; font-variant-numeric: tabular-nums; }
.wasl-together > span { display: flex; align-items: center; justify-content: center; gap: 3px; box-sizing: border-box;
  height: 28px; padding: 0 6px; border: 2px solid var(--wasl-sign-edge); border-radius: 14px; color: ${SIGN};
  font: 700 12px/1 ${FONT}; font-variant-numeric: tabular-nums; box-shadow: 0 1px 3px rgba(0, 0, 0, 0.45); white-space: nowrap; }
.wasl-route-number > span { display: grid; place-items: center; box-sizing: border-box; min-width: 22px; height: 18px;
  padding: 0 5px; font: 700 11px/1 ${FONT}; border-radius: 4px; color: ${SIGN}; border: 1.5px solid var(--wasl-sign-edge); }
.wasl-arrow path { stroke: ${SIGN}; }
.wasl-map .wasl-casing { stroke: var(--wasl-sign-edge); }
.wasl-map .wasl-veil { fill: #e4dfd5; fill-opacity: 0.82; stroke: #a79f90; stroke-width: 1.5; stroke-dasharray: 6 5; }
.wasl-map .wasl-legend { background: rgba(255, 255, 255, 0.9); color: #1d1c1a; padding: 4px 8px; border-radius: 4px;
  max-width: min(260px, 60vw); }
.wasl-map .leaflet-control-attribution { background: rgba(255, 255, 255, 0.85); color: #3b3832; font-size: 12px;
  padding: 1px 6px; max-width: 100%; box-sizing: border-box; white-space: normal; }
@media (pointer: coarse) {
  .wasl-map .leaflet-bar a { width: 48px; height: 48px; line-height: 48px; }
}
@media screen and (prefers-color-scheme: dark) {
  .wasl-map { --wasl-sign: #161716; --wasl-sign-edge: #161716; background: ${DARK.land}; }
  .wasl-map .wasl-veil { fill: #121312; fill-opacity: 0.8; stroke: #6a665e; }
  .wasl-stop:focus-visible, .wasl-cluster:focus-visible, .wasl-together:focus-visible, .wasl-stop.wasl-next > span { outline-color: #fff; }
  .wasl-map .leaflet-bar a, .wasl-map .leaflet-popup-content-wrapper, .wasl-map .leaflet-popup-tip {
    background: #2a2a28; color: #ebe8e2; border-color: #45433f; }
  .wasl-map .leaflet-bar a.leaflet-disabled { background: #222; color: #77736c; }
  .wasl-map .leaflet-control-attribution, .wasl-map .wasl-legend { background: rgba(28, 29, 28, 0.88); color: #d8d4cb; }
  .wasl-map .leaflet-control-attribution a { color: #d8d4cb; }
}
@media print {
  .wasl-map .leaflet-control-zoom, .wasl-map .leaflet-popup-pane { display: none; }
  .wasl-map { zoom: var(--wasl-paper-zoom, 1); inline-size: var(--wasl-paper-width, auto) !important; break-inside: avoid;
    position: relative !important; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .wasl-map .leaflet-control-attribution { background: #fff; color: #000; }
}
`;

/**
 * A map in `element` of an imported region, its base layer drawn from the service's own tiles.
 * center is [latitude, longitude]; without it the map opens on the whole region. attribution is the region's and stays
 * visible. ownTilesOnly: nothing from another server, even where the owner chose one. Returns the Leaflet map; its
 * `region` is a promise of the region's bounds and attribution, null if unknown.
 */
export function streetMap(element, { regionName, attribution = "© OpenStreetMap contributors", center, zoom = 13,
  words = { zoomIn: "Zoom in", zoomOut: "Zoom out" }, keepPageScroll = false, ownTilesOnly = false }) {
  addStyle();
  element.classList.add("wasl-map");
  // The map's own layout is left to right in every language; popups take the direction of their text.
  element.dir = "ltr";
  const moves = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(element, { ...(center && { center, zoom }), minZoom: 10, maxZoom: 18, zoomSnap: 0.25, zoomControl: false,
    zoomAnimation: moves, fadeAnimation: moves, markerZoomAnimation: moves, inertia: moves,
    scrollWheelZoom: !keepPageScroll, dragging: !(keepPageScroll && window.matchMedia("(pointer: coarse)").matches) });
  // On a phone the thumb reaches the lower corner, and no stop hides behind the buttons.
  const corner = element.clientWidth < NARROW_PIXELS ? "bottomleft" : document.documentElement.dir === "rtl" ? "topright" : "topleft";
  L.control.zoom({ position: corner, zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  map.attributionControl.setPrefix(false).addAttribution(escaped(attribution));
  const base = baseLayer(`/api/v1/regions/${encodeURIComponent(regionName)}/tiles`).addTo(map);
  const names = nameLayer(base).addTo(map);
  const veil = L.layerGroup().addTo(map);
  map.region = fetch(`/api/v1/regions/${encodeURIComponent(regionName)}`)
    .then((answer) => (answer.ok ? answer.json() : null))
    .catch(() => null)  // without the frame the map is the same, only its edge is not shown
    .then((region) => {
      if (region) frameRegion(map, veil, region.bounds);
      if (region?.other_tiles && !ownTilesOnly) showOtherTiles(map, names, region.other_tiles);
      if (!map._loaded) map.setView([0, 0], 10);
      return region;
    });
  const redraw = () => { base.paintAll(); names.paint(); };
  darkMedia.addEventListener("change", redraw);
  const leavePaper = fitPaper(element, redraw);
  map.on("unload", () => { darkMedia.removeEventListener("change", redraw); leavePaper(); });
  return map;
}

/** Show these places, [[latitude, longitude], ...], and let the reader get to them even where they lie off the region. */
export function fitPlaces(map, places, { padding = 28, maxZoom = 16 } = {}) {
  if (!places.length) return;
  const bounds = L.latLngBounds(places);
  map.mustShow = bounds;
  limitTo(map);
  map.fitBounds(bounds, { padding: [padding, padding], maxZoom, animate: false });
  // Where there is room, the view stays on the region instead of showing its outside.
  if (map.frame?.contains(bounds)) map.panInsideBounds(map.frame, { animate: false });
}

/**
 * A route on the streets: [[longitude, latitude], ...] with its direction and its number. An estimated line is dashed:
 * it runs straight from stop to stop. Returns a layer group.
 */
export function routeLine(map, coordinates, { color = "var(--accent, #2f6b3c)", number = "", estimated = false } = {}) {
  const points = coordinates.map(([longitude, latitude]) => L.latLng(latitude, longitude));
  const group = L.layerGroup();
  if (points.length > 1) {
    const shape = { lineJoin: "round", lineCap: "round", interactive: false, smoothFactor: 0.3 };
    const casing = L.polyline(points, { ...shape, className: "wasl-casing", color: "#fff", weight: 8.5, opacity: 0.9 });
    const line = L.polyline(points, { ...shape, weight: 5.5, opacity: 0.95, ...(estimated && { dashArray: "9 10" }) });
    // Set as style and not as attribute: the colour may be a custom property, which follows light, dark and paper.
    line.on("add", () => { line.getElement().style.stroke = color; });
    group.addLayer(casing).addLayer(line);
    addSigns(map, group, { points, color, number: String(number) });
  }
  return group.addTo(map);
}

/**
 * A stop: `label` stands in the shape ("3"), `text` opens beside it. Circles are pickups, squares drop-offs, rings the
 * start and the end, small dots places that are on no route. `state` may be "next" or "done". `layer` may be the map.
 */
export function stopMarker(layer, { latitude, longitude, label = "", kind = "pickup", text = "", state = "",
  color = "var(--accent, #2f6b3c)" }) {
  const face = document.createElement("span");
  face.textContent = label;
  face.style.backgroundColor = color;
  if (kind === "start" || kind === "end") face.style.color = color;
  const icon = L.divIcon({ className: `wasl-stop${state ? ` wasl-${state}` : ""}`, html: face, iconSize: [28, 28] });
  const title = text.split("\n")[0];
  const marker = L.marker([latitude, longitude], { icon, title, alt: text || String(label), riseOnHover: true,
    zIndexOffset: state === "next" ? 1000 : 0, interactive: text !== "", keyboard: text !== "" });
  marker.on("add", () => {
    marker.getElement().dataset.kind = kind;
    if (text) marker.getElement().setAttribute("aria-label", `${label} ${title}`.trim());
  });
  if (text) marker.bindPopup(() => plainText(text), { maxWidth: 280 });
  return marker.addTo(layer);
}

/** A legend's sentence on the map, such as that its lines are estimates. */
export function mapLegend(map, sentence) {
  const corner = document.documentElement.dir === "rtl" ? "bottomright" : "bottomleft";
  const legend = L.control({ position: corner });
  legend.onAdd = () => {
    const box = document.createElement("div");
    box.className = "wasl-legend";
    box.dir = "auto";
    box.textContent = sentence;
    return box;
  };
  return legend.addTo(map);
}

/** The text as an element that shows it and nothing else. */
export function plainText(text) {
  const box = document.createElement("div");
  for (const [index, line] of text.split("\n").entries()) {
    if (index) box.append("\n");
    const part = document.createElement("bdi");
    part.textContent = line;
    box.append(part);
  }
  box.dir = document.documentElement.dir || "auto";
  return box;
}

function escaped(text) {
  const box = document.createElement("bdi");
  box.textContent = text;
  return box.outerHTML;
}

function addStyle() {
  if (document.adoptedStyleSheets.some((sheet) => sheet.isWasl)) return;
  const sheet = new CSSStyleSheet();
  sheet.isWasl = true;
  sheet.replaceSync(STYLE);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

// Outside the region there are no streets to plan on: the map says so instead of showing empty land, opens on the region,
// and goes no farther out than the whole of it.
function frameRegion(map, veil, [west, south, east, north]) {
  const pane = map.getPane("wasl-veil") ?? map.createPane("wasl-veil");
  pane.style.zIndex = 260;  // over the names as well: what is outside is not to be read
  pane.style.pointerEvents = "none";
  map.frame = L.latLngBounds([south, west], [north, east]);
  const around = map.frame.pad(20);
  const world = [around.getSouthWest(), around.getNorthWest(), around.getNorthEast(), around.getSouthEast()];
  const hole = [map.frame.getSouthWest(), map.frame.getSouthEast(), map.frame.getNorthEast(), map.frame.getNorthWest()];
  L.polygon([world, hole], { pane: "wasl-veil", className: "wasl-veil", interactive: false, noClip: true }).addTo(veil);
  if (!map._loaded) map.fitBounds(map.frame, { animate: false });
  limitTo(map);
}

function limitTo(map) {
  if (!map.frame) return;
  const most = L.latLngBounds(map.frame.getSouthWest(), map.frame.getNorthEast());
  if (map.mustShow) most.extend(map.mustShow);
  map.setMinZoom(Math.max(10, Math.min(15, map.getBoundsZoom(most) - 0.25)));
  map.setMaxBounds(most.pad(0.25));
}

// The owner's choice of another server's pictures lies over the own map, and goes when they do not come.
function showOtherTiles(map, names, { url, attribution }) {
  const credit = escaped(attribution);
  const others = L.tileLayer(url, { minZoom: 0, maxZoom: 18, attribution: credit, className: "wasl-other-tiles" });
  let failed = 0;
  others.on("tileload", () => { failed = 0; names.canvas.hidden = true; });
  others.on("tileerror", () => {
    failed += 1;
    if (failed < FAILED_TILES) return;
    others.remove();
    names.canvas.hidden = false;
  });
  others.addTo(map);
}

// On paper the map keeps what it shows and is made smaller until it fits; it is light there and finer.
function fitPaper(element, redraw) {
  const toPaper = () => {
    element.style.setProperty("--wasl-paper-width", `${element.offsetWidth}px`);
    element.style.setProperty("--wasl-paper-zoom", String(Math.min(1, PRINTED_PIXELS / Math.max(1, element.offsetWidth))));
    setPrinting(true);
    redraw();
  };
  const fromPaper = () => { setPrinting(false); redraw(); };
  window.addEventListener("beforeprint", toPaper);
  window.addEventListener("afterprint", fromPaper);
  return () => {
    window.removeEventListener("beforeprint", toPaper);
    window.removeEventListener("afterprint", fromPaper);
  };
}
