/* Which tool was called in place of which: a cell a pair, and the worst pairs in a table. Studies of tools alone have it. */
function confusions(place) {
  const found = data.confusion;
  if (!found) return place.append(absent("confusion", "Which tools are taken for which was not worked out."));
  const holder = el("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": "Confusions of tools" });
  const layers = [["observed", "called"], found.predicted ? ["predicted", "foretold by the best score"] : null].filter(Boolean);
  const show = (name) => holder.replaceChildren(confusionMap(found, found[name]));
  const switcher = layers.length > 1 ? select("Counts", layers, "observed", show) : null;
  show("observed");
  place.append(el("p", {}, found.told), el("div", { class: "filters" }, switcher), holder, el("p", { class: "note" }, "Rows: expected. Columns: called. The darker, the more cases; outlined cells are right."), pairsTable(found.pairs));
  return undefined;
}

function confusionMap(found, counts) {
  const [cell, left, top] = [16, 190, 150];
  const n = found.names.length;
  const most = Math.max(1, ...counts.flatMap((row, i) => row.filter((_, j) => i !== j)));
  const short = (name) => (name.length > 26 ? `${name.slice(0, 25)}…` : name);
  const rows = found.names.map((name, i) => [
    svg("text", { x: left - 6, y: top + i * cell + cell - 4, "text-anchor": "end" }, svg("title", {}, name), short(name)),
    counts[i].map((count, j) => {
      if (!count && i !== j) return null;
      const right = i === j;
      const rect = svg("rect", { x: left + j * cell + 1, y: top + i * cell + 1, width: cell - 2, height: cell - 2, class: right ? "right" : "wrong", "fill-opacity": right ? 0 : 0.2 + (0.8 * count) / most }, svg("title", {}, `${name} → ${found.names[j]}: ${count}`));
      return [rect, count && n <= 40 ? svg("text", { x: left + j * cell + cell / 2, y: top + i * cell + cell - 5, "text-anchor": "middle", class: "count" }, String(count)) : null];
    }),
  ]);
  const heads = found.names.map((name, j) => svg("text", { transform: `translate(${left + j * cell + cell - 4} ${top - 6}) rotate(-55)` }, svg("title", {}, name), short(name)));
  return svg("svg", { class: "confusion", width: left + n * cell + 110, height: top + n * cell + 8, role: "img", "aria-label": `Confusions among ${n - 1} tools; the table below has the worst.` }, heads, rows);
}

function pairsTable(pairs) {
  if (!pairs.length) return el("p", { class: "note" }, "Nothing was taken for anything else.");
  const row = (pair) =>
    el("tr", {}, el("th", { scope: "row", class: "design" }, pair.expected, " → ", pair.called, pair.cases.map(([id, query]) => el("div", { class: "meta" }, clipped(query, 110), " ", el("code", { class: "id" }, id)))), el("td", { class: "num", "data-label": "Times" }, String(pair.count)), el("td", { class: "num", "data-label": "Foretold" }, pair.predicted === null ? DASH : String(pair.predicted)), el("td", { class: "num", "data-label": "Alike" }, pair.likeness === null ? DASH : fixed(pair.likeness, 2)));
  return el("div", { class: "scroll table", role: "region", tabindex: "0", "aria-label": "The worst confusions" }, el("table", { class: "data" }, el("caption", { class: "unseen" }, "The worst confusions"), el("thead", {}, el("tr", {}, ["Expected → called", "Times", "Foretold", "Alike"].map((text, at) => el("th", { scope: "col", class: at ? "num" : null }, text)))), el("tbody", {}, pairs.map(row))));
}

function errorKinds(place) {
  const found = data.errors || [];
  if (!found.length) return place.append(absent("errors", "The kinds of error were not worked out."));
  const row = (each) => el("tr", {}, el("th", { scope: "row", class: "design" }, each.kind), ["baseline", "pick", "change"].map((key) => el("td", { class: "num", "data-label": key }, each[key])));
  place.append(el("div", { class: "scroll table", role: "region", tabindex: "0", "aria-label": "Kinds of error" }, el("table", { class: "data" }, el("caption", { class: "unseen" }, "Share of cases with each kind of error"), el("thead", {}, el("tr", {}, ["Error", "Baseline", "Pick", "Change"].map((text, at) => el("th", { scope: "col", class: at ? "num" : null }, text)))), el("tbody", {}, found.map(row)))));
  return undefined;
}

/* One case: what was expected, shown and called. */
function caseView(design) {
  const list = (items, nothing) => (items.length ? items.join(", ") : nothing);
  const row = ([place, tool, score, own, right]) => el("tr", {}, el("td", { class: "num", "data-label": "Place" }, String(place)), el("th", { scope: "row", class: "design" }, tool, right ? el("span", { class: "badge good" }, "expected") : null), [["Selector", score], ["Caller", own]].map(([name, value]) => el("td", { class: "num", "data-label": name }, value === null ? DASH : fixed(value, 3))));
  return [
    el("p", { class: "note" }, designLink(design.configuration), ` · ${main.label} ${format(main, design.score)}`),
    el("dl", { class: "figures" }, [["Expected", list(design.expected, "nothing: no tool fits")], ["Called", design.failed || list(design.called, "nothing")], ["Outcome", design.outcome], ["Confidence", design.confidence === null ? "unknown" : fixed(design.confidence, 3)]].map(([name, text]) => el("div", {}, el("dt", {}, name), el("dd", { class: name === "Outcome" ? (design.right ? "word good" : "word bad") : "word" }, text)))),
    design.errors.length ? [el("h2", {}, "What is wrong"), el("ul", {}, design.errors.map(([kind, tool, path, said, wanted]) => el("li", {}, `${kind}: ${tool}${path ? `.${path}` : ""}${said ? `, said ${said}` : ""}${wanted ? `, wanted ${wanted}` : ""}`)))] : [],
    el("h2", {}, "What was shown"),
    design.shown.length ? el("div", { class: "scroll table", role: "region", tabindex: "0", "aria-label": "Tools shown" }, el("table", { class: "data" }, el("caption", { class: "unseen" }, "Tools shown, with scores"), el("thead", {}, el("tr", {}, ["Place", "Tool", "Selector", "Caller"].map((text, at) => el("th", { scope: "col", class: at === 1 ? null : "num" }, text)))), el("tbody", {}, design.shown.map(row)))) : el("p", { class: "absent" }, "Nothing was shown."),
    design.hidden ? el("p", { class: "note" }, `${design.hidden} more tools were shown.`) : [],
  ].flat(Infinity);
}
