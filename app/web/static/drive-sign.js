// A signature on the phone: drawn with a finger or a pen, and kept in its form as strokes on a field a thousand wide, so that it
// goes the way of every other report. The name beside it is enough for whoever does not draw.
const WIDE = 1000, MOST_STROKES = 100, MOST_POINTS = 2000; // as the service takes them
const NEAR = 5; // what is closer than this to the point before says nothing
const THICK = 7;

let stroke = null, drawing = null;

/** From now on every pad below `root` is drawn on. */
export function takeSignatures(root) {
  root.addEventListener("pointerdown", (event) => {
    if (!event.target.matches?.("canvas.pad") || event.button > 0 || drawing?.isConnected) return;
    const strokes = strokesOf(event.target);
    if (strokes.length >= MOST_STROKES || count(strokes) >= MOST_POINTS) return;
    drawing = event.target;
    drawing.setPointerCapture?.(event.pointerId);
    stroke = pointOf(event);
    draw(drawing, [...strokes, stroke]);
  });
  root.addEventListener("pointermove", (event) => {
    if (event.target !== drawing) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) extend(each);
    draw(drawing, [...strokesOf(drawing), stroke]);
  });
  for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, () => {
    if (!drawing) return;
    if (drawing.isConnected) keep(drawing, [...strokesOf(drawing), stroke]);
    drawing = stroke = null;
  });
  root.addEventListener("click", (event) => {
    const pad = event.target.closest?.("[data-clear]")?.parentElement.querySelector("canvas");
    if (pad) keep(pad, []);
  });
  root.addEventListener("toggle", ({ target }) => target.matches?.(".signing") && drawPads(target), true);
  window.addEventListener("resize", () => drawPads(root));
}

/** Whether a finger is on a pad: the card that it is on is not written anew meanwhile. */
export function isDrawing() { return Boolean(drawing?.isConnected); }

/** Draw what the forms below `root` hold; nothing is lost when a card is written anew. */
export function drawPads(root) { for (const pad of root.querySelectorAll(".signing[open] canvas.pad")) draw(pad, strokesOf(pad)); }

function fieldOf(pad) { return pad.closest("form").elements.strokes; }

function strokesOf(pad) { return fieldOf(pad).value ? JSON.parse(fieldOf(pad).value) : []; }

function keep(pad, strokes) {
  fieldOf(pad).value = strokes.length ? JSON.stringify(strokes) : "";
  draw(pad, strokes);
}

function count(strokes) { return strokes.reduce((sum, each) => sum + each.length / 2, 0); }

/** Where the finger is on the field: x and y, a thousand across. */
function pointOf({ clientX, clientY }) {
  const box = drawing.getBoundingClientRect(), within = (each) => Math.max(0, Math.min(WIDE, Math.round(each)));
  return [within((clientX - box.left) * WIDE / box.width), within((clientY - box.top) * WIDE / box.width)];
}

function extend(event) {
  const [x, y] = pointOf(event), [beforeX, beforeY] = stroke.slice(-2);
  const isFull = count(strokesOf(drawing)) + stroke.length / 2 >= MOST_POINTS;
  if (!isFull && Math.hypot(x - beforeX, y - beforeY) >= NEAR) stroke.push(x, y);
}

function draw(pad, strokes) {
  const box = pad.getBoundingClientRect(), dots = window.devicePixelRatio || 1;
  if (!box.width) return;
  pad.width = Math.round(box.width * dots);
  pad.height = Math.round(box.height * dots);
  const pen = pad.getContext("2d"), scale = pad.width / WIDE;
  Object.assign(pen, { lineWidth: THICK * scale, lineCap: "round", lineJoin: "round", strokeStyle: getComputedStyle(pad).color });
  for (const each of strokes) {
    pen.beginPath();
    for (let place = 0; place < each.length; place += 2) pen.lineTo(each[place] * scale, each[place + 1] * scale);
    if (each.length === 2) pen.lineTo(each[0] * scale, each[1] * scale); // a dot
    pen.stroke();
  }
}
