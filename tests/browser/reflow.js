// What is lost on the page at the size that the window has now, a sentence each: see reflow.py.
async () => {
  // What needs both dimensions may scroll by itself: maps, routes by the hour, tables of many columns.
  const BY_ITSELF = ".leaflet-container, .map, .timeline-scroll, .scroll:has(> table)";
  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const NUMBERS = "input:is([inputmode=numeric], [inputmode=decimal], [type=number], [type=date], [type=time])";
  const NEAR = 2; // as many pixels may edges share
  const folds = [...document.querySelectorAll("details:not([open])")];
  folds.forEach((each) => { each.open = true; });
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

  const name = (element) => {
    const word = (element.innerText || element.value || "").trim().replace(/\s+/g, " ").slice(0, 40);
    const kind = [element.localName, ...element.classList].join(".");
    return `${kind}${element.id ? `#${element.id}` : ""} "${word}"`;
  };
  const shown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const inner = (rect, other) => ({
    left: Math.max(rect.left, other.left), right: Math.min(rect.right, other.right),
    top: Math.max(rect.top, other.top), bottom: Math.min(rect.bottom, other.bottom),
  });
  const wide = (rect) => rect.right - rect.left;
  const high = (rect) => rect.bottom - rect.top;
  const size = (rect) => Math.min(wide(rect), high(rect));
  const clips = (element) => getComputedStyle(element).overflowX !== "visible";
  const above = (element) => {
    const found = [];
    for (let each = element; each && each !== document.body; each = each.parentElement) found.push(each);
    return found;
  };

  const found = [];
  const inside = document.documentElement.clientWidth;
  const rolled = (element) => above(element).some((each) => each !== element && clips(each));
  if (document.documentElement.scrollWidth > inside) {
    const out = [...document.body.querySelectorAll("*")].filter((each) => {
      const rect = each.getBoundingClientRect();
      const beyond = document.dir === "rtl" ? rect.left < -0.5 : rect.right > inside + 0.5;
      return beyond && size(rect) > 1 && shown(each) && !rolled(each) && !each.matches(".skip");
    });
    const ends = out.filter((each) => !out.some((other) => other !== each && each.contains(other)));
    found.push(`the page scrolls sideways (${document.documentElement.scrollWidth}): ${ends.map(name).join(", ")}`);
  }
  for (const each of document.body.querySelectorAll("*")) {
    const turns = ["auto", "scroll"].includes(getComputedStyle(each).overflowX);
    if (turns && each.scrollWidth > each.clientWidth + 1 && !each.closest(BY_ITSELF)) {
      found.push(`scrolls sideways by itself: ${name(each)}`);
    }
  }

  // Every run of text and every control, as far as it is seen.
  const boxes = [];
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const node = words.currentNode, element = node.parentElement;
    if (!node.data.trim() || element.closest(`${BY_ITSELF}, .skip, script, style, option`) || !shown(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const over = above(element).filter(clips).map((each) => each.getBoundingClientRect());
    if (over.some((each) => size(each) <= 1)) continue; // for screen readers alone
    for (const rect of range.getClientRects()) {
      const seen = over.reduce(inner, inner(rect, rect)); // what a rectangle has is not its own, to be spread
      if (wide(rect) - wide(seen) > NEAR || high(rect) - high(seen) > high(rect) / 3) {
        found.push(`is cut off: ${name(element)}`);
      }
      const edge = high(seen) / 4; // a letter is lower than its line
      if (size(seen) > 0) boxes.push({ element, node, rect: { ...seen, top: seen.top + edge, bottom: seen.bottom - edge } });
    }
  }
  for (const element of document.body.querySelectorAll(CONTROLS)) {
    if (!shown(element) || element.closest(BY_ITSELF) || element.matches(".skip")) continue;
    const rect = element.getBoundingClientRect();
    // A choice opens to show all of it, and in text one moves; a number is read at a glance.
    if (element.matches(NUMBERS) && element.scrollWidth > element.clientWidth + 1) found.push(`is cut off: ${name(element)}`);
    if (size(rect) <= 1) continue;
    for (const part of element.getClientRects()) boxes.push({ element, node: element, rect: part }); // a link on two lines is no square
  }
  boxes.sort((one, other) => one.rect.top - other.rect.top);
  boxes.forEach((one, at) => {
    for (let next = at + 1; next < boxes.length && boxes[next].rect.top < one.rect.bottom; next += 1) {
      const other = boxes[next];
      const related = one.node.contains(other.node) || other.node.contains(one.node);
      if (!related && size(inner(one.rect, other.rect)) > NEAR) {
        found.push(`over one another: ${name(one.element)} and ${name(other.element)}`);
      }
    }
  });
  folds.forEach((each) => { each.open = false; });
  return [...new Set(found)];
}
