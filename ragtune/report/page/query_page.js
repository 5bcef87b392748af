/* One query: its evidence, who ranked it where, and the documents with chunks and gold evidence marked. */
function queryPage(q) {
  const page = data.pages[String(q)];
  const facts = [["Baseline", asked.baseline], ["Pick", asked.pick], ["Mean of all designs", asked.mean], ["Best of all designs", asked.best]].filter(([, values]) => values);
  const head = [
    el("p", { class: "crumbs" }, el("a", { href: "#queries" }, `All ${data.words.queries}`), ` · ${asked.id[q]}`),
    el("h1", { tabindex: "-1" }, queryText(q)),
    el("p", {}, ((asked.tags && asked.tags[q]) || []).map((tag) => el("span", { class: "tag" }, tag))),
    el("dl", { class: "figures" }, facts.map(([name, values]) => el("div", {}, el("dt", {}, name), el("dd", {}, format(main, values[q]), el("small", {}, main.label))))),
  ];
  if (!page) return [...head, el("p", { class: "absent" }, data.absent.pages || `This ${data.words.query}'s ${data.words.documents} are not in this file: it holds those of the worst ${data.words.queries} only.`)];
  const place = el("div", {});
  const show = (k) => {
    place.replaceChildren(...(page.tools ? caseView(page.designs[k]) : designView(page, page.designs[k])));
    place.querySelectorAll("table").forEach(withRoles);
  };
  const radios = page.designs.map((design, k) => {
    const kind = role(design.configuration);
    const box = el("input", { type: "radio", name: "of", value: k, checked: k === 0, on: { change: () => show(k) } });
    return el("label", { class: "check" }, box, ROLE_TEXT[kind] || designName(design.configuration));
  });
  show(0);
  return [...head, page.designs.length > 1 ? el("fieldset", { class: "checks" }, el("legend", {}, "As seen by"), radios) : null, place].filter(Boolean);
}

function designView(page, design) {
  return [
    el("p", { class: "note" }, designLink(design.configuration), ` · ${main.label} ${format(main, design.score)}${known(design.tokens) ? ` · ${grouped(String(design.tokens))} tokens of context` : ""}`),
    design.answer ? answerView(design.answer, page.reference) : [],
    el("h2", {}, "Where the evidence went"),
    needsTable(page, design),
    el("h2", {}, "Documents with evidence"),
    el("p", { class: "legend" }, el("span", {}, el("mark", {}, "gold evidence")), el("span", {}, el("span", { class: "packed" }, "in the context")), el("span", {}, el("span", { class: "cut" }, "|1"), " where a chunk begins, with its rank")),
    page.documents.map((document, d) => documentView(document, design.chunks.filter((chunk) => chunk[0] === d), design.spans.filter((span) => span[0] === d))),
    design.instead.length ? [el("h2", {}, "What was ranked first"), el("ol", { class: "instead" }, design.instead.map((chunk) => el("li", {}, el("span", { class: "where" }, chunk.where), chunk.gold ? el("span", { class: "badge good" }, "holds evidence") : null, el("p", {}, chunk.text))))] : [],
  ].flat(Infinity);
}

/* What was answered, what should have been, and how that was measured. */
function answerView(answer, reference) {
  const badge = answer.failed ? "failed" : answer.refused ? "refused" : null;
  const wanted = reference && !reference.answerable ? el("p", { class: "note" }, "The documents hold no answer: it should be refused.") : reference && reference.answers.length ? [el("h3", {}, "Expected"), reference.answers.map((text) => el("div", { class: "text" }, text))] : [];
  return [
    el("h2", {}, "The answer ", badge ? el("span", { class: "badge" }, badge) : null),
    el("div", { class: "text" }, answer.failed || answer.text || "Nothing was answered."),
    wanted,
    answer.scores.length ? el("dl", { class: "figures" }, answer.scores.map(([label, value]) => el("div", {}, el("dt", {}, label), el("dd", {}, value === null ? DASH : fixed(value, 3))))) : null,
  ].flat(Infinity).filter(Boolean);
}

function needsTable(page, design) {
  const stages = design.needs.length ? design.needs[0].standings.map((standing) => standing.name) : [];
  const place = (standing) => (standing.rank ? [String(standing.rank), standing.share < 0.9995 ? el("small", {}, `${Math.floor(100 * standing.share)} %`) : null] : el("span", { class: "soft" }, `not in ${standing.depth}`));
  const row = (need) =>
    el("tr", {}, el("th", { scope: "row", class: "design" }, need.text ? clipped(need.text, 160) : "the whole document", el("code", { class: "id" }, need.where)), need.standings.map((standing) => el("td", { class: "num", "data-label": standing.name }, place(standing))), el("td", { class: "num", "data-label": "In context" }, `${Math.round(100 * need.packed)} %`), el("td", { class: need.met ? "last good" : "last bad" }, need.met ? "reached the context" : need.told));
  return el(
    "div",
    { class: "scroll table", role: "region", tabindex: "0", "aria-label": "Rank of the evidence at each stage" },
    el("table", { class: "data" }, el("caption", { class: "unseen" }, "Rank of each piece of evidence at each stage"), el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Evidence"), stages.map((name) => el("th", { scope: "col", class: "num stage" }, name)), el("th", { scope: "col", class: "num" }, "In context"), el("th", { scope: "col", class: "last" }, "Outcome"))), el("tbody", {}, design.needs.map(row))),
  );
}

/* The text cut at every border of gold, chunk and context, so that each piece is one thing. Offsets are code points. */
function documentView(document, chunks, spans) {
  const parts = document.parts.map((part) => {
    const letters = Array.from(part.text);
    const end = part.start + letters.length;
    const inside = (x) => x > part.start && x < end;
    const borders = new Set([part.start, end]);
    for (const [from, to] of document.gold) [from, to].filter(inside).forEach((x) => borders.add(x));
    for (const [, from, to] of [...chunks, ...spans]) [from, to].filter(inside).forEach((x) => borders.add(x));
    const at = [...borders].sort((a, b) => a - b);
    const pieces = at.slice(0, -1).map((from, k) => {
      const within = ([a, b]) => a <= from && from < b;
      const begun = chunks.filter(([, a]) => a === from).map((chunk) => el("span", { class: "cut", title: chunk[3] ? `a chunk begins, rank ${chunk[3]}` : "a chunk begins, not ranked" }, `|${chunk[3] || DASH}`));
      const text = letters.slice(from - part.start, at[k + 1] - part.start).join("");
      const packed = spans.some(([, a, b]) => within([a, b]));
      const plain = packed ? el("span", { class: "packed" }, text) : text;
      return [begun, document.gold.some(within) ? el("mark", {}, plain) : plain];
    });
    return el("div", { class: "text" }, part.start > 0 ? el("span", { class: "gap" }, "… ") : null, pieces, end < document.length ? el("span", { class: "gap" }, " …") : null);
  });
  return el("article", { class: "document" }, el("h3", {}, document.title || document.id, document.title ? el("code", { class: "id" }, document.id) : null, document.whole ? el("span", { class: "badge good" }, "the whole document is evidence") : null), parts);
}
