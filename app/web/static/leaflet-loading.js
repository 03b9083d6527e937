// Leaflet for pages that draw a map only when somebody looks at it: it weighs more than the rest of them.

/** Resolves when Leaflet is there, rejects where it does not come. */
export function loadLeaflet() {
  const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: "/static/leaflet/leaflet.css" });
  const script = Object.assign(document.createElement("script"), { src: "/static/leaflet/leaflet.js" });
  const loaded = Promise.all([style, script].map((each) => new Promise((resolve, reject) => {
    each.addEventListener("load", resolve);
    each.addEventListener("error", reject);
  })));
  document.head.append(style, script);
  return loaded;
}
