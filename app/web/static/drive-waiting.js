// What a driver reports, kept on the phone until the service has it: written to the disk before anything else happens, so that
// it outlives a lost connection, a closed page and a phone that dies.
const STORE = "reports", PHOTOS = "photos";

/** One report: its `id`, its form as `body`, the `stop`, `kind` and `shift` it is about, when it was made (`at`), and how it
 *  stands: `waiting`, `sent` (with the service's time in `recordedAt`) or `refused` (with what it said in `detail`). */
export class WaitingReports {
  #opened;

  /** Reports in the order in which they were made. */
  async all() {
    const found = await this.#ask("readonly", (store) => store.getAll());
    return found.sort((a, b) => a.order - b.order);
  }

  /** All reports in their order, and all photos, as they stand at one moment. */
  async everything() {
    const tried = async () => {
      const transaction = (await this.#open()).transaction([STORE, PHOTOS]);
      const found = [STORE, PHOTOS].map((name) => answered(transaction.objectStore(name).getAll()));
      const [reports, photos] = await Promise.all(found);
      return { reports: reports.sort((a, b) => a.order - b.order), photos };
    };
    try {
      return await tried();
    } catch {
      this.#opened = undefined;
      return tried();
    }
  }

  /** Keep a report, with photos that wait for it from now on; the same one again changes nothing. */
  async add(report, photos = []) {
    const database = await this.#open();
    const transaction = database.transaction([STORE, PHOTOS], "readwrite", { durability: "strict" });
    const store = transaction.objectStore(STORE);
    const known = await answered(store.get(report.id));
    if (!known) store.add({ ...report, order: Date.now() });
    for (const photo of photos) transaction.objectStore(PHOTOS).put({ ...photo, report: report.id, state: "waiting" });
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }

  get(id) { return this.#ask("readonly", (store) => store.get(id)); }

  change(report, told) { return this.#ask("readwrite", (store) => store.put({ ...report, ...told })); }

  forget(id) { return this.#ask("readwrite", (store) => store.delete(id)); }

  /** Photos: `id`, `bytes` of a `type`, `stop`, `shift` and its end (`until`), the `report` that they belong to, and how they stand: `draft`,
   *  `waiting` or `refused`. */
  photos() { return this.#ask("readonly", (store) => store.getAll(), PHOTOS); }

  putPhoto(photo) { return this.#ask("readwrite", (store) => store.put(photo), PHOTOS); }

  forgetPhoto(id) { return this.#ask("readwrite", (store) => store.delete(id), PHOTOS); }

  async #ask(mode, asked, name = STORE) {
    const tried = async () => answered(asked((await this.#open()).transaction(name, mode).objectStore(name)));
    try {
      return await tried();
    } catch {
      this.#opened = undefined;
      return tried();
    }
  }

  #open() {
    this.#opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open("wasl-drive", 2);
      request.onupgradeneeded = () => {
        for (const name of [STORE, PHOTOS]) {
          if (!request.result.objectStoreNames.contains(name)) request.result.createObjectStore(name, { keyPath: "id" });
        }
      };
      request.onsuccess = () => {
        // Some browsers close it while the page sleeps: it is opened again then.
        request.result.onclose = request.result.onversionchange = () => { request.result.close(); this.#opened = undefined; };
        resolve(request.result);
      };
      request.onerror = () => { this.#opened = undefined; reject(request.error); };
    });
    return this.#opened;
  }
}

function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** After this long a request counts as lost. */
export function timeLimit(seconds = 20) {
  const control = new AbortController();
  setTimeout(() => control.abort(), 1000 * seconds);
  return control.signal;
}

/** Whether a status says that the same may go through later. */
export function isForLater(status) { return status >= 500 || [408, 425, 429].includes(status); }

/** Send what waits for this shift, in its order; ends at the first report that does not get through. Answers whether the
 *  service was reached (`online`), and whether it still knows this phone (`known`). */
export async function send(reports, shift) {
  for (const report of await reports.all()) {
    if (report.state !== "waiting" || report.shift !== shift) continue;
    let answer;
    try {
      answer = await fetch("/drive", { method: "POST", redirect: "manual", signal: timeLimit(),
        headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" }, body: report.body });
    } catch {
      return { online: false, known: true };
    }
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return { online: true, known: false };
    const told = await answer.json().catch(() => ({}));
    // Only the service itself says when it stored a report: whatever else answers in its place is no answer.
    if (isForLater(answer.status) || (answer.ok && !told.recorded_at)) return { online: false, known: true };
    await reports.change(report, answer.ok ? { state: "sent", recordedAt: told.recorded_at }
      : { state: "refused", detail: told.detail ?? told.title ?? String(answer.status) });
  }
  return { online: true, known: true };
}
