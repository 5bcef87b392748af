/* What each knob is worth: a row a value, its effect with its interval, all on one scale. */
function effects(place) {
  const all = data.effects || [];
  if (!all.length) return place.append(absent("effects", "The effects of the knobs were not worked out."));
  const levels = all.flatMap((effect) => effect.levels);
  const scale = extent(levels.flatMap((level) => [level.effect, level.low, level.high]), { zero: true, pad: 0.06 });
  const body = all.map((effect) => [
    el(
      "tr",
      { class: "group" },
      el("th", { scope: "rowgroup", colspan: 4 }, effect.knob, effect.told ? el("small", {}, effect.told) : null),
    ),
    effect.levels.map((level) =>
      el(
        "tr",
        {},
        el("th", { scope: "row" }, level.value),
        el("td", { class: "chart" }, rangeMark(scale, { low: level.low, high: level.high, point: level.effect, kind: level.low > 0 ? "good" : level.high < 0 ? "bad" : "other", guide: 0 })),
        el("td", { class: "num" }, signed(main, level.effect)),
        el("td", { class: "num soft" }, known(level.low) ? `${signed(main, level.low)} to ${signed(main, level.high)}` : DASH),
      ),
    ),
  ]);
  place.append(
    el(
      "div",
      { class: "scroll", role: "region", tabindex: "0", "aria-label": "Effects of the knobs" },
      el(
        "table",
        { class: "data bars" },
        el("caption", { class: "unseen" }, `Effect of each value of each knob on ${main.label}`),
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Knob"), el("th", { scope: "col", class: "chart" }, el("span", { class: "unseen" }, "Drawn"), axisMark(scale, 4)), el("th", { scope: "col", class: "num" }, "Effect"), el("th", { scope: "col", class: "num" }, "Interval"))),
        el("tbody", {}, body),
      ),
    ),
  );
  return undefined;
}
