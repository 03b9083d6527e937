// What a place needs: buttons for the kilograms, and another place chosen without a press more.
import { followSteps } from "/static/steppers.js";

followSteps();
const form = document.querySelector("form.need-form");
const choose = form?.querySelector("#choose_site");
if (choose) {
  choose.hidden = true;
  form.querySelector("#site_id").addEventListener("change", () => form.requestSubmit(choose));
}
form?.querySelector("#faults")?.focus();
