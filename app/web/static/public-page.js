// The page for everybody: its places on a map, and the nearest of them first. Where the reader is never leaves the
// browser: it is compared with the places that the page has already, and the map does not move there, since its tiles
// are asked for by place. The map is drawn when it comes into view: it weighs more than the rest of the page. Without
// this script the page is whole.
import { loadLeaflet } from "/static/leaflet-loading.js";

const EARTH_KM = 6371.0088;
const PATIENCE_MS = 20_000;
const radians = (degrees) => degrees * Math.PI / 180;

/** Kilometres as the crow flies, by the haversine formula. */
function kilometresBetween(a, b) {
  const half = Math.sin(radians(b.latitude - a.latitude) / 2) ** 2
    + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * Math.sin(radians(b.longitude - a.longitude) / 2) ** 2;
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(half)));
}

const placeOf = ({ dataset }) => ({ latitude: Number(dataset.latitude), longitude: Number(dataset.longitude) });

function sortByDistance(list, from, words) {
  const rows = [...list.children].map((row) => ({ row, km: kilometresBetween(from, placeOf(row)) }));
  rows.sort((a, b) => a.km - b.km);
  for (const { row, km } of rows) {
    const away = row.querySelector(".away");
    away.textContent = km < 1 ? words.close.replace("{metres}", String(Math.round(km * 100) * 10)) : words.away.replace("{km}", km.toFixed(1));
    away.hidden = false;
    list.append(row);
  }
}

function offerNearest(box) {
  if (!navigator.geolocation) return;
  const status = box.querySelector("[role=status]"), { looking, sorted, failed } = box.dataset;
  box.hidden = false;
  box.querySelector("button").addEventListener("click", () => {
    status.textContent = looking;
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      document.querySelectorAll(".points").forEach((list) => sortByDistance(list, coords, box.dataset));
      status.textContent = sorted;
    }, () => { status.textContent = failed; }, { timeout: PATIENCE_MS, maximumAge: 60_000 });
  });
}

async function showMap(element) {
  await loadLeaflet();
  const { fitPlaces, stopMarker, streetMap } = await import("/static/street-map.js");
  const { region, zoomIn, zoomOut } = element.dataset;
  const map = streetMap(element, { regionName: region, words: { zoomIn, zoomOut }, keepPageScroll: true, ownTilesOnly: true });
  const rows = [...document.querySelectorAll(".point")];
  for (const row of rows) {
    const isOpen = row.querySelector(".stands.open") !== null;
    const text = [row.dataset.name, row.querySelector(".stands strong").textContent.trim()].join("\n");
    stopMarker(map, { ...placeOf(row), text, kind: "place", color: isOpen ? "var(--accent)" : "var(--muted)" });
  }
  await map.region;
  fitPlaces(map, rows.map((row) => Object.values(placeOf(row))));
}

function showMapWhenSeen(element) {
  element.hidden = false;
  const watch = new IntersectionObserver((seen) => {
    if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
    watch.disconnect();
    showMap(element).catch(() => { element.hidden = true; });  // the list has all that the map would show
  });
  watch.observe(element);
}

const near = document.getElementById("near"), map = document.getElementById("points-map");
if (near) offerNearest(near);
if (map) showMapWhenSeen(map);
