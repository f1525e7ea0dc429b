const page = document.documentElement;
page.classList.add("js");
const words = JSON.parse(document.getElementById("words").textContent);
const list = document.getElementById("list");
const table = new DataTable(list, {
  paging: false, autoWidth: false, layout: {topStart: null, topEnd: null, bottomStart: "info", bottomEnd: null},
  order: [],
  columnDefs: [{targets: "n", type: "num"}],
  language: {info: words.shown, infoFiltered: "", infoEmpty: words.none, zeroRecords: words.none, emptyTable: words.none,
    aria: {orderable: ": " + words.sort, orderableReverse: ": " + words.sort, orderableRemove: ": " + words.sort}},
});
const search = document.getElementById("search");
const health = document.getElementById("by-health");
const site = document.getElementById("by-site");
const exactly = (column, value, fits) => table.column(column).search(value ? (text, row, index) => fits(table.row(index).node().dataset) : "");
// Full-width characters of an input method find the same as the plain ones.
const plain = text => text.normalize("NFKC").trim();
function filter() {
  table.search(plain(search.value));
  exactly(2, health.value, row => health.value === "partial" ? row.partial === "yes" : row.health === health.value);
  exactly(1, site.value, row => row.site === site.value);
  table.draw();
}
function clear() {
  search.value = health.value = site.value = "";
  filter();
}
// The sections of the switches show those that the table shows.
const section = row => document.getElementById(row.querySelector("a").hash.slice(1))?.closest("details.sw");
function follow() {
  for (const index of table.rows().indexes().toArray()) {
    const details = section(table.row(index).node());
    if (details) details.hidden = true;
  }
  for (const node of table.rows({search: "applied"}).nodes().toArray()) {
    const details = section(node);
    if (details) details.hidden = false;
  }
  const shown = document.getElementById("details-shown");
  if (shown) shown.textContent = document.querySelector(".list .dt-info").textContent;
}
search.addEventListener("input", filter);
health.addEventListener("change", filter);
site.addEventListener("change", filter);
document.getElementById("clear").addEventListener("click", () => {
  clear();
  search.focus();
});
document.getElementById("print").addEventListener("click", () => print());
for (const link of document.querySelectorAll("a[data-health],a[data-rule]")) {
  link.addEventListener("click", () => {
    search.value = link.dataset.rule || "";
    health.value = link.dataset.health || "";
    site.value = "";
    filter();
  });
}
function open() {
  const wanted = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  const details = wanted && wanted.closest("details.sw");
  if (details && (details.hidden || !details.open)) {
    if (details.hidden) clear();
    details.open = true;
    wanted.scrollIntoView();
  }
}
addEventListener("hashchange", open);
// The sections of the switches stand below this script and are still to come.
addEventListener("DOMContentLoaded", () => {
  table.on("draw", follow);
  follow();
  open();
  const every = value => document.querySelectorAll("details.sw:not([hidden])").forEach(each => { each.open = value; });
  document.getElementById("open-all").addEventListener("click", () => every(true));
  document.getElementById("close-all").addEventListener("click", () => every(false));
});
page.dataset.ready = "yes";
performance.mark("table-ready");
