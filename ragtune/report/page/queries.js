/* The numbers behind the heat map, query by query, and the way to each query's own page. */
const asked = data.queries;
const queriesTitle = data.words.queries[0].toUpperCase() + data.words.queries.slice(1);
const queryText = (q) => (asked.text && asked.text[q]) || asked.id[q];
const hasPage = (q) => Object.hasOwn(data.pages, String(q));
const queryLink = (q) => el("a", { href: `#/query/${q}` }, clipped(queryText(q), 140));

function queries(place) {
  if (!asked || !asked.id.length) return place.append(absent("queries", `There are no ${data.words.queries}.`));
  const rows = [...asked.id.keys()].sort((a, b) => better(main, asked.mean[b], asked.mean[a]));
  const tags = [...new Set((asked.tags || []).flat())].sort();
  const want = { words: [], tag: "", pages: false };
  const text = [...asked.id.keys()].map((q) => `${asked.id[q]} ${queryText(q)}`.toLowerCase());
  const column = (key, label, values, what) => (values ? { key, label, what, class: "num", sort: (q) => values[q], cell: (q) => format(main, values[q]) } : null);
  const change = asked.pick && asked.baseline ? [...asked.id.keys()].map((q) => (known(asked.pick[q]) && known(asked.baseline[q]) ? asked.pick[q] - asked.baseline[q] : null)) : null;
  const table = dataTable({
    name: queriesTitle,
    caption: `${queriesTitle}: ${main.label} of the baseline, the pick, the mean and the best of all designs`,
    rows,
    sort: { column: asked.pick ? "pick" : "mean", down: main.better === "lower" },
    columns: [
      { key: "query", label: data.words.query[0].toUpperCase() + data.words.query.slice(1), class: "design", head: true, sort: (q) => queryText(q), cell: (q) => [queryLink(q), el("div", { class: "meta" }, ((asked.tags && asked.tags[q]) || []).map((tag) => el("span", { class: "tag" }, tag)), asked.text ? el("code", {}, asked.id[q]) : null)] },
      column("baseline", "Baseline", asked.baseline),
      column("pick", "Pick", asked.pick),
      change ? { key: "change", label: "Change", class: "num", sort: (q) => change[q], cell: (q) => signed(main, change[q]) } : null,
      column("mean", "Mean of all", asked.mean),
      column("best", "Best of all", asked.best, `What the best design for this very ${data.words.query} reaches`),
    ].filter(Boolean),
  });
  const show = () => {
    const shown = rows.filter((q) => want.words.every((word) => text[q].includes(word)) && (!want.tag || asked.tags[q].includes(want.tag)) && (!want.pages || hasPage(q)));
    table.show(shown);
    announce(`${plural(shown.length, data.words.query, data.words.queries)} match`);
  };
  const search = el("input", { type: "search", on: { input: () => ((want.words = search.value.toLowerCase().split(/\s+/).filter(Boolean)), show()) } });
  place.append(
    el(
      "form",
      { class: "filters", role: "search", "aria-label": `Filter ${data.words.queries}`, on: { submit: (event) => event.preventDefault() } },
      el("label", { class: "field wide" }, el("span", {}, "Search"), search),
      tags.length ? select("Tag", [["", "any"], ...tags.map((tag) => [tag, clipped(tag, 40)])], "", (tag) => ((want.tag = tag), show())) : null,
      Object.keys(data.pages).length && Object.keys(data.pages).length < rows.length ? el("div", { class: "checks" }, checkbox(`With ${data.words.documents} shown`, (on) => ((want.pages = on), show()))) : null,
    ),
    table.node,
  );
  return undefined;
}
