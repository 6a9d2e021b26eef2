// While a set is being written, the list is fetched again and again, and what has changed in it is put in place.
(() => {
  "use strict";
  const pause = document.getElementById("pause"), told = document.getElementById("told"), again = document.getElementById("again");
  if (!pause) return;
  pause.closest("label").hidden = false;
  again.hidden = true;
  const least = 3000; // ms; and never more than a tenth of the server's time
  const sets = (of) => new Map([...of.querySelectorAll("tr[data-set]")].map((row) => [row.dataset.set, row]));
  const same = (a, b) => a.length === b.length && a.every((name, i) => name === b[i]);

  // Cells with a focused link or a choice stay as they are.
  const renew = (old, now) => {
    for (const cell of now.querySelectorAll("[data-part]")) {
      const was = old.querySelector(`[data-part="${cell.dataset.part}"]`);
      if (was && !was.contains(document.activeElement) && was.innerHTML !== cell.innerHTML) was.replaceWith(document.adoptNode(cell));
    }
  };
  const look = async () => {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const old = sets(document), now = sets(page);
    const listed = same([...old.keys()], [...now.keys()]);
    for (const [name, row] of now) if (old.has(name)) renew(old.get(name), row);
    if (listed) told.textContent = "";
    else if (!told.contains(again)) told.replaceChildren("The list has changed: ", again);
    again.hidden = listed;
    return page.getElementById("pause") !== null;
  };
  const turn = async () => {
    let more = true;
    const from = performance.now();
    if (!pause.checked && !document.hidden) {
      try {
        more = await look();
      } catch {
        told.textContent = "The server does not answer.";
      }
    }
    if (more) setTimeout(turn, Math.max(least, 10 * (performance.now() - from)));
    else told.textContent = "Nothing is being written any more.";
  };
  setTimeout(turn, least);
})();
