// The progress of an import, asked for every second; the page is loaded anew when it has ended.
const box = document.getElementById("import");
const phase = document.getElementById("import-phase");
const percent = document.getElementById("import-percent");

for (;;) {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const answer = await fetch(`/regions/imports/${box.dataset.import}`).catch(() => null);
  if (!answer) continue;
  if (!answer.ok) break;
  const run = await answer.json();
  if (run.state === "done" || run.state === "failed") { window.location.reload(); break; }
  phase.textContent = run.phase;
  percent.value = run.percent;
}
