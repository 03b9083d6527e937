// Vans whose drivers share where they are, on the map of the day: looked for now and then while somebody looks at the page.
const EVERY_MS = 30_000;

/** Show them on `map`; `element` names the day, its zone and the words, `routeOf(shift)` says whose van it is. */
export function followVans(map, element, routeOf) {
  const { sharedOn, zone, van } = element.dataset;
  if (!sharedOn) return;
  const layer = L.layerGroup().addTo(map);
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: zone });
  const look = async () => {
    if (document.hidden) return;
    const answer = await fetch(`/api/v1/van-positions?service_date=${sharedOn}`).catch(() => null);
    if (!answer?.ok) return;
    const { items } = await answer.json();
    layer.clearLayers();
    for (const each of items) {
      const route = routeOf(each.shift_id);
      if (!route) continue;
      const name = van.replace("{vehicle}", route.vehicle_name).replace("{time}", clock.format(new Date(each.told_at)));
      vanMarker(each, route, name).addTo(layer);
    }
  };
  look();
  setInterval(look, EVERY_MS);
  document.addEventListener("visibilitychange", look);
}

function vanMarker({ latitude, longitude }, { number }, name) {
  const face = document.createElement("span");
  face.textContent = number;
  face.className = `r${(number - 1) % 8}`;
  const icon = L.divIcon({ className: "wasl-van", html: face, iconSize: [34, 26] });
  const marker = L.marker([latitude, longitude], { icon, title: name, alt: name, zIndexOffset: 2000 });
  marker.on("add", () => marker.getElement().setAttribute("aria-label", name));
  return marker.bindPopup(() => Object.assign(document.createElement("bdi"), { textContent: name }));
}
