/* Draws the overview once, and shows a page of its own for a query or a design by what stands after # in the address. */
const PARTS = { leaderboard, tradeoffs: scatter, parallel, knobs: effects, losses, confusion: confusions, errors: errorKinds, heat, queries, latency };
const [overview, detail] = [byId("overview"), byId("detail")];
const home = document.title;
let scrolled = 0;

function route(first) {
  const found = /^#\/(query|design)\/(\d+)$/.exec(location.hash);
  const at = found ? Number(found[2]) : -1;
  const exists = found && at < (found[1] === "query" ? asked.id.length : count);
  hideTip();
  if (exists) {
    if (!overview.hidden) scrolled = window.scrollY;
    detail.replaceChildren(...(found[1] === "query" ? queryPage(at) : designPage(at)));
    detail.querySelectorAll("table").forEach(withRoles);
    overview.hidden = true;
    detail.hidden = false;
    window.scrollTo(0, 0);
    const heading = detail.querySelector("h1");
    document.title = `${heading.textContent} · ${home}`;
    if (!first) heading.focus({ preventScroll: true });
    return;
  }
  const back = overview.hidden;
  overview.hidden = false;
  detail.hidden = true;
  detail.replaceChildren();
  document.title = home;
  const target = /^#[a-z]+$/.test(location.hash) ? byId(location.hash.slice(1)) : null;
  if (back) window.scrollTo(0, scrolled);
  else if (target) target.scrollIntoView();
}

document.body.append(tip);
for (const [id, draw] of Object.entries(PARTS)) {
  try {
    if (byId(id)) draw(byId(id).querySelector(".part"));
  } catch (error) {
    byId(id).querySelector(".part").append(el("p", { class: "absent" }, `This part could not be drawn: ${error.message}`));
    console.error(error);
  }
}
overview.querySelectorAll("table").forEach(withRoles);
document.documentElement.dataset.drawn = "yes";
window.addEventListener("hashchange", () => route(false));
window.addEventListener("keydown", (event) => event.key === "Escape" && hideTip());
window.addEventListener("scroll", hideTip, { passive: true });
route(true);
