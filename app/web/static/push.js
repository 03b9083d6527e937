// Switches notifications on and off for this browser: asks it for leave, subscribes with the network's key, tells the service.

const section = document.querySelector("#push");
if (section) begin(section);

async function begin(section) {
  const on = section.querySelector("#push-on"), off = section.querySelector("#push-off");
  const can = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  if (!can) return say(section.dataset.cannot);
  on.addEventListener("click", () => pressed(on, switchOn));
  off.addEventListener("click", () => pressed(off, switchOff));
  await show();

  function say(sentence) {
    section.querySelector("#push-says").textContent = sentence;
  }

  async function show() {
    const subscribed = await subscription();
    const known = subscribed && (await rowOf(subscribed.endpoint));
    on.hidden = Boolean(known) || Notification.permission === "denied";
    off.hidden = !known;
    say(known ? section.dataset.on : Notification.permission === "denied" ? section.dataset.denied : section.dataset.off);
  }

  async function pressed(button, deed) {
    button.disabled = true;
    try {
      await deed();
      location.assign("/notifications"); // the list of devices and the trial are the server's to show
    } catch (failed) {
      button.disabled = false;
      say(failed?.name === "NotAllowedError" ? section.dataset.denied : section.dataset.failed);
    }
  }

  async function switchOn() {
    if ((await Notification.requestPermission()) !== "granted") throw new DOMException("no leave", "NotAllowedError");
    const registration = await registered();
    const { key } = await asked("/api/v1/me/push-key");
    const old = await registration.pushManager.getSubscription();
    if (old && !sameKey(old, key)) await old.unsubscribe();
    const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) });
    const { endpoint, keys } = made.toJSON();
    await asked("/api/v1/me/devices", { endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth } });
  }

  async function switchOff() {
    const subscribed = await subscription(), row = subscribed && (await rowOf(subscribed.endpoint));
    if (row) {
      const answer = await fetch(`/api/v1/me/devices/${row.querySelector("[name=device_id]").value}`, { method: "DELETE" });
      if (!answer.ok && answer.status !== 404) throw new Error(`${answer.status}`);
    }
    await subscribed?.unsubscribe();
  }

  /** This browser among the devices of the person; null where it is not, though somebody else may have subscribed it. */
  async function rowOf(endpoint) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint)));
    const name = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return section.querySelector(`[data-endpoint="${name}"]`);
  }
}

async function registered() {
  await navigator.serviceWorker.register("/notify-worker.js", { scope: "/notifications" });
  return navigator.serviceWorker.ready;
}

async function subscription() {
  const registration = await navigator.serviceWorker.getRegistration("/notifications");
  return (await registration?.pushManager.getSubscription()) ?? null;
}

async function asked(path, body) {
  const wish = body === undefined ? {} : {
    method: "POST", body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() },
  };
  const answer = await fetch(path, wish);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

function bytesOf(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function sameKey(subscribed, key) {
  const kept = subscribed.options?.applicationServerKey;
  return Boolean(kept) && String(new Uint8Array(kept)) === String(bytesOf(key));
}
