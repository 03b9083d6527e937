// What is said above the route of what this phone keeps: what waits, what the service did not take, and that a link has ended.
const FIRST = "\u2068", LAST = "\u2069"; // a name keeps its own direction

export class Bar {
  constructor(element, words, clock) {
    this.element = element;
    this.words = words;
    this.clock = clock;
    this.plural = new Intl.PluralRules(document.documentElement.lang);
    this.shown = "";
  }

  /** Say how it stands, if that is not what is said already. */
  show({ isKnown, isOnline, reports, photos }) {
    const [waiting, refused] = of(reports), [pictures, lost] = of(photos);
    const ids = [waiting, refused, pictures, lost].map((each) => each.map(({ id }) => id));
    const now = JSON.stringify([isKnown, isOnline, ids]);
    if (now === this.shown) return;
    this.shown = now;
    this.element.replaceChildren();
    if (!isKnown) this.element.append(this.#line("bad", this.words.ended));
    if (waiting.length) {
      const forms = isOnline ? this.words.sending : this.words.waiting;
      this.element.append(this.#line(isOnline ? "" : "warn", this.#said(forms, waiting.length), waiting));
    }
    if (pictures.length) this.element.append(this.#line("", this.#said(this.words.photos, pictures.length)));
    for (const each of [...refused, ...lost]) this.element.append(this.#refusal(each));
  }

  #said(forms, count) { return (forms[this.plural.select(count)] ?? forms.other).replace(/[0-9]+/, String(count)); }

  #line(tone, text, listed = []) {
    const box = Object.assign(document.createElement(listed.length ? "details" : "p"), { className: `notice ${tone}` });
    if (!listed.length) { box.textContent = text; return box; }
    box.append(Object.assign(document.createElement("summary"), { textContent: text }));
    const list = Object.assign(document.createElement("ul"), { className: "plain" });
    list.append(...listed.map((each) => Object.assign(document.createElement("li"), { textContent: this.#label(each) })));
    box.append(list);
    return box;
  }

  #refusal(each) {
    const box = Object.assign(document.createElement("div"), { className: "notice bad" });
    const text = `${this.words.refused} ${this.#label(each)}: ${each.detail}`;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "secondary" });
    button.textContent = this.words.discard;
    button.dataset.discard = each.id;
    box.append(Object.assign(document.createElement("p"), { textContent: text }), button);
    return box;
  }

  #label({ name, kind, at }) {
    const what = kind ? this.words.kinds[kind] ?? kind : this.words.photo;
    return `${FIRST}${name}${LAST} · ${what} · ${this.clock(at)}`;
  }
}

function of(kept) { return ["waiting", "refused"].map((state) => kept.filter((each) => each.state === state)); }
