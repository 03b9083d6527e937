// Compares a file with what was issued, here in the browser: it goes nowhere. Where browsers keep that from pages that
// came unencrypted, or without scripts, the form sends it instead.

const form = document.querySelector("form.compare");
const file = form?.querySelector("input[type=file]");
const result = form?.querySelector("#result");

async function compare() {
  const [chosen] = file.files;
  if (!chosen) return;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await chosen.arrayBuffer()));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const same = form.dataset.sha256.split(" ").includes(sha256);
  result.className = same ? "notice good" : "notice bad";
  result.textContent = same ? form.dataset.same : form.dataset.other;
}

if (form && globalThis.crypto?.subtle) {
  file.addEventListener("change", compare);
  form.addEventListener("submit", (event) => {
    if (!file.files.length) return; // the server says what is missing
    event.preventDefault();
    compare();
  });
}
