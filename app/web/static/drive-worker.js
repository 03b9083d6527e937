// The driver's page without a connection: the last page that came and what it needs stand on the phone. It is shown from there
// at once and read again behind it; whatever is sent goes to the service and nowhere else.
const VERSION = "{version}";
const CACHE = `wasl-drive-${VERSION}`, PAGE = "/drive";
const FILES = JSON.parse('{files}');

self.addEventListener("install", (event) => event.waitUntil(keepFiles().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(dropOthers().then(() => self.clients.claim())));
self.addEventListener("fetch", (event) => {
  const { request } = event, { origin, pathname, search } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method === "GET" && pathname === PAGE) {
    event.respondWith(search || request.headers.has("Wasl-Fresh") ? fresh(request) : kept(request));
  } else if (request.method === "GET" && FILES.includes(pathname)) {
    event.respondWith(caches.match(pathname).then((found) => found ?? fetch(request)));
  } else if (pathname.startsWith(`${PAGE}/`)) {
    event.respondWith(request.method === "GET" ? linkOpened(request) : linkTaken(request));
  }
});

async function keepFiles() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
}

async function dropOthers() {
  const names = (await caches.keys()).filter((name) => name.startsWith("wasl-drive-") && name !== CACHE);
  const page = await caches.match(PAGE);
  if (page) await (await caches.open(CACHE)).put(PAGE, page);
  await Promise.all(names.map((name) => caches.delete(name)));
}

async function forgetPage() {
  for (const name of await caches.keys()) await (await caches.open(name)).delete(PAGE);
}

async function kept(request) {
  return (await caches.match(PAGE)) ?? fresh(request);
}

async function fresh(request) {
  let answer;
  try {
    answer = await fetch(request);
  } catch (lost) {
    const page = request.headers.has("Wasl-Fresh") ? null : await caches.match(PAGE);
    if (!page) throw lost;
    // Kept is the language that was read last: in the other one the page says that it needs a connection.
    const language = new URL(request.url).searchParams.get("lang");
    return language ? Response.redirect(`${PAGE}#kept-${language}`) : page;
  }
  if (answer.ok && answer.headers.get("Wasl-Page") === "drive") {
    const copy = answer.clone();
    await caches.open(CACHE).then((cache) => cache.put(PAGE, copy)).catch(() => {}); // a full disk stops nobody
  } else if ([401, 403, 404].includes(answer.status) || answer.type === "opaqueredirect") await forgetPage();
  return answer;
}

/** The link from the dispatcher's message once more: without a connection it leads to what is kept. */
async function linkOpened(request) {
  try {
    return await fetch(request);
  } catch (lost) {
    if (await caches.match(PAGE)) return Response.redirect(PAGE);
    throw lost;
  }
}

/** Another link may be another shift's: what is kept is not its route. */
async function linkTaken(request) {
  const answer = await fetch(request);
  if (answer.ok || answer.type === "opaqueredirect") await forgetPage();
  return answer;
}
