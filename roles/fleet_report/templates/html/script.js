
"use strict";
// Sorts and filters the table of hosts. Without this it is a plain table, by name.
(function () {
  var table = document.getElementById("host-table");
  if (!table) { return; }
  var body = table.tBodies[0];
  var rows = Array.prototype.slice.call(body.rows);
  var headings = Array.prototype.slice.call(table.tHead.rows[0].cells);
  var status = document.getElementById("host-status");
  var controls = document.getElementById("host-controls");
  var filter = document.getElementById("host-filter");
  var words = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  var total = rows.length.toLocaleString("en");

  function key(row, column, numeric) {
    var cell = row.cells[column];
    if (numeric) { return cell.hasAttribute("data-v") ? Number(cell.getAttribute("data-v")) : null; }
    return cell.querySelector(".gap") ? null : cell.textContent.trim();
  }

  function sort(column, direction) {
    var numeric = headings[column].getAttribute("data-sort") === "number";
    var sign = direction === "ascending" ? 1 : -1;
    var keyed = rows.map(function (row, place) { return { row: row, key: key(row, column, numeric), place: place }; });
    keyed.sort(function (a, b) {
      // What was not gathered comes last, whichever way the table is sorted.
      if (a.key === null || b.key === null) { return (a.key === null) - (b.key === null) || a.place - b.place; }
      return sign * (numeric ? a.key - b.key : words.compare(a.key, b.key)) || a.place - b.place;
    });
    var sorted = document.createDocumentFragment();
    keyed.forEach(function (entry) { sorted.appendChild(entry.row); });
    body.appendChild(sorted);
    headings.forEach(function (heading) { heading.removeAttribute("aria-sort"); });
    headings[column].setAttribute("aria-sort", direction);
  }

  headings.forEach(function (heading, column) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.textContent;
    // On paper the headings come again on each page, which browsers do with words and not with buttons.
    var printed = document.createElement("span");
    printed.className = "printed";
    printed.textContent = heading.textContent;
    heading.textContent = "";
    heading.appendChild(button);
    heading.appendChild(printed);
    button.addEventListener("click", function () {
      var now = heading.getAttribute("aria-sort");
      // Of numbers one wants the large ones first.
      var first = heading.getAttribute("data-sort") === "number" ? "descending" : "ascending";
      var other = first === "ascending" ? "descending" : "ascending";
      var direction = now === first ? other : first;
      sort(column, direction);
      status.textContent = "Sorted by " + button.textContent.toLowerCase() + ", " + direction + ".";
    });
  });

  var texts = rows.map(function (row) { return (row.textContent + " " + row.getAttribute("data-g")).toLowerCase(); });

  function show() {
    var wanted = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    var kind = controls.elements.show.value;
    var count = 0;
    rows.forEach(function (row, place) {
      var fits = (!kind || (kind === "silent" ? row.hasAttribute("data-silent") : row.getAttribute("data-s") === kind)) &&
        wanted.every(function (word) { return texts[place].indexOf(word) >= 0; });
      row.hidden = !fits;
      count += fits;
    });
    status.textContent = count === rows.length ? "" : count.toLocaleString("en") + " of " + total + " hosts shown.";
  }

  filter.addEventListener("input", show);
  controls.addEventListener("change", show);
  controls.addEventListener("submit", function (event) { event.preventDefault(); });
  controls.hidden = false;

  // A table that fits keeps its headings in sight; one that does not gets a scroll bar, which the keyboard must reach.
  var region = table.parentNode;
  function fit() {
    region.classList.remove("fits");
    var fits = region.scrollWidth <= region.clientWidth;
    region.classList.toggle("fits", fits);
    if (fits) { region.removeAttribute("tabindex"); } else { region.tabIndex = 0; }
  }
  window.addEventListener("resize", fit);
  fit();
  show(); // a browser may bring back what was typed before a reload
}());
