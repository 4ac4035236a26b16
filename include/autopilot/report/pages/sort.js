// Makes the heads of a table with data-sortable into buttons that sort its rows; without scripts it stays as it was written.
(() => {
  "use strict";
  // What a cell is sorted by: the number or text in data-value, else what it shows. Empty ones are last either way.
  const value = (row, place) => {
    const cell = row.cells[place], given = cell.dataset.value ?? cell.textContent.trim();
    if (given === "") return null;
    const number = Number(given);
    return Number.isNaN(number) ? given : number;
  };
  const compared = (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    if (typeof a === "number") return -1;
    if (typeof b === "number") return 1;
    return a.localeCompare(b, undefined, { numeric: true });
  };
  const sort = (table, head, place) => {
    const up = head.getAttribute("aria-sort") === "descending";
    for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const body = table.tBodies[0], rows = Array.from(body.rows, row => ({ row, value: value(row, place) }));
    rows.sort((a, b) => {
      if (a.value === null || b.value === null) return (a.value === null) - (b.value === null);
      return up ? compared(a.value, b.value) : compared(b.value, a.value);
    });
    body.append(...rows.map(one => one.row));
  };
  for (const table of document.querySelectorAll("table[data-sortable]")) {
    for (const [place, head] of Array.from(table.tHead.rows[0].cells).entries()) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(table, head, place));
      head.replaceChildren(button);
    }
  }
})();
