// Buttons beside a field that make its number smaller or larger, shown where there is a script.

// Arabic and Persian digits and the Arabic decimal mark, as JavaScript reads numbers.
function latin(text) {
  return text.replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0)).replace(/[٫,]/g, ".");
}

export function put(field, value) {
  field.value = value;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

export function stepped(field, by) {
  const now = Number.parseFloat(latin(field.value)) || 0;
  put(field, String(Math.max(0, Math.round((now + by) * 1000) / 1000)));
}

// On pages whose forms nothing else looks after.
export function followSteps() {
  for (const button of document.querySelectorAll("[data-step]")) button.hidden = false;
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button[data-step]");
    if (button) stepped(document.getElementById(button.dataset.for), Number(button.dataset.step));
  });
}
