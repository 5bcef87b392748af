/* How long a request waits: median to 99th percentile, one request at a time. */
function latency(place) {
  const rows = data.latency || [];
  if (!rows.length) return place.append(absent("latency", "Nothing was timed."));
  const scale = extent(rows.flatMap((row) => [row.p50, row.p95, row.p99]), { zero: true });
  const ms = measures.get("latency_p50_ms") || { unit: "ms" };
  const line = (row) => {
    const kind = role(row.configuration);
    const mark = rangeMark(scale, { low: row.p50, high: row.p99, point: row.p50, kind, hollow: kind === "baseline" });
    if (known(row.p95)) mark.append(svg("line", { class: "notch", x1: percent(share(scale, row.p95)), x2: percent(share(scale, row.p95)), y1: 4, y2: 14 }));
    return el(
      "tr",
      { class: `is-${kind}` },
      el("th", { scope: "row", class: "design" }, roleBadge(row.configuration), designLink(row.configuration)),
      el("td", { class: "chart" }, mark),
      [row.p50, row.p95, row.p99].map((x) => el("td", { class: "num" }, format(ms, x))),
    );
  };
  place.append(
    el(
      "div",
      { class: "scroll", role: "region", tabindex: "0", "aria-label": "Latency" },
      el(
        "table",
        { class: "data bars" },
        el("caption", { class: "unseen" }, "Latency percentiles in milliseconds"),
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Design"), el("th", { scope: "col", class: "chart" }, el("span", { class: "unseen" }, "Drawn"), axisMark(scale, 6)), ["p50, ms", "p95, ms", "p99, ms"].map((text) => el("th", { scope: "col", class: "num" }, text)))),
        el("tbody", {}, rows.map(line)),
      ),
    ),
  );
  return undefined;
}
