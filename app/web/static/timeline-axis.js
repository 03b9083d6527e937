// The hours of a day as a straight line: where an instant lies on it, and which place on a route a point of it is.

const HOUR = 3_600_000;

/** From the first to the last whole hour of these instants (milliseconds). */
export function axisOf(instants) {
  const from = Math.floor(Math.min(...instants) / HOUR) * HOUR;
  const until = Math.max(Math.ceil(Math.max(...instants) / HOUR) * HOUR, from + HOUR);
  const hours = [];
  for (let at = from; at <= until; at += HOUR) hours.push(at);
  return { from, until, hours, share: (at) => (at - from) / (until - from) };
}

/** How far along the line a point of the window is, from 0 to 1, read in the page's direction. */
export function shareAt(line, x) {
  const { left, right, width } = line.getBoundingClientRect();
  const along = document.documentElement.dir === "rtl" ? right - x : x - left;
  return Math.min(1, Math.max(0, along / width));
}

/** The sequence that a stop has when it is put where this share of the axis is: behind all whose middle lies before. */
export function sequenceAt(axis, stops, share, moved) {
  const others = stops.filter((stop) => isVisit(stop) && stop !== moved);
  return 1 + others.filter((stop) => axis.share(middleOf(stop)) < share).length;
}

/** Whether something is done there; the start and the end of a route belong to its shift. */
export const isVisit = (stop) => stop.kind !== "start" && stop.kind !== "end";

const middleOf = (stop) => (Date.parse(stop.begin_at) + Date.parse(stop.leave_at)) / 2;
