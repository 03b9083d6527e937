// Sites: all of them on the map; for one, suggestions while typing and a pin to drag. Without this script the forms work.
import { fitPlaces, plainText, stopMarker, streetMap } from "/static/street-map.js";

const PAUSE_MS = 180;
const PIN_ZOOM = 17;
const language = document.documentElement.lang;

function mapIn(element, options = {}) {
  element.hidden = false;
  const { region, zoomIn, zoomOut } = element.dataset;
  return streetMap(element, { regionName: region, words: { zoomIn, zoomOut }, ...options });
}

function showSites(element) {
  const rows = [...document.querySelectorAll(".sites > li[data-latitude]")];
  const map = mapIn(element);
  const places = rows.map((row) => {
    const { latitude, longitude, name, address } = row.dataset;
    const isFar = "far" in row.dataset;
    const text = [name, address, isFar ? `▲ ${element.dataset.flag}` : ""].filter(Boolean).join("\n");
    stopMarker(map, { latitude: Number(latitude), longitude: Number(longitude), text, ...(isFar
      ? { label: "!", kind: "drop_off", color: "var(--warn)" } : { kind: "place" }) });
    return [Number(latitude), Number(longitude)];
  });
  map.region.then(() => fitPlaces(map, places));
}

/** A pin on a street map that can be dragged; touching the map puts it there. `moved` is told [latitude, longitude]. */
export function draggablePin(map, { title, moved }) {
  const face = document.createElement("span");
  const icon = L.divIcon({ className: "wasl-pin", html: face, iconSize: [36, 48], iconAnchor: [18, 44] });
  const pin = L.marker([0, 0], { icon, draggable: true, autoPan: true, title, alt: title });
  const tell = () => { const { lat, lng } = pin.getLatLng().wrap(); moved([lat, lng]); };
  pin.on("dragend", tell);
  const place = (position, { look = false } = {}) => {
    pin.setLatLng(position);
    if (!map.hasLayer(pin)) pin.addTo(map);
    if (look) fitPlaces(map, [position], { maxZoom: PIN_ZOOM });
  };
  map.on("click", ({ latlng }) => { place(latlng.wrap()); tell(); });
  return { place };
}

function editPin(element) {
  const field = (id) => document.getElementById(id);
  const says = field("pin-says"), address = field("address"), search = field("q");
  let filled = address.value;  // what was not typed by hand may be replaced
  says.hidden = false;
  says.textContent = says.dataset.hint;
  const map = mapIn(element);
  const typed = () => [field("latitude").value, field("longitude").value].map((text) => Number.parseFloat(latin(text)));
  const pin = draggablePin(map, { title: element.dataset.pin, moved: (position) => { write(position); nameIt(position); } });

  const write = ([latitude, longitude]) => {
    field("latitude").value = latitude.toFixed(6);
    field("longitude").value = longitude.toFixed(6);
  };
  const show = () => {
    const [latitude, longitude] = typed();
    if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) pin.place([latitude, longitude], { look: true });
  };
  const nameIt = async ([lat, lon]) => {
    const found = await ask(search.dataset.region, "addresses/reverse", { lat, lon });
    const there = found?.hits[0];
    if (!there) { says.textContent = says.dataset.hint; return; }
    says.replaceChildren(plainText(says.dataset.there.replace("{address}", there.label)));
    if (!address.value || address.value === filled) address.value = filled = addressOf(there);
  };
  map.region.then(() => {
    const [latitude] = typed();
    if (Number.isFinite(latitude)) show();
    else if (element.dataset.near) map.setView(element.dataset.near.split(",").map(Number), 14, { animate: false });
  });
  for (const id of ["latitude", "longitude"]) field(id).addEventListener("change", show);
  suggest(search, (hit) => {
    write([hit.latitude, hit.longitude]);
    show();
    address.value = filled = addressOf(hit);
    if (hit.kind === "place" && !field("name").value) {
      field("name").value = hit.name;
      choosePartner(hit.name);
    }
    says.textContent = says.dataset.hint;
  });
}

// A place's own name is the site's name and not part of its address; a street's is its address.
function addressOf(hit) {
  return ["place", "address", "point"].includes(hit.kind) && hit.address ? hit.address : hit.label;
}

