// Comforts of the offer form; without this script the form works all the same.

for (const button of document.querySelectorAll("button[data-step]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.for);
    const now = Number.parseFloat(latin(field.value)) || 0;
    field.value = String(Math.max(0, Math.round((now + Number(button.dataset.step)) * 1000) / 1000));
  });
}
document.getElementById("faults")?.focus();

// Arabic and Persian digits and the Arabic decimal mark, as JavaScript reads numbers.
function latin(text) {
  return text.replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0)).replace(/[٫,]/g, ".");
}

// A second tap while the first is on its way sends nothing; the form's own key guards it on the server as well.
const form = document.querySelector("form.offer");
form?.addEventListener("submit", (event) => {
  if (form.dataset.sent && event.submitter?.name !== "add_line") event.preventDefault();
  if (event.submitter?.name !== "add_line") form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => { if (form) delete form.dataset.sent; });
