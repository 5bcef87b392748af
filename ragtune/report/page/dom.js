/* Elements are made here and nowhere else: text goes in as text, never as markup. */
const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, action] of Object.entries(value)) node.addEventListener(event, action);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
const byId = (id) => document.getElementById(id);

/* Something for people who listen to the page: what has just changed. */
function announce(text) {
  byId("live").textContent = text;
}

/* Roles spelt out: small screens lay rows out as grids, and browsers then forget that they are a table. */
const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
function withRoles(table) {
  for (const node of [table, ...table.querySelectorAll("thead, tbody, tr, td, th")])
    node.setAttribute("role", ROLES[node.tagName] || (node.scope === "col" ? "columnheader" : "rowheader"));
  return table;
}

/* A part that cannot be drawn says why. */
function absent(section, fallback) {
  return el("p", { class: "absent" }, data.absent[section] || fallback);
}

function select(label, options, value, onchange) {
  const box = el("select", { on: { change: () => onchange(box.value) } });
  for (const [key, text] of options) box.append(el("option", { value: key, selected: key === value }, text));
  return el("label", { class: "field" }, el("span", {}, label), box);
}

function checkbox(label, onchange) {
  const box = el("input", { type: "checkbox", on: { change: () => onchange(box.checked) } });
  return el("label", { class: "check" }, box, label);
}

/* Draws again when the width of its place changes. */
function drawn(place, draw) {
  let width = 0;
  const again = (force) => {
    const now = Math.floor(place.clientWidth);
    if (now > 0 && (force === true || now !== width)) draw((width = now));
  };
  new ResizeObserver(() => again(false)).observe(place);
  again(false);
  return () => again(true);
}
