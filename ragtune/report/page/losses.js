/* From all the evidence to what reached the model: what each stage lost, and what a perfect one would win back. */
function losses(place) {
  const all = data.losses || [];
  if (!all.length) return place.append(absent("losses", `${data.words.losses_title} was not worked out.`));
  place.append(el("div", { class: "pair" }, all.map(waterfall)));
  return undefined;
}

function waterfall(flow) {
  const scale = [0, flow.total];
  const amount = (n) => `${fixed((100 * n) / Math.max(1, flow.total), 1)} %`;
  let left = flow.total;
  const row = (kind, text, from, to, n, gain) =>
    el(
      "tr",
      { class: kind },
      el("th", { scope: "row" }, text),
      el("td", { class: "chart" }, barMark(scale, from, to, kind)),
      el("td", { class: "num" }, grouped(String(n))),
      el("td", { class: "num soft" }, amount(n)),
      el("td", { class: "num soft" }, gain === null || gain === undefined ? "" : gain ? `+${grouped(String(gain))}` : "0"),
    );
  const stages = flow.stages.map((stage) => {
    const from = left;
    left -= stage.lost;
    return row(stage.lost ? "lost" : "lost empty", stage.told, from, left, stage.lost, stage.gain);
  });
  const kind = role(flow.configuration);
  return el(
    "figure",
    {},
    el("figcaption", {}, kind === "other" ? null : el("span", { class: `badge ${kind}` }, ROLE_TEXT[kind]), designLink(flow.configuration)),
    el(
      "div",
      { class: "scroll", role: "region", tabindex: "0", "aria-label": `${data.words.lost}, ${ROLE_TEXT[kind] || designName(flow.configuration)}` },
      el(
        "table",
        { class: "data bars falls" },
        el("caption", { class: "unseen" }, `${data.words.lost} per stage: ${designName(flow.configuration)}`),
        el("thead", {}, el("tr", {}, ["Stage", null, data.words.pieces, "Share", data.words.gain ? "If perfect" : ""].map((text, at) => el("th", { scope: "col", class: at === 1 ? "chart" : at ? "num" : null }, text || el("span", { class: "unseen" }, "Drawn"))))),
        el("tbody", {}, row("all", data.words.all, 0, flow.total, flow.total), stages, row("kept", data.words.kept, 0, flow.met, flow.met)),
      ),
    ),
  );
}
