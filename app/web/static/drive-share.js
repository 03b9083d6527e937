// Where the van is, for whoever turns that on: the phone is asked for its place then and not before, sends it now and then while
// there is a connection, keeps none of it, and takes back what it sent when it is turned off.
const EVERY_MS = 30_000, FAR_METRES = 100; // sent when so much time has passed, or so much road
const ADDRESS = "/api/v1/driver/position", KEY = "wasl-share";
const DENIED = 1; // as browsers number what went wrong
const METRES_PER_DEGREE = 111_320;

export class Sharing {
  #watch; #ending; #last; #sending = Promise.resolve();

  /** `box` has the switch and says how it stands; `shift` is the one that this phone drives; places are taken `from` an
   *  hour before it `until` its end. */
  constructor(box, { shift, from, until, words, clock }) {
    Object.assign(this, { box, shift, words, clock, from: new Date(from).getTime(), until: new Date(until).getTime() });
    this.control = box.querySelector("[data-share]");
    this.said = box.querySelector("[data-share-said]");
    if (!navigator.geolocation || Date.now() >= this.until) { this.control.disabled = true; }
    this.control.addEventListener("change", () => (this.control.checked ? this.#begin() : this.end("")));
    window.addEventListener("online", () => this.#takeBack());
    const kept = remembered();
    if (kept && kept.shift !== shift) remember(null); // each shift begins without
    else if (kept?.isLeaving) this.#takeBack();
    else if (kept && !this.control.disabled) this.#begin();
  }

  /** Share it no longer; what was sent is forgotten where it went. */
  end(sentence) {
    if (this.#watch === undefined) return;
    navigator.geolocation.clearWatch(this.#watch);
    clearTimeout(this.#ending);
    this.#watch = this.#last = undefined;
    this.control.checked = false;
    this.said.textContent = sentence;
    remember({ shift: this.shift, isLeaving: true });
    this.#takeBack();
  }

  #begin() {
    if (this.#watch !== undefined) return;
    if (Date.now() < this.from) { // the phone is not asked for its place before that either
      this.control.checked = false;
      this.said.textContent = this.#early();
      return;
    }
    this.control.checked = true;
    this.said.textContent = "";
    remember({ shift: this.shift });
    this.#watch = navigator.geolocation.watchPosition(({ coords }) => this.#told(coords),
      ({ code }) => { if (code === DENIED) this.end(this.words.denied); }, { maximumAge: 15_000 });
    this.#ending = setTimeout(() => this.end(this.words.over), this.until - Date.now());
  }

  #early() { return this.words.early.replace("{time}", this.clock(this.from)); }

  /** One place at a time, and only now: what cannot be sent is let go. */
  #told(coords) {
    if (Date.now() >= this.until) { this.end(this.words.over); return; }
    const isNews = !this.#last || Date.now() - this.#last.at >= EVERY_MS || metresBetween(this.#last.coords, coords) >= FAR_METRES;
    if (!isNews || !navigator.onLine || this.isSending) return;
    this.#last = { at: Date.now(), coords };
    this.isSending = true;
    this.#sending = this.#send(coords).catch(() => {}).finally(() => { this.isSending = false; });
  }

  async #send({ latitude, longitude, accuracy }) {
    const body = JSON.stringify({ latitude, longitude, accuracy_metres: Math.min(1_000_000, Math.round(accuracy)) });
    const answer = await fetch(ADDRESS, { method: "PUT", redirect: "manual", body,
      headers: { Accept: "application/json", "Content-Type": "application/json" } });
    if (answer.ok && this.#watch !== undefined) this.said.textContent = this.words.shared.replace("{time}", this.clock(Date.now()));
    else if ([401, 403, 404, 409].includes(answer.status)) {
      const told = await answer.json().catch(() => null); // a phone whose clock is ahead hears it from the service
      this.end(told?.code === "sharing_not_yet" ? this.#early() : this.words.over);
    }
  }

  async #takeBack() {
    await this.#sending; // what is on its way must not arrive after this
    if (!remembered()?.isLeaving) return;
    const answer = await fetch(ADDRESS, { method: "DELETE", redirect: "manual" }).catch(() => null);
    if (answer && (answer.ok || [401, 403, 404].includes(answer.status)) && remembered()?.isLeaving) remember(null);
  }
}

function remembered() {
  try { return JSON.parse(localStorage.getItem(KEY)); } catch { return null; }
}

function remember(how) {
  try {
    if (how) localStorage.setItem(KEY, JSON.stringify(how)); else localStorage.removeItem(KEY);
  } catch { /* a browser that keeps nothing forgets this as well */ }
}

function metresBetween(one, other) {
  const north = (other.latitude - one.latitude) * METRES_PER_DEGREE;
  const east = (other.longitude - one.longitude) * METRES_PER_DEGREE * Math.cos(one.latitude * Math.PI / 180);
  return Math.hypot(north, east);
}
