/* Every design as a line through its knobs to its score; a value of a knob is a button that filters everything. */
const BINS = 5;

function parallel(place) {
  const knobs = data.knobs.map((knob, at) => ({ ...knob, at })).filter((knob) => knob.values.length > 1).slice(0, 9);
  if (!knobs.length) return place.append(absent("parallel", "All designs have the same knobs."));
  const cost = data.measures.find((m) => m.kind === "cost" && new Set(designs.measures[m.label].filter(known)).size > 1);
  const numeric = [cost, main].filter(Boolean).map((m) => ({ name: m.title, measure: m, of: designs.measures[m.label], scale: extent(designs.measures[m.label]) }));
  const axes = [...knobs, ...numeric];
  const chart = el("div", { class: "plot", role: "group", "aria-label": "Parallel coordinates: each design is a line through the values of its knobs to its score. Values are buttons that filter; the leaderboard lists the same designs." });
  const scroller = el("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": "Parallel coordinates" }, chart);
  place.append(el("p", { class: "note" }, "The stronger a line, the better its score. Choose values to follow the designs that have them."), scroller);

  /* Places are spread a little around a value, always in the same way, so that many lines look like many. */
  const top = 44;
  const bottom = 330;
  const jitter = (i) => (((i * 2654435761) % 4294967296) / 4294967296 - 0.5) * 0.5;
  const slot = (axis, v) => (v < 0 ? axis.values.length : v);
  const steps = (axis) => axis.values.length + (axis.of.some((v) => v < 0) ? 1 : 0);
  const y = (axis, i) => {
    if (axis.measure) return known(axis.of[i]) ? bottom - share(axis.scale, axis.of[i]) * (bottom - top) : bottom;
    return top + ((slot(axis, axis.of[i]) + 0.5 + jitter(i)) / steps(axis)) * (bottom - top);
  };

  /* Five bins by rank, the best last, each fainter the more lines it holds. */
  const shares = [0.5, 0.25, 0.1, 0.02].map((part) => Math.max(1, part * count));
  const bin = (i) => shares.filter((most) => known(value(main.label, i)) && rank.get(i) <= most).length;
  let lines = [];
  let xs = [];

  const redraw = drawn(scroller, (room) => {
    const width = Math.max(room - 2, axes.length * 108 + 40);
    xs = axes.map((_, k) => 30 + (k / Math.max(1, axes.length - 1)) * (width - 130));
    const drawing = svg("svg", { width, height: 352, viewBox: `0 0 ${width} 352`, role: "presentation" });
    lines = order.map((i) => ({ i, ys: axes.map((axis) => y(axis, i)) }));
    const path = (line) => line.ys.map((v, k) => `${k ? "L" : "M"}${xs[k].toFixed(1)},${v.toFixed(1)}`).join("");
    const joined = (some) => some.map(path).join("");
    const pass = (line) => filter.passes(line.i);
    drawing.append(svg("path", { class: "line dim", d: joined(lines.filter((line) => !pass(line))) }));
    for (let b = 0; b < BINS; b++) {
      const some = lines.filter((line) => pass(line) && bin(line.i) === b);
      drawing.append(svg("path", { class: `line bin${b}`, "stroke-opacity": Math.max(0.1, Math.min(0.9, 24 / Math.max(1, some.length))), d: joined(some) }));
    }
    for (const kind of ["baseline", "pick"]) drawing.append(svg("path", { class: `line ${kind}`, d: joined(lines.filter((line) => role(line.i) === kind)) }));
    drawing.append(svg("path", { class: "line hover" }));
    axes.forEach((axis, k) => drawing.append(axis.measure ? numberAxis(axis, xs[k]) : valueAxis(axis, xs[k])));
    chart.replaceChildren(drawing);
  });

  function title(axis, x) {
    return [svg("line", { class: "axis", x1: x, x2: x, y1: top - 6, y2: bottom + 6 }), heading(axis, x)];
  }

  /* The slot above, its knob below. */
  function heading(axis, x) {
    const [slot, ...rest] = axis.measure ? [axis.name] : axis.name.split(".");
    const at = { x, "text-anchor": x < 60 ? "start" : "middle" };
    const knob = rest.join(".");
    return svg("g", {}, svg("title", {}, axis.name), knob ? svg("text", { class: "tick", ...at, y: 12 }, slot) : null, svg("text", { class: "axis-title", ...at, y: 27 }, clipped(knob || slot, 16)));
  }

  function numberAxis(axis, x) {
    const at = (v) => bottom - share(axis.scale, v) * (bottom - top);
    return svg("g", {}, title(axis, x), ticks(axis.scale[0], axis.scale[1], 5).map((t) => svg("text", { class: "tick halo", x: x + 7, y: at(t) + 4 }, tickText(t))));
  }

  function valueAxis(axis, x) {
    const toggle = (v) => {
      const wanted = new Set(filter.chosen.get(axis.at) || []);
      if (!wanted.delete(v)) wanted.add(v);
      filter.choose(axis.at, wanted);
      const again = chart.querySelector(`[data-axis="${axis.at}"][data-value="${v}"]`);
      if (again) again.focus();
    };
    const wanted = filter.chosen.get(axis.at);
    const buttons = [...axis.values.keys(), ...(axis.of.some((v) => v < 0) ? [-1] : [])].map((v) => {
      const text = v < 0 ? "not used" : axis.values[v];
      const on = Boolean(wanted && wanted.has(v));
      return svg(
        "g",
        { class: on ? "value on" : "value", role: "button", tabindex: "0", "aria-pressed": String(on), "aria-label": `${axis.name}: ${text}`, "data-axis": axis.at, "data-value": v, on: { click: () => toggle(v), pointerenter: (event) => clipped(text, 15) !== text && showTip(event.clientX, event.clientY, text, []), keydown: (event) => ["Enter", " "].includes(event.key) && (event.preventDefault(), toggle(v)) } },
        svg("text", { class: "tick halo", x: x + 7, y: top + ((slot(axis, v) + 0.5) / steps(axis)) * (bottom - top) + 4 }, clipped(text, 15)),
      );
    });
    return svg("g", {}, title(axis, x), buttons);
  }

  chart.addEventListener("pointermove", (event) => {
    const box = chart.getBoundingClientRect();
    const [mx, my] = [event.clientX - box.left, event.clientY - box.top];
    const k = Math.min(Math.max(xs.findIndex((x) => x > mx) - 1, 0), axes.length - 2);
    const at = (line) => line.ys[k] + ((line.ys[k + 1] - line.ys[k]) * (mx - xs[k])) / (xs[k + 1] - xs[k]);
    const found = lines.filter((line) => filter.passes(line.i)).reduce((best, line) => (!best || Math.abs(at(line) - my) < Math.abs(at(best) - my) ? line : best), null);
    const near = found && Math.abs(at(found) - my) < 6 && mx <= xs[xs.length - 1] ? found : null;
    chart.querySelector(".hover").setAttribute("d", near ? near.ys.map((v, n) => `${n ? "L" : "M"}${xs[n]},${v}`).join("") : "");
    if (near) showTip(event.clientX, event.clientY, designName(near.i), numeric.map((axis) => [axis.name, format(axis.measure, axis.of[near.i])]));
    else hideTip();
  });
  chart.addEventListener("pointerleave", () => {
    const hover = chart.querySelector(".hover");
    if (hover) hover.setAttribute("d", "");
    hideTip();
  });
  filter.heard.push(redraw);
  return undefined;
}
