// Shows what is pushed to this browser, and opens its page when somebody presses it. It keeps nothing and answers no request;
// the driver's page has a worker of its own.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("push", (event) => event.waitUntil(show(event.data)));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.page ?? "/"));
});
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(subscribeAgain(event)));

function show(data) {
  const { title, body, page, tag, lang, dir } = data.json();
  return self.registration.showNotification(title, { body, tag, lang, dir, icon: "/static/icon.svg", data: { page } });
}

/** A page of ours and of nobody else's, in a window that has it already or in a new one. */
async function open(page) {
  const wanted = new URL(page, self.location.origin);
  if (wanted.origin !== self.location.origin) return;
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find((each) => each.url === wanted.href);
  await (there ? there.focus() : self.clients.openWindow(wanted.href));
}

/** The browser has dropped its subscription: with the same key it gets another. Who is signed in no more has to do it by hand. */
async function subscribeAgain(event) {
  const options = event.oldSubscription?.options;
  if (!options) return;
  const { endpoint, keys } = (await self.registration.pushManager.subscribe(options)).toJSON();
  await fetch("/api/v1/me/devices", {
    method: "POST", body: JSON.stringify({ endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth } }),
    headers: { "Content-Type": "application/json" },
  });
}
