/* One design in full: what stands in every slot, and all its figures beside the baseline's and the pick's. */
function designPage(i) {
  const others = [...new Set([i, pick, baseline])].filter(known);
  const header = (k) => el("th", { scope: "col", class: "num" }, k === i ? "This design" : ROLE_TEXT[role(k)]);
  const interval = known(designs.low[i]) ? `${format(main, designs.low[i])} to ${format(main, designs.high[i])}` : null;
  const against = i !== baseline && known(designs.difference[i]) ? `${signed(main, designs.difference[i])} to the baseline${known(designs.difference_low[i]) ? `, interval ${signed(main, designs.difference_low[i])} to ${signed(main, designs.difference_high[i])}` : ""}` : null;
  return [
    el("p", { class: "crumbs" }, el("a", { href: "#leaderboard" }, "All designs"), ` · ${designs.id[i]}`),
    el("h1", { tabindex: "-1" }, designName(i)),
    el("p", {}, roleBadge(i), `Rank ${rank.get(i)} of ${grouped(String(count))} by ${main.label}`, interval ? `, interval ${interval}` : null, against ? `; ${against}` : null),
    el("h2", {}, "What stands in each slot"),
    el("table", { class: "data facts" }, el("caption", { class: "unseen" }, "Slots"), el("tbody", {}, slots.map((slot) => el("tr", {}, el("th", { scope: "row" }, slot), el("td", {}, el("code", {}, slotText(slot, i))))))),
    el("h2", {}, "Figures"),
    el(
      "div",
      { class: "scroll", role: "region", tabindex: "0", "aria-label": "Figures" },
      el("table", { class: "data" }, el("caption", { class: "unseen" }, "All measures"), el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Measure"), others.map(header))), el("tbody", {}, data.measures.map((m) => el("tr", {}, el("th", { scope: "row" }, titled(m)), others.map((k) => el("td", { class: "num" }, format(m, value(m.label, k)))))))),
    ),
  ];
}
