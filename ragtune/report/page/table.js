/* A table that sorts, filters and pages. */
function dataTable({ caption, columns, rows, size = window.innerWidth < 700 ? 10 : 25, sort, name, rowClass }) {
  const state = { shown: rows, sort: sort || { column: null, down: false }, page: 0 };
  const head = el("tr", {});
  const body = el("tbody", {});
  const status = el("span", { class: "status" });
  const previous = el("button", { type: "button", on: { click: () => turn(-1) } }, "Previous");
  const next = el("button", { type: "button", on: { click: () => turn(1) } }, "Next");
  const pager = el("div", { class: "pager", role: "group", "aria-label": `Pages of ${name}` }, previous, status, next);
  const table = el(
    "table",
    { class: "data" },
    el("caption", { class: "unseen" }, caption),
    el("thead", {}, head),
    body,
  );
  const scroller = el("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": caption }, table);

  const headers = columns.map((column) => {
    const cell = el("th", { scope: "col", class: column.class });
    if (column.sort) cell.append(el("button", { type: "button", title: column.what, on: { click: () => sortBy(column) } }, column.label));
    else cell.append(...[column.label].flat());
    head.append(cell);
    return cell;
  });

  function sortBy(column) {
    const again = state.sort.column === column.key;
    state.sort = { column: column.key, down: again ? !state.sort.down : Boolean(column.down) };
    state.page = 0;
    draw();
    announce(`${name} sorted by ${column.label}, ${state.sort.down ? "highest" : "lowest"} first`);
  }

  function turn(by) {
    state.page += by;
    draw();
    announce(status.textContent);
  }

  function sorted() {
    const column = columns.find((one) => one.key === state.sort.column);
    if (!column) return state.shown;
    const sign = state.sort.down ? -1 : 1;
    const keys = new Map(state.shown.map((row) => [row, column.sort(row)]));
    return [...state.shown].sort((a, b) => {
      const [x, y] = [keys.get(a), keys.get(b)];
      const [missingX, missingY] = [x === null || x === undefined, y === null || y === undefined];
      if (missingX || missingY) return missingX - missingY;
      return sign * (typeof x === "string" ? x.localeCompare(y) : x - y);
    });
  }

  function line(row) {
    const cells = columns.map((column) =>
      el(column.head ? "th" : "td", { scope: column.head && "row", class: column.class, "data-label": typeof column.label === "string" ? column.label : null }, column.cell(row)),
    );
    return el("tr", { class: rowClass && rowClass(row) }, cells);
  }

  function draw() {
    const all = sorted();
    const pages = Math.max(1, Math.ceil(all.length / size));
    state.page = Math.min(Math.max(0, state.page), pages - 1);
    const from = state.page * size;
    const part = all.slice(from, from + size);
    columns.forEach((column, at) => {
      const on = column.sort && state.sort.column === column.key;
      headers[at].toggleAttribute("aria-sort", false);
      if (on) headers[at].setAttribute("aria-sort", state.sort.down ? "descending" : "ascending");
    });
    body.replaceChildren(...part.map(line));
    if (!part.length) body.append(el("tr", {}, el("td", { colspan: columns.length, class: "none" }, "Nothing matches. Clear the filters to see everything.")));
    status.textContent = part.length ? `${grouped(String(from + 1))}–${grouped(String(from + part.length))} of ${grouped(String(all.length))}` : "0";
    previous.disabled = state.page === 0;
    next.disabled = state.page >= pages - 1;
    withRoles(table);
    pager.hidden = pages === 1 && all.length === rows.length;
  }

  draw();
  return {
    node: el("div", { class: "table" }, scroller, pager),
    show(shown) {
      Object.assign(state, { shown, page: 0 });
      draw();
    },
  };
}
