/* What the page knows, and which designs are looked at; every part asks here. */
const data = JSON.parse(byId("data").textContent);
const designs = data.configurations;
const count = designs.id.length;
const measures = new Map(data.measures.map((measure) => [measure.label, measure]));
const main = measures.get(data.maximize);
const { baseline, pick } = data.roles;
const tied = new Set(data.roles.tied || []);
const front = new Set(data.roles.front || []);
const slots = Object.keys(data.slots);
const varying = slots.filter((slot) => data.slots[slot].length > 1);

const value = (label, i) => designs.measures[label][i];
const slotText = (slot, i) => data.slots[slot][designs.slots[slot][i]];
const designName = (i, among = varying) =>
  (among.length ? among : slots).map((slot) => slotText(slot, i)).filter((text) => text !== "none").join(" · ") || "none";
const fullNames = Array.from({ length: count }, (_, i) => `${designs.id[i]} ${designName(i, slots)}`.toLowerCase());
const role = (i) => (i === pick ? "pick" : i === baseline ? "baseline" : tied.has(i) ? "tied" : "other");
const ROLE_TEXT = { pick: "pick", baseline: "baseline", tied: "tied", other: "" };
const better = (measure, a, b) => (measure.better === "lower" ? a - b : b - a);

/* Designs from best to worst by what the study maximises; the unscored last. */
const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => {
  const [x, y] = [value(main.label, a), value(main.label, b)];
  return known(x) && known(y) ? better(main, x, y) || a - b : known(y) - known(x) || a - b;
});
const rank = new Map(order.map((i, at) => [i, at + 1]));

const filter = {
  words: [],
  tied: false,
  front: false,
  chosen: new Map(), // knob -> the values wanted
  heard: [],
  passes: (i) =>
    (!filter.tied || tied.has(i) || i === pick) &&
    (!filter.front || front.has(i)) &&
    filter.words.every((word) => fullNames[i].includes(word)) &&
    [...filter.chosen].every(([knob, wanted]) => wanted.has(data.knobs[knob].of[i])),
  any: () => filter.tied || filter.front || filter.words.length > 0 || filter.chosen.size > 0,
  choose(knob, values) {
    if (values.size) filter.chosen.set(knob, values);
    else filter.chosen.delete(knob);
    filter.changed();
  },
  clear() {
    Object.assign(filter, { words: [], tied: false, front: false });
    filter.chosen.clear();
    filter.changed();
  },
  changed: () => filter.heard.forEach((action) => action()),
};
