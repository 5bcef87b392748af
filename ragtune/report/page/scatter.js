/* What more quality costs: every design as a point, and the front that nothing else beats on both. */
function frontOf(points, x, y) {
  const sorted = [...points].sort((a, b) => better(x, a.x, b.x) || better(y, a.y, b.y));
  const found = [];
  for (const point of sorted) if (!found.length || better(y, point.y, found[found.length - 1].y) < 0) found.push(point);
  return found;
}

const SHAPES = {
  other: (x, y) => svg("circle", { cx: x, cy: y, r: 3 }),
  tied: (x, y) => svg("circle", { cx: x, cy: y, r: 4 }),
  pick: (x, y) => svg("circle", { cx: x, cy: y, r: 7 }),
  baseline: (x, y) => svg("path", { d: `M${x - 7},${y}L${x},${y - 7}L${x + 7},${y}L${x},${y + 7}Z` }),
};

function scatter(place) {
  const usable = data.measures.filter((m) => designs.measures[m.label].some(known));
  const costs = usable.filter((m) => m.kind === "cost" && new Set(designs.measures[m.label].filter(known)).size > 1);
  if (!usable.length) return place.append(absent("scatter", "Nothing was measured."));
  const axes = { x: (costs[0] || usable.find((m) => m !== main) || main).label, y: main.label };
  const options = usable.map((m) => [m.label, m.title]);
  const chart = el("div", { class: "plot", tabindex: "0", role: "group", "aria-label": "Scatter of designs. Arrow keys walk along the points, Enter opens a design; the table below lists the front." });
  const table = el("div", {});
  const chosen = (axis) => (label) => ((axes[axis] = label), redraw(), listed());
  place.append(
    el("div", { class: "filters" }, select("Across", options, axes.x, chosen("x")), select("Up", options, axes.y, chosen("y")), legend()),
    chart,
    el("details", {}, el("summary", {}, "The front as a table"), table),
  );

  let points = [];
  let at = -1;
  const pointed = () => {
    const [x, y] = [measures.get(axes.x), measures.get(axes.y)];
    return { x, y, all: order.map((i) => ({ i, x: value(x.label, i), y: value(y.label, i) })).filter((p) => known(p.x) && known(p.y)) };
  };

  function listed() {
    const { x, y, all } = pointed();
    table.replaceChildren(
      dataTable({
        name: "Front",
        caption: `Designs that none beats on both ${x.title} and ${y.title}`,
        rows: frontOf(all, x, y),
        columns: [
          { key: "design", label: "Design", class: "design", head: true, cell: (p) => [roleBadge(p.i), designLink(p.i)] },
          { key: "x", label: titled(x), class: "num", sort: (p) => p.x, cell: (p) => format(x, p.x) },
          { key: "y", label: titled(y), class: "num", sort: (p) => p.y, cell: (p) => format(y, p.y) },
        ],
      }).node,
    );
  }

  const redraw = drawn(chart, (width) => {
    const { x, y, all } = pointed();
    const box = { left: 52, right: width - 14, top: 28, bottom: 332 };
    const spread = all.map((p) => p.x).filter((v) => v > 0);
    const ratio = spread.length === all.length && Math.max(...spread) / Math.min(...spread) > 30;
    const map = ratio ? Math.log10 : (v) => v;
    const scales = { x: extent(all.map((p) => map(p.x))), y: extent(all.map((p) => p.y)) };
    const px = (v) => box.left + share(scales.x, map(v)) * (box.right - box.left);
    const py = (v) => box.bottom - share(scales.y, v) * (box.bottom - box.top);
    points = all.map((p) => ({ ...p, px: px(p.x), py: py(p.y) }));
    const drawing = svg("svg", { width, height: 384, viewBox: `0 0 ${width} 384`, "aria-hidden": "true", focusable: "false" });
    for (const t of ticks(scales.y[0], scales.y[1], 6)) drawing.append(svg("line", { class: "grid", x1: box.left, x2: box.right, y1: py(t), y2: py(t) }), svg("text", { class: "tick", x: box.left - 8, y: py(t) + 4, "text-anchor": "end" }, tickText(t)));
    const marks = ratio ? logTicks(scales.x) : ticks(scales.x[0], scales.x[1], width / 110);
    for (const t of marks) drawing.append(svg("line", { class: "tick", x1: px(t), x2: px(t), y1: box.bottom, y2: box.bottom + 5 }), svg("text", { class: "tick", x: px(t), y: box.bottom + 19, "text-anchor": "middle" }, tickText(t)));
    drawing.append(
      svg("line", { class: "axis", x1: box.left, x2: box.right, y1: box.bottom, y2: box.bottom }),
      svg("text", { class: "label", x: box.right, y: box.bottom + 40, "text-anchor": "end" }, `${titled(x)}${x.better === "lower" ? " (less is better)" : ""}${ratio ? ", logarithmic" : ""}`),
      svg("text", { class: "label", x: box.left, y: 12 }, `${titled(y)}${y.better === "lower" ? " (less is better)" : ""}`),
    );
    const edge = frontOf(points, x, y);
    if (edge.length > 1) drawing.append(svg("path", { class: "front", d: edge.map((p, k) => (k ? `H${p.px}V${p.py}` : `M${p.px},${p.py}`)).join("") }));
    for (const kind of ["other", "tied", "baseline", "pick"]) {
      const group = svg("g", { class: `points ${kind}` });
      for (const p of points) {
        if (role(p.i) !== kind) continue;
        const node = SHAPES[kind](p.px, p.py);
        if (!filter.passes(p.i)) node.setAttribute("class", "dim");
        group.append(node);
        if (kind === "pick" || kind === "baseline") group.append(svg("text", { class: "name", x: p.px + (p.px > width - 90 ? -12 : 12), y: p.py + 4, "text-anchor": p.px > width - 90 ? "end" : "start" }, ROLE_TEXT[kind]));
      }
      drawing.append(group);
    }
    drawing.append(svg("circle", { class: "ring", r: 9, visibility: "hidden" }));
    chart.replaceChildren(drawing);
    points.sort((a, b) => a.px - b.px);
  });

  function show(p) {
    const ring = chart.querySelector(".ring");
    ring.setAttribute("visibility", p ? "visible" : "hidden");
    if (!p) return hideTip();
    ring.setAttribute("cx", p.px);
    ring.setAttribute("cy", p.py);
    const box = chart.getBoundingClientRect();
    showTip(box.left + p.px, box.top + p.py, designName(p.i), [["", ROLE_TEXT[role(p.i)]], ...[axes.x, axes.y].map((label) => [measures.get(label).title, format(measures.get(label), value(label, p.i))])].filter((line) => line[1]));
    return undefined;
  }

  const nearest = (event) => {
    const box = chart.getBoundingClientRect();
    const far = (p) => Math.hypot(p.px - event.clientX + box.left, p.py - event.clientY + box.top) - (role(p.i) === "pick" ? 4 : 0);
    const best = points.filter((p) => filter.passes(p.i)).reduce((found, p) => (!found || far(p) < far(found) ? p : found), null);
    return best && far(best) < 24 ? best : null;
  };
  const open = (p) => p && (hideTip(), (location.hash = `#/design/${p.i}`));
  chart.addEventListener("pointermove", (event) => show(nearest(event)));
  chart.addEventListener("pointerleave", () => show(null));
  chart.addEventListener("blur", () => show(null));
  chart.addEventListener("click", (event) => open(nearest(event)));
  chart.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    const walked = points.filter((p) => filter.passes(p.i));
    if (event.key === "Enter") open(walked[at]);
    if (!step || !walked.length) return;
    event.preventDefault();
    at = (at + step + walked.length) % walked.length;
    show(walked[at]);
    announce(`${designName(walked[at].i)} ${ROLE_TEXT[role(walked[at].i)]}: ${[axes.x, axes.y].map((label) => `${measures.get(label).title} ${format(measures.get(label), value(label, walked[at].i))}`).join(", ")}`);
  });
  filter.heard.push(redraw);
  listed();
  return undefined;
}

function logTicks([low, high]) {
  const found = [];
  for (let power = Math.floor(low); power <= high; power++) for (const m of [1, 2, 5]) if (Math.log10(m) + power >= low && Math.log10(m) + power <= high) found.push(Number((m * 10 ** power).toPrecision(6)));
  return found.length > 8 ? found.filter((t) => /^1/.test(String(t).replace(/0\.0*/, ""))) : found;
}

function legend() {
  const entry = (kind, text) => el("span", {}, svg("svg", { width: 18, height: 18, "aria-hidden": "true" }, svg("g", { class: `points ${kind}` }, SHAPES[kind](9, 9))), text);
  const kinds = [["pick", "pick"], ["baseline", "baseline"], ["tied", "tied with the best"], ["other", "other"]].filter(([kind]) => kind === "other" || order.some((i) => role(i) === kind));
  return el("div", { class: "legend" }, kinds.map(([kind, text]) => entry(kind, text)));
}
