for (const table of document.querySelectorAll("table.sortable")) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => heading.querySelector("button").addEventListener("click", () => {
    const number = heading.classList.contains("number");
    const down = heading.ariaSort ? heading.ariaSort === "ascending" : number;
    headings.forEach((other) => other.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const value = (row) => row.cells[column].dataset.value;
    // A dash is no number and stays last in either direction.
    const key = (row) => Number.isNaN(+value(row)) || +value(row) < 0 ? (down ? -Infinity : Infinity) : +value(row);
    const order = (one, two) => number ? key(one) - key(two) : value(one).localeCompare(value(two));
    const rows = [...table.tBodies[0].rows].sort((one, two) => (down ? -1 : 1) * order(one, two));
    table.tBodies[0].append(...rows);
  }));
}
for (const toggle of document.querySelectorAll(".toggle")) {
  toggle.addEventListener("change", () =>
    toggle.closest("section").classList.toggle("hide-published", !toggle.checked));
}