// Lidl, Cardiff Road is Lidl's.
function choosePartner(name) {
  const options = [...document.querySelectorAll("select#organisation_id option")];
  const fits = options.find((option) => name.toLowerCase().startsWith(option.textContent.trim().toLowerCase()));
  if (fits) fits.selected = true;
}

async function ask(region, what, query) {
  const words = new URLSearchParams({ ...query, lang: language });
  const answer = await fetch(`/api/v1/regions/${encodeURIComponent(region)}/${what}?${words}`).catch(() => null);
  return answer?.ok ? answer.json() : null;
}

// A list of answers under the search field: arrow keys walk through it, Enter picks, Escape closes.
function suggest(search, picked) {
  const box = document.getElementById("answers");
  let waiting = 0, asked = 0, hits = [], at = -1;
  const list = document.createElement("ul");
  list.className = "plain answers";
  list.id = "answer-list";
  list.setAttribute("role", "listbox");
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
    "aria-controls": list.id })) search.setAttribute(name, value);

  const close = () => { hits = []; at = -1; box.replaceChildren(); search.setAttribute("aria-expanded", "false");
    search.removeAttribute("aria-activedescendant"); };
  const choose = (hit) => { close(); picked(hit); };
  const mark = (index) => {
    at = index;
    [...list.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === at)));
    if (at >= 0) search.setAttribute("aria-activedescendant", list.children[at].id);
  };
  const show = (found) => {
    hits = found;
    list.replaceChildren(...hits.map((hit, number) => option(hit, number)));
    if (hits.length) box.replaceChildren(list);
    else { const none = document.createElement("p"); none.className = "muted"; none.textContent = search.dataset.none;
      box.replaceChildren(none); }
    search.setAttribute("aria-expanded", String(hits.length > 0));
    mark(-1);
  };
  const option = (hit, number) => {
    const item = document.createElement("li");
    item.id = `answer-${number}`;
    item.className = "answer";
    item.setAttribute("role", "option");
    const name = document.createElement("strong");
    name.textContent = hit.name || hit.address;
    const words = document.createElement("bdi");
    words.append(name);
    if (hit.name && hit.address) words.append(document.createElement("br"), hit.address);
    item.append(words);
    const remark = hit.match === "street_only" ? search.dataset.streetOnly
      : hit.match === "swapped_point" ? search.dataset.swapped : "";
    if (remark) { const flag = document.createElement("span"); flag.className = "state far"; flag.textContent = `▲ ${remark}`;
      item.append(flag); }
    item.addEventListener("pointerdown", (event) => event.preventDefault());
    item.addEventListener("click", () => choose(hit));
    return item;
  };
  const look = async ({ typing }) => {
    const text = search.value.trim();
    const mine = (asked += 1);
    if (!text) { close(); return; }
    const [lat, lon] = (search.dataset.near ?? "").split(",");
    const found = await ask(search.dataset.region, "addresses",
      { q: text, limit: 6, typing, ...(lon && { lat, lon }) });
    if (mine === asked && found) show(found.hits);  // an answer that comes late is not of this question
  };
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(() => look({ typing: true }), PAUSE_MS); });
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!hits.length) return;
      event.preventDefault();
      mark((at + (event.key === "ArrowDown" ? 1 : -1) + hits.length) % hits.length);
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      clearTimeout(waiting);
      if (at >= 0) choose(hits[at]); else look({ typing: false });
    } else if (event.key === "Escape") close();
  });
  document.querySelector("button[name=find]").addEventListener("click", (event) => {
    event.preventDefault();
    look({ typing: false });
  });
}

// Arabic and Persian digits and the Arabic decimal mark, as JavaScript reads numbers.
function latin(text) {
  return text.replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0)).replace(/[٫,]/g, ".").replace("−", "-");
}

document.getElementById("faults")?.focus();
const sites = document.getElementById("sites-map"), pinMap = document.getElementById("pin-map");
window.addEventListener("load", () => {
  if (sites) showSites(sites);
  if (pinMap) editPin(pinMap);
});
