/* Scales and the small drawings that stand in table cells: places are shares of the width, so nothing is measured. */
function ticks(low, high, wanted) {
  const raw = (high - low) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((one) => one >= raw * 0.999);
  const found = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9; at++) found.push(Number((at * step).toPrecision(12)));
  return found;
}

const tickText = (x) => minus(Math.abs(x) >= 10000 ? grouped(String(x)) : String(x));

/* [low, high] around all known numbers, a little wider, never of no width. */
function extent(numbers, { zero = false, pad = 0.04 } = {}) {
  const found = numbers.filter(known);
  if (zero) found.push(0);
  if (!found.length) return [0, 1];
  let low = Infinity;
  let high = -Infinity;
  for (const x of found) {
    if (x < low) low = x;
    if (x > high) high = x;
  }
  const room = high > low ? (high - low) * pad : Math.abs(high) * 0.1 || 0.5;
  return [zero && low === 0 ? 0 : low - room, zero && high === 0 ? 0 : high + room];
}

const share = (scale, x) => (x - scale[0]) / (scale[1] - scale[0]);

/* An interval with its point: | ---o--- |, with a line at zero where there is one. */
function rangeMark(scale, { low, point, high, kind = "other", guide = null, hollow = false }) {
  const mark = svg("svg", { class: `mark ${kind}`, width: "100%", height: 18, "aria-hidden": "true", focusable: "false" });
  if (known(guide)) mark.append(svg("line", { class: "guide", x1: percent(share(scale, guide)), x2: percent(share(scale, guide)), y1: 0, y2: 18 }));
  if (known(low) && known(high)) mark.append(svg("line", { class: "whisker", x1: percent(share(scale, low)), x2: percent(share(scale, high)), y1: 9, y2: 9 }));
  if (known(point)) mark.append(svg("circle", { class: hollow ? "hollow" : "dot", cx: percent(share(scale, point)), cy: 9, r: 4 }));
  return mark;
}

/* A bar from one value to another. */
function barMark(scale, from, to, kind) {
  const [a, b] = [share(scale, Math.min(from, to)), share(scale, Math.max(from, to))];
  return svg(
    "svg",
    { class: `mark ${kind}`, width: "100%", height: 18, "aria-hidden": "true", focusable: "false" },
    svg("rect", { class: "bar", x: percent(a), width: percent(Math.max(b - a, 0)), y: 3, height: 12 }),
  );
}

/* The numbers of the scale, for the head of the column that holds the marks. */
function axisMark(scale, wanted = 3, text = tickText) {
  const axis = svg("svg", { class: "mark axis", width: "100%", height: 14, "aria-hidden": "true", focusable: "false" });
  for (const x of ticks(scale[0], scale[1], wanted)) {
    const at = share(scale, x);
    const anchor = at < 0.08 ? "start" : at > 0.92 ? "end" : "middle";
    axis.append(svg("text", { x: percent(at), y: 11, "text-anchor": anchor }, text(x)));
  }
  return axis;
}

/* One tooltip for all charts; it repeats what tables say, so it is hidden from screen readers. */
const tip = el("div", { class: "tip", "aria-hidden": "true", hidden: true });

function showTip(x, y, title, lines) {
  tip.replaceChildren(el("strong", {}, title), ...lines.map(([name, text]) => el("div", {}, el("span", {}, name), el("span", {}, text))));
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  const left = Math.min(Math.max(8, x + 14), window.innerWidth - box.width - 8);
  const top = y + 14 + box.height > window.innerHeight ? y - box.height - 14 : y + 14;
  tip.style.left = `${left + window.scrollX}px`;
  tip.style.top = `${Math.max(4, top) + window.scrollY}px`;
}

const hideTip = () => {
  tip.hidden = true;
};
