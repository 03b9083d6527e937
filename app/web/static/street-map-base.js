// The map's own base layer: tiles of areas and lines painted on canvas, and the names over them on one canvas more.
// Everything comes from the service itself; names are in the language of the page where the extract has them.

const TILE_PIXELS = 256;
const NOTHING = { extent: 1 };
const LOWEST_ZOOM = 10, HIGHEST_ZOOM = 18;
const NAME_SPACING_PIXELS = 280;
export const FONT = '"Noto Sans", "Noto Sans Arabic", system-ui, sans-serif';
// The first letter that has a direction says how a label is read; digits and signs before it do not.
const READS_FROM_THE_RIGHT = /^\P{L}*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u;

export const LIGHT = {
  land: "#f5f2ec", sea: "#b8d4de", water: "#b8d4de", green: "#dde8cf", wood: "#d0e0c2", building: "#e5dfd5",
  river: "#b8d4de", stream: "#c3dae2", rail: "#b9b4ad",
  motorway: "#f2c98a", trunk: "#f2d19b", primary: "#f8e3b4", secondary: "#fcf1d3", tertiary: "#ffffff", street: "#ffffff",
  service: "#ffffff", path: "#cfc6b8", casing: "#d3cabb", casingMain: "#d8b778",
  name: "#4a4640", place: "#2e2b27", halo: "rgba(250, 248, 244, 0.92)",
};
export const DARK = {
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

const DARK_SCREEN = "(prefers-color-scheme: dark)";
// One list is read and another is listened to: in Chromium a read between the change and its event swallows the event.
const darkNow = window.matchMedia(DARK_SCREEN), darkMedia = window.matchMedia(DARK_SCREEN);
let printing = false;
// Between the pixels of a screen zooms may lie; paper has more pixels than a screen.
const sharpness = () => (printing ? 3 : Math.min(3, (window.devicePixelRatio || 1) * 1.25));
const colours = () => (darkNow.matches && !printing ? DARK : LIGHT);

/** On paper the map is light and finer; call `redraw` afterwards. */
export function setPrinting(on) { printing = on; }

/** Tells when the reader's screen turns dark or light; never read it. */
export { darkMedia };

const nameFor = (label) => label.in?.[document.documentElement.lang.slice(0, 2)] ?? label.name;

export function baseLayer(url) {
  const Layer = L.GridLayer.extend({
    contents: new Map(),

    createTile(coords, done) {
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = TILE_PIXELS * sharpness();
      fetch(`${url}/${coords.z}/${coords.x}/${coords.y}.json`)
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`${answer.status}`))))
        .then((content) => this.keep({ coords, content, canvas }, null, done))
        .catch((error) => this.keep({ coords, content: NOTHING, canvas }, error, done));
      return canvas;
    },

    // A tile without content is kept too: its land turns dark with the rest.
    keep(tile, error, done) {
      if (tile.canvas.dataset.unloaded) return;
      this.contents.set(tileKey(tile.coords), tile);
      paintTile(tile);
      done(error, tile.canvas);
    },

    paintAll() { this.contents.forEach(paintTile); },
  });
  const layer = new Layer({ tileSize: TILE_PIXELS, minZoom: LOWEST_ZOOM, maxZoom: HIGHEST_ZOOM, keepBuffer: 3 });
  layer.contents = new Map();
  layer.on("tileunload", ({ coords, tile }) => {
    tile.dataset.unloaded = "yes";
    layer.contents.delete(tileKey(coords));
  });
  return layer;
}

const tileKey = ({ z, x, y }) => `${z}/${x}/${y}`;

function paintLand(canvas) {
  const pen = canvas.getContext("2d");
  pen.fillStyle = colours().land;
  pen.fillRect(0, 0, canvas.width, canvas.height);
}

function paintTile({ coords, content, canvas }) {
  const ink = colours(), scale = sharpness();
  canvas.width = canvas.height = TILE_PIXELS * scale;
  const pen = canvas.getContext("2d");
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

export function nameLayer(base) {
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
      const size = map.getSize(), scale = sharpness();
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
    if (coords.z !== Math.round(zoom)) return;
    // Between two whole zooms the tiles are stretched; the names are written where they then lie, in their own size.
    const stretch = 2 ** (zoom - coords.z), side = TILE_PIXELS * stretch, unit = side / content.extent;
    const place = (x, y) => [coords.x * side + x * unit - origin.x, coords.y * side + y * unit - origin.y];
    for (const label of content.places ?? []) names.push({ name: nameFor(label), kind: label.kind, at: place(...label.at) });
    for (const label of content.names ?? []) {
      const { kind, line } = label, name = nameFor(label);
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
    pen.direction = READS_FROM_THE_RIGHT.test(name) ? "rtl" : "ltr";
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
