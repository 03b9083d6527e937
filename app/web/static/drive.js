// A double tap sends one report; the form's own id guards it on the server as well.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
  window.addEventListener("pageshow", () => delete form.dataset.sent);
}

// The map of the route comes when the reader scrolls to it: the next stop and its buttons never wait for it.
const map = document.getElementById("map");
if (map && "IntersectionObserver" in window) {
  map.hidden = false;
  const watch = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    watch.disconnect();
    drawMap(map).catch(() => { map.hidden = true; });
  }, { rootMargin: "200px" });
  watch.observe(map);
}

async function drawMap(element) {
  const answer = await fetch("/api/v1/driver/route");
  if (!answer.ok) throw new Error("no route");
  const { route, progress } = await answer.json();
  await loadLeaflet();
  const [{ mapOf, routeOn }, { fitPlaces }] = await Promise.all([import("/static/route-on-map.js"), import("/static/street-map.js")]);
  const { map: drawn, kilograms, signs } = mapOf(element, { keepPageScroll: true });
  const done = new Set(progress.filter(({ state }) => state === "done" || state === "failed").map((each) => each.stop_id));
  const stateOf = ({ id }) => (id === element.dataset.next ? "next" : done.has(id) ? "done" : "");
  const { stops } = routeOn(drawn, route, { kilograms, stateOf, isEstimated: "estimated" in element.dataset });
  await drawn.region;
  fitPlaces(drawn, stops.map((stop) => [stop.latitude, stop.longitude]));
  signs.show(stops.sort((a, b) => (b.state === "next") - (a.state === "next")));
}

function loadLeaflet() {
  const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: "/static/leaflet/leaflet.css" });
  const script = Object.assign(document.createElement("script"), { src: "/static/leaflet/leaflet.js" });
  const loaded = Promise.all([style, script].map((each) => new Promise((resolve, reject) => {
    each.addEventListener("load", resolve);
    each.addEventListener("error", reject);
  })));
  document.head.append(style, script);
  return loaded;
}
