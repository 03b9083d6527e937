// What a driver writes is looked at before it is kept: what the service would refuse hours later is said at once.
const MOST_KG = 30_000; // of one line, as the service takes it

/** What the service would send back at once is said at once: there may be no connection for hours. */
export function checked(form, button, words) {
  forgive(form);
  const reason = form.querySelector("input[name=reason]");
  if (button.value.startsWith("problem-") && !form.querySelector("input[name=reason]:checked")) {
    reason.setCustomValidity(words.choose);
  }
  for (const field of form.querySelectorAll("input[name^='kg-']")) {
    const isNumber = /^\d+([.]\d{1,3})?$/.test(latin(field.value)) && Number(latin(field.value)) <= MOST_KG;
    if (field.value.trim() && !isNumber) field.setCustomValidity(words.kilograms);
  }
  for (const field of form.querySelectorAll("input[name^='celsius-']")) {
    const degrees = latin(field.value).replace(",", ".").replace("−", "-");
    const isNumber = /^-?\d+([.]\d+)?$/.test(degrees) && Number(degrees) >= -60 && Number(degrees) <= 120;
    if (field.value.trim() && !isNumber) field.setCustomValidity(words.celsius);
  }
  return form.reportValidity();
}

/** A number that was written in any of the digits that people write, in those that a program reads. */
function latin(text) {
  return text.trim().replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0)).replace("٫", ".");
}

/** Take back what was said of the fields. */
export function forgive(form) { for (const field of form.querySelectorAll("input")) field.setCustomValidity(""); }
