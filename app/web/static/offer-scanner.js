// The number under a barcode, read by the phone's camera where the browser can; nothing of the picture is kept or sent.

const FORMATS = ["ean_13", "ean_8", "upc_a", "itf"], LOOK_EVERY = 150; // ms

export const canScan = () => "BarcodeDetector" in window && Boolean(navigator.mediaDevices?.getUserMedia);

/** The number, or null where somebody has gone back. */
export async function scanned(dialog) {
  const said = dialog.querySelector("[role=status]"), video = dialog.querySelector("video");
  said.textContent = "";
  dialog.showModal();
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }).catch(() => null);
  if (!stream) said.textContent = said.dataset.noCamera;
  try {
    return stream ? await looking(dialog, video, stream) : await closed(dialog);
  } finally {
    stream?.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
    if (dialog.open) dialog.close();
  }
}

async function looking(dialog, video, stream) {
  const detector = new window.BarcodeDetector({ formats: FORMATS });
  video.srcObject = stream;
  await video.play().catch(() => null);
  while (dialog.open) {
    const [found] = await detector.detect(video).catch(() => []);
    if (found) return found.rawValue;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
  return null;
}

const closed = (dialog) => new Promise((resolve) => dialog.addEventListener("close", () => resolve(null), { once: true }));
