// Which thumb works the page: a side of the phone, in whichever direction the language is written. Kept on this phone alone.
const KEY = "wasl-left-hand";

export function followHand(page, control) {
  const show = () => {
    const isRightToLeft = document.documentElement.dir === "rtl";
    page.dataset.thumb = control.checked === isRightToLeft ? "end" : "start"; // as the language names the sides
  };
  try { control.checked = localStorage.getItem(KEY) === "1"; } catch { /* as it is */ }
  control.addEventListener("change", () => {
    try { localStorage.setItem(KEY, control.checked ? "1" : "0"); } catch { /* until the page is closed */ }
    show();
  });
  show();
}
