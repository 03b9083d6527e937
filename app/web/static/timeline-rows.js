// Stops that fall together in a lane lie in rows below each other: each can be pointed at, be it with a finger.

const NARROWEST = 24; // pixels of a stop's mark, at the least
const BETWEEN = 2;

/** By stop, its row in a lane that is `width` pixels long: the first one in which it covers no stop before it. */
export function rowsOf(axis, stops, width) {
  const ends = [];
  return stops.map((stop) => {
    const begin = axis.share(Date.parse(stop.begin_at)) * width;
    const end = Math.max(axis.share(Date.parse(stop.leave_at)) * width, begin + NARROWEST);
    const free = ends.findIndex((each) => each + BETWEEN <= begin);
    const row = free < 0 ? ends.length : free;
    ends[row] = end;
    return row;
  });
}

/** Put marks into their rows; a lane has at least `least` of them, so that nothing moves away under a pointer. */
export function stack(lane, marks, rows, least = 1) {
  const count = Math.max(least, ...rows.map((row) => row + 1));
  lane.classList.toggle("stacked", count > 1);
  lane.style.setProperty("--rows", String(count));
  marks.forEach((mark, place) => mark.style.setProperty("--row", String(rows[place])));
  return count;
}
