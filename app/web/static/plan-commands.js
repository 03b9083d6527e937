// A draft that is edited over the API: commands are tried and given from the version that was read last.

export class PlanCommands {
  #asked = 0;
  #busy = false;
  #next = null;

  constructor(plan, version) {
    this.address = `/api/v1/plans/${plan}`;
    this.version = version;
  }

  /** What a command would do. Of several that are asked one after the other only the last one matters: null for the
   * others. */
  async tried(command) {
    const mine = ++this.#asked;
    if (this.#busy) await new Promise((resolve) => { this.#next?.(); this.#next = resolve; });
    if (mine !== this.#asked) return null;
    this.#busy = true;
    try {
      const answer = await this.#ask("edits/try", command);
      return mine === this.#asked ? answer : null;
    } finally {
      this.#busy = false;
      this.#next?.();
      this.#next = null;
    }
  }

  /** Nobody waits for what was tried. */
  forget() { this.#asked += 1; }

  async given(command) { this.forget(); return this.#changed(await this.#ask("edits", command)); }

  async takenBack() { this.forget(); return this.#changed(await this.#ask("undo")); }

  #changed(answer) {
    if (answer.done) this.version = answer.done.plan.version;
    return answer;
  }

  /** `done` with what came of it, or `refused` with a sentence. */
  async #ask(what, command) {
    const answer = await fetch(`${this.address}/${what}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "If-Match": `"${this.version}"` },
      body: command === undefined ? undefined : JSON.stringify(command),
    }).catch(() => null);
    if (answer === null) return { refused: null };
    const said = await answer.json().catch(() => ({}));
    return answer.ok ? { done: said } : { refused: said.detail || null, isStale: answer.status === 412 };
  }
}
