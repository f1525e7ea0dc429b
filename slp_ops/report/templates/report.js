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
const exactly = (column, value, of) => table.column(column).search(value ? (text, row, index) => of(index) === value : "");
const cells = index => table.row(index).node().dataset;
function filter() {
  table.search(search.value);
  exactly(2, health.value, index => cells(index).health);
  exactly(1, site.value, index => cells(index).site);
  table.draw();
}
search.addEventListener("input", filter);
health.addEventListener("change", filter);
site.addEventListener("change", filter);
document.getElementById("clear").addEventListener("click", () => {
  search.value = health.value = site.value = "";
  filter();
  search.focus();
});
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
  if (details && !details.open) {
    details.open = true;
    wanted.scrollIntoView();
  }
}
addEventListener("hashchange", open);
// The sections of the switches stand below this script and are still to come.
addEventListener("DOMContentLoaded", () => {
  open();
  const every = value => document.querySelectorAll("details.sw").forEach(each => { each.open = value; });
  document.getElementById("open-all").addEventListener("click", () => every(true));
  document.getElementById("close-all").addEventListener("click", () => every(false));
});
page.dataset.ready = "yes";
performance.mark("table-ready");
