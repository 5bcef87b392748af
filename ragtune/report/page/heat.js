/* Query × design: a cell each, on a canvas. Rows from the best design down, columns from the hardest query on. */
const RAMPS = {
  light: [[201, 112, 66], [238, 204, 178], [232, 236, 238], [128, 170, 209], [42, 101, 164]],
  dark: [[214, 124, 76], [112, 76, 58], [44, 49, 54], [48, 92, 138], [112, 174, 232]],
};

function ramp(colours, t) {
  const at = Math.min(colours.length - 2, Math.floor(t * (colours.length - 1)));
  const rest = t * (colours.length - 1) - at;
  return colours[at].map((c, k) => Math.round(c + (colours[at + 1][k] - c) * rest));
}

/* A byte a cell, 255 for a score that is missing. */
function decoded(layer) {
  const text = atob(layer.cells);
  const bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
  return { ...layer, bytes };
}

function heat(place) {
  if (!data.heat || !data.heat.layers.length) return place.append(absent("heat", `There are no scores ${data.words.query} by ${data.words.query}.`));
  const layers = data.heat.layers.map(decoded);
  const [rows, columns] = [data.heat.configurations, data.heat.queries];
  let layer = layers[0];
  const score = (row, column) => {
    const byte = layer.bytes[row * columns.length + column];
    return byte === 255 ? null : layer.low + (byte / 254) * (layer.high - layer.low);
  };
  const canvas = el("canvas", { "aria-hidden": "true" });
  const cursor = el("div", { class: "cursor", hidden: true });
  const frame = el("div", { class: "heat", tabindex: "0", role: "group", "aria-label": `Heat map of ${plural(rows.length, "design")} by ${plural(columns.length, data.words.query, data.words.queries)}. Arrow keys move, Enter opens the ${data.words.query}; the table of ${data.words.queries} below has the numbers.` }, canvas, cursor);
  const key = el("div", { class: "legend key" });
  const switcher = layers.length > 1 ? select("Measure", layers.map((one, k) => [String(k), one.label]), "0", (k) => ((layer = layers[Number(k)]), paint())) : null;
  place.append(el("div", { class: "filters" }, switcher, key), frame, el("p", { class: "note" }, `Rows: ${plural(rows.length, "design")}, best on top. Columns: ${plural(columns.length, data.words.query, data.words.queries)}, hardest on the left. P marks the pick, B the baseline. ${data.heat.note || ""}`));

  const small = document.createElement("canvas");
  function paint(print) {
    const dark = !print && window.matchMedia("(prefers-color-scheme: dark)").matches;
    const colours = RAMPS[dark ? "dark" : "light"];
    const palette = Array.from({ length: 256 }, (_, k) => (k === 255 ? (dark ? [20, 23, 26] : [253, 253, 252]) : ramp(colours, k / 254)));
    Object.assign(small, { width: columns.length, height: rows.length });
    const picture = small.getContext("2d").createImageData(columns.length, rows.length);
    for (let k = 0; k < layer.bytes.length; k++) picture.data.set([...palette[layer.bytes[k]], 255], 4 * k);
    small.getContext("2d").putImageData(picture, 0, 0);
    const width = Math.max(1, frame.clientWidth);
    const height = Math.round(Math.min(520, Math.max(120, rows.length * 14)));
    const fine = window.devicePixelRatio || 1;
    Object.assign(canvas, { width: Math.round(width * fine), height: Math.round(height * fine) });
    canvas.style.height = `${height}px`;
    const pen = canvas.getContext("2d");
    pen.imageSmoothingEnabled = columns.length > canvas.width || rows.length > canvas.height;
    pen.drawImage(small, 0, 0, canvas.width, canvas.height);
    rule(pen, width, height, fine);
    marks(height);
    const bar = svg("svg", { width: 120, height: 12, "aria-hidden": "true" });
    for (let k = 0; k < 24; k++) bar.append(svg("rect", { x: k * 5, y: 0, width: 5.5, height: 12, fill: `rgb(${ramp(colours, k / 23).join(",")})` }));
    const measure = measures.get(layer.label);
    key.replaceChildren(el("span", {}, layer.label), el("span", {}, format(measure, layer.low)), bar, el("span", {}, format(measure, layer.high)));
  }

  /* Lines between cells that are large enough for it. */
  function rule(pen, width, height, fine) {
    pen.fillStyle = getComputedStyle(document.body).backgroundColor;
    if (width / columns.length >= 7) for (let k = 1; k < columns.length; k++) pen.fillRect(Math.round((k * canvas.width) / columns.length), 0, fine, canvas.height);
    if (height / rows.length >= 5) for (let k = 1; k < rows.length; k++) pen.fillRect(0, Math.round((k * canvas.height) / rows.length), canvas.width, fine);
  }

  /* Where the pick and the baseline are among the rows. */
  function marks(height) {
    frame.querySelectorAll(".row-mark").forEach((mark) => mark.remove());
    for (const [i, text] of [[baseline, "B"], [pick, "P"]]) {
      const row = rows.indexOf(i);
      if (row < 0) continue;
      const mark = el("span", { class: `row-mark ${role(i)}`, title: ROLE_TEXT[role(i)], "aria-hidden": "true" }, text);
      mark.style.top = `${((row + 0.5) * height) / rows.length}px`;
      frame.append(mark);
    }
  }

  let at = null;
  function point(row, column, quiet) {
    at = { row, column };
    const [width, height] = [canvas.clientWidth / columns.length, canvas.clientHeight / rows.length];
    Object.assign(cursor.style, { left: `${column * width}px`, top: `${row * height}px`, width: `${Math.max(width, 3)}px`, height: `${Math.max(height, 3)}px` });
    cursor.hidden = false;
    const box = frame.getBoundingClientRect();
    const text = data.queries.text ? data.queries.text[columns[column]] : "";
    const measure = measures.get(layer.label);
    showTip(box.left + (column + 1) * width, box.top + (row + 1) * height, clipped(text || data.queries.id[columns[column]], 90), [[layer.label, format(measure, score(row, column))], [`${rank.get(rows[row])}.`, designName(rows[row])]]);
    if (!quiet) announce(`${clipped(text, 60)}: ${layer.label} ${format(measure, score(row, column))}, design ${rank.get(rows[row])}`);
  }
  const leave = () => {
    cursor.hidden = true;
    hideTip();
  };
  const open = () => at && (leave(), (location.hash = `#/query/${columns[at.column]}`));
  const under = (event) => {
    const box = canvas.getBoundingClientRect();
    const cell = (share, n) => Math.min(n - 1, Math.max(0, Math.floor(share * n)));
    return [cell((event.clientY - box.top) / box.height, rows.length), cell((event.clientX - box.left) / box.width, columns.length)];
  };
  frame.addEventListener("pointermove", (event) => point(...under(event), true));
  frame.addEventListener("pointerleave", leave);
  frame.addEventListener("blur", leave);
  frame.addEventListener("click", open);
  frame.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (event.key === "Enter") open();
    if (event.key === "Escape") leave();
    if (!step) return;
    event.preventDefault();
    const from = at || { row: 0, column: -1 };
    point(Math.min(rows.length - 1, Math.max(0, from.row + step[0])), Math.min(columns.length - 1, Math.max(0, from.column + step[1])));
  });
  drawn(frame, () => paint());
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => paint());
  window.addEventListener("beforeprint", () => paint(true));
  window.addEventListener("afterprint", () => paint());
  return undefined;
}
