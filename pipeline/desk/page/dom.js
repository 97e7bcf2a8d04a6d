// Elements made from text: whatever a novel or a person wrote goes in as text, never as markup.

/** Return the element of an id. */
export const $ = (id) => document.getElementById(id);

/**
 * Make an element.
 * @param {string} tag  with classes after dots: "p.quiet"
 * @param {object} given  properties; `on…` are listeners, `aria-…`, `data-…` and `role` attributes
 * @param {...(Node|string|null|false)} children  strings become text
 */
export function el(tag, given = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const made = document.createElement(name);
  if (classes.length) made.className = classes.join(" ");
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === null) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "role" || key === "for" || key.includes("-"))
      made.setAttribute(key, String(value));
    else made[key] = value;
  }
  made.append(
    ...children.flat().filter((child) => child !== null && child !== false && child !== undefined),
  );
  return made;
}

/** Put children in the place of what an element holds. */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat().filter((child) => child || child === ""));
  return parent;
}

/** Call once, so many milliseconds after the last asking, and at the latest after `most`. */
export function later(work, wait, most = Infinity) {
  let timer = 0;
  let first = 0;
  const run = () => {
    clearTimeout(timer);
    timer = first = 0;
    return work();
  };
  const ask = () => {
    const now = Date.now();
    first ||= now;
    clearTimeout(timer);
    timer = setTimeout(run, Math.max(0, Math.min(wait, first + most - now)));
  };
  ask.now = run;
  ask.waits = () => timer !== 0;
  return ask;
}

/** A percentage as people read it. */
export function percent(share) {
  if (share === null || share === undefined) return "–";
  const value = share * 100;
  if (value > 0 && value < 0.1) return "<0.1 %";
  return `${value.toFixed(value < 10 ? 1 : 0)} %`;
}

/** Move among siblings with the arrow keys, Home and End; `pick` gets the one reached. */
export function roving(parent, selector, pick = () => {}) {
  parent.addEventListener("keydown", (event) => {
    const all = [...parent.querySelectorAll(selector)].filter((one) => one.offsetParent);
    const here = all.indexOf(document.activeElement.closest(selector));
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    let next = step === undefined ? -1 : (here + step + all.length) % all.length;
    if (event.key === "Home") next = 0;
    if (event.key === "End") next = all.length - 1;
    if (here < 0 || next < 0 || !all[next]) return;
    event.preventDefault();
    all[next].focus();
    pick(all[next]);
  });
}
