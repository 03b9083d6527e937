// Photos of an offer: shown as they are chosen, and made smaller before they are sent, for whoever pays by the megabyte.

const LONGEST = 1600, ENOUGH = 300_000; // pixels, and bytes below which a photo is sent as it is

export function showChosen(field, list) {
  for (const image of list.querySelectorAll("img")) URL.revokeObjectURL(image.src);
  list.replaceChildren(...[...field.files].map((file) => {
    const item = document.createElement("li"), image = document.createElement("img");
    image.src = URL.createObjectURL(file);
    image.alt = file.name;
    item.append(image);
    return item;
  }));
}

/** The photo, no wider or higher than it is kept; as it is where the browser cannot read it. */
export async function smaller(file) {
  if (file.size <= ENOUGH) return file;
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return file;
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const drawn = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.82));
  return drawn && drawn.size < file.size ? new File([drawn], "photo.jpg", { type: "image/jpeg" }) : file;
}
