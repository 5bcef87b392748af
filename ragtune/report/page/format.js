/* Numbers for people: aligned, with a true minus, unknown as a dash. */
const DASH = "–";
const known = (x) => typeof x === "number" && Number.isFinite(x);
const grouped = (text) => text.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
const minus = (text) => text.replace("-", "\u2212");

function fixed(x, digits) {
  if (!known(x)) return DASH;
  const [whole, rest] = Math.abs(x).toFixed(digits).split(".");
  const zero = Number(x.toFixed(digits)) === 0;
  return (x < 0 && !zero ? "\u2212" : "") + grouped(whole) + (rest ? `.${rest}` : "");
}

const UNITS = {
  score: (x) => fixed(x, 3),
  ms: (x) => fixed(x, Math.abs(x) < 10 ? 2 : Math.abs(x) < 100 ? 1 : 0),
  tokens: (x) => fixed(x, 0),
  usd: (x) => (known(x) && x !== 0 && Math.abs(x) < 0.01 ? minus(x.toPrecision(2)) : fixed(x, 2)),
  bytes: (x) => (known(x) ? fixed(x / 1e6, Math.abs(x) < 1e7 ? 2 : 0) : DASH),
};
const UNIT_NAMES = { ms: "ms", tokens: "tokens", usd: "$", bytes: "MB" };

const format = (measure, x) => (known(x) ? UNITS[measure.unit](x) : DASH);
const titled = (measure) => measure.title + (UNIT_NAMES[measure.unit] ? `, ${UNIT_NAMES[measure.unit]}` : "");

function signed(measure, x) {
  const text = format(measure, x);
  return known(x) && x > 0 && Number(text.replace(/,/g, "")) !== 0 ? `+${text}` : text;
}

const probability = (p) => (!known(p) ? DASH : p < 0.001 ? "< 0.001" : fixed(p, 3));
const plural = (n, one, many = `${one}s`) => `${grouped(String(n))} ${n === 1 ? one : many}`;
const percent = (share) => `${(100 * share).toFixed(3)}%`;
const clipped = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
