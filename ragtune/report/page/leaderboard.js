/* All designs with their intervals; the filters here are those of the charts below too. */
function roleBadge(i) {
  const kind = role(i);
  if (kind === "other") return front.has(i) ? el("span", { class: "badge front" }, "front") : null;
  return el("span", { class: `badge ${kind}` }, ROLE_TEXT[kind]);
}

const designLink = (i, text) => el("a", { href: `#/design/${i}` }, text || designName(i));

function filters() {
  const search = el("input", {
    type: "search",
    id: "design-search",
    placeholder: "e.g. hybrid 0.7",
    on: {
      input: () => {
        filter.words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
        filter.changed();
      },
    },
  });
  const clear = el("button", { type: "button", class: "clear", on: { click: () => filter.clear() } }, "Clear filters");
  const boxes = data.knobs.map((knob, at) => [knob, at]).filter(([knob]) => knob.values.length > 1).slice(0, 6).map(([knob, at]) => {
    const options = [["", "any"], ...knob.values.map((text, value) => [String(value), clipped(text, 40)])];
    const box = select(knob.name, options, "", (chosen) => filter.choose(at, new Set(chosen === "" ? [] : [Number(chosen)])));
    filter.heard.push(() => {
      const wanted = filter.chosen.get(at);
      box.querySelector("select").value = wanted && wanted.size === 1 ? String([...wanted][0]) : "";
    });
    return box;
  });
  const onlyTied = checkbox("Tied with the best", (on) => ((filter.tied = on), filter.changed()));
  const onlyFront = checkbox("Pareto front", (on) => ((filter.front = on), filter.changed()));
  filter.heard.push(() => {
    clear.hidden = !filter.any();
    if (filter.any()) return;
    search.value = "";
    for (const box of [onlyTied, onlyFront]) box.querySelector("input").checked = false;
  });
  clear.hidden = true;
  return el(
    "form",
    { class: "filters", role: "search", "aria-label": "Filter designs", on: { submit: (event) => event.preventDefault() } },
    el("label", { class: "field wide" }, el("span", {}, "Search"), search),
    boxes,
    el("div", { class: "checks" }, tied.size ? onlyTied : null, front.size ? onlyFront : null),
    clear,
  );
}

function leaderboard(place) {
  const scale = extent([...designs.measures[main.label], ...(designs.low || []), ...(designs.high || [])]);
  const costs = data.measures.filter((m) => m.kind === "cost" && designs.measures[m.label].some(known)).slice(0, 2);
  const pair = (i) => [designs.difference_low[i], designs.difference_high[i]];
  const columns = [
    { key: "rank", label: "#", class: "num rank", sort: (i) => (i === pick ? -2 : i === baseline ? -1 : rank.get(i)), cell: (i) => String(rank.get(i)) },
    {
      key: "design",
      label: "Design",
      class: "design",
      head: true,
      sort: (i) => designName(i),
      cell: (i) => [designLink(i), el("div", { class: "meta" }, roleBadge(i), el("code", {}, designs.id[i]))],
    },
    { key: "main", label: titled(main), what: main.what, class: "num", down: main.better !== "lower", sort: (i) => value(main.label, i), cell: (i) => format(main, value(main.label, i)) },
    {
      key: "interval",
      label: [el("span", { class: "unseen" }, "Interval"), axisMark(scale, 4)],
      class: "chart",
      cell: (i) => rangeMark(scale, { low: designs.low[i], high: designs.high[i], point: value(main.label, i), kind: role(i), guide: value(main.label, baseline), hollow: i === baseline }),
    },
    {
      key: "difference",
      label: "vs. baseline",
      class: "num",
      down: true,
      sort: (i) => (i === baseline ? null : designs.difference[i]),
      cell: (i) =>
        i === baseline
          ? DASH
          : [signed(main, designs.difference[i]), pair(i).every(known) ? el("small", {}, `${signed(main, pair(i)[0])} to ${signed(main, pair(i)[1])}`) : null],
    },
    designs.p.some(known) ? { key: "p", label: "p", what: "Probability of such a difference by luck, corrected for the number of designs", class: "num", sort: (i) => designs.p[i], cell: (i) => probability(designs.p[i]) } : null,
    ...costs.map((m) => ({ key: m.label, label: titled(m), what: m.what, class: "num", sort: (i) => value(m.label, i), cell: (i) => format(m, value(m.label, i)) })),
  ].filter(Boolean);
  const table = dataTable({
    name: "Leaderboard",
    caption: `Leaderboard: ${plural(count, "design")} by ${main.label}, with intervals and difference to the baseline`,
    columns,
    rows: order,
    sort: { column: "rank", down: false },
    rowClass: (i) => `is-${role(i)}`,
  });
  const status = el("p", { class: "note" });
  const told = () => {
    const shown = order.filter(filter.passes);
    status.textContent = filter.any() ? `${plural(shown.length, "design")} of ${grouped(String(count))} match; the charts below follow.` : `${plural(count, "design")}. Bars are ${Math.round(100 * data.level)} % intervals; the thin line is the baseline. The pick and the baseline stand first, with their ranks.`;
    return shown;
  };
  filter.heard.push(() => {
    table.show(told());
    announce(status.textContent);
  });
  told();
  place.append(filters(), status, table.node);
}
