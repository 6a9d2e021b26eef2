"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byID = (id) => document.getElementById(id);
  const svg = byID("chart"), told = byID("told"), legend = byID("legend"), choose = byID("choose");
  const paints = ["#0072b2", "#d55e00", "#009e73", "#b5558e", "#8a6d00", "#6b7688"];
  const hidden = new Set();
  const W = 860, H = 440, L = 92, R = 34, T = 18, B = 56;
  let points = [], at = -1;

  const node = (name, attributes, ...inside) => {
    const n = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const k in attributes) n.setAttribute(k, attributes[k]);
    n.append(...inside);
    return n;
  };
  const digits = (v) => v.toLocaleString("en", { maximumSignificantDigits: 3 });
  const written = (v, unit) => {
    if (unit === "ratio") return digits(v * 100) + " %";
    if (unit === "B") return v >= 1e6 ? digits(v / 1e6) + " MB" : v >= 1e3 ? digits(v / 1e3) + " kB" : digits(v) + " B";
    if (unit !== "sec") return digits(v) + " " + unit.replace("/sec", "/s");
    const a = Math.abs(v);
    return a === 0 || a >= 1 ? digits(v) + " s" : a >= 1e-3 ? digits(v * 1e3) + " ms" : digits(v * 1e6) + " µs";
  };
  const metric = (id) => Number(byID(id).value);

  // An axis from zero, with marks at 1, 2 or 5 times a power of ten; or a logarithmic one, with marks at such
  // figures, from the one below the smallest value to the one above the largest.
  const round = [1, 2, 5];
  const axis = (values, log, from, to) => {
    const high = Math.max(...values), low = Math.min(...values), ticks = [];
    if (log) {
      for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e++) ticks.push(...round.map((r) => r * 10 ** e));
      const first = ticks.findLastIndex((t) => t <= low), last = ticks.findIndex((t) => t >= high);
      const kept = ticks.slice(Math.max(first, 0), Math.max(last, first + 1) + 1);
      const place = (v) => from + (to - from) * Math.log(v / kept[0]) / Math.log(kept.at(-1) / kept[0]);
      const step = Math.ceil(kept.length / 8);
      return { place, ticks: kept.filter((t, i) => i % step === 0) };
    }
    const span = Math.max(high, 0) - Math.min(low, 0) || 1, e = 10 ** Math.floor(Math.log10(span / 4));
    const step = e * ([...round, 10].find((r) => r * e >= span / 5.5));
    const bottom = Math.floor(Math.min(low, 0) / step) * step, top = Math.ceil((Math.max(high, 0) || 1) / step - 1e-9) * step;
    for (let i = 0; i <= Math.round((top - bottom) / step); i++) ticks.push(bottom + i * step);
    return { place: (v) => from + (to - from) * (v - bottom) / (top - bottom), ticks };
  };

  // One shape for each design, so that colour is never the only difference.
  const shape = (i, x, y) => {
    const s = 5, paint = { fill: paints[i % paints.length], class: "point" };
    switch (i % 4) {
      case 1: return node("rect", { ...paint, x: x - s + 1, y: y - s + 1, width: 2 * s - 2, height: 2 * s - 2 });
      case 2: return node("path", { ...paint, d: `M${x} ${y - s}L${x + s} ${y + s}L${x - s} ${y + s}Z` });
      case 3: return node("path", { ...paint, d: `M${x} ${y - s}L${x + s} ${y}L${x} ${y + s}L${x - s} ${y}Z` });
    }
    return node("circle", { ...paint, cx: x, cy: y, r: s - 1 });
  };

  // Which scenarios and designs are chosen: for the tables, the list of runs and the chart.
  const chosenScenario = (i) => (byID("of-scenario").value === "" || Number(byID("of-scenario").value) === i) &&
    (byID("of-category").value === "" || data.scenarios[i].category === byID("of-category").value);
  const chosenGroup = (i) => byID("of-group").value === "" || Number(byID("of-group").value) === i;
  const choosePart = () => {
    for (const n of document.querySelectorAll("[data-s], [data-g]")) {
      const s = n.dataset.s, g = n.dataset.g;
      n.hidden = s !== undefined && s !== "-1" && !chosenScenario(Number(s)) || g !== undefined && !chosenGroup(Number(g));
    }
    const rows = [...document.querySelectorAll("[data-row]")], left = rows.filter((n) => !n.hidden).length;
    byID("shown").textContent = left === rows.length ? "" : `${left} of ${rows.length} runs shown`;
    draw();
  };

  const tell = (i) => {
    svg.querySelectorAll(".at").forEach((n) => n.remove());
    at = i;
    if (i < 0 || i >= points.length) { told.textContent = ""; return; }
    const { run, x, y } = points[i], mx = data.metrics[metric("x")], my = data.metrics[metric("y")];
    const who = `${run.series || data.groups[run.group]} at ${data.loads[run.load]}${run.trial ? ", trial " + run.trial : ""}`;
    const lines = [data.scenarios[run.scenario].name, who, `${mx.name} ${written(run.values[metric("x")], mx.unit)}`, `${my.name} ${written(run.values[metric("y")], my.unit)}`];
    told.textContent = lines.join(", ");
    const words = node("text", { class: "tip" }, ...lines.map((l, k) => node("tspan", { x: 0, dy: k ? "1.35em" : 0 }, l)));
    const tip = node("g", { class: "at" }, node("circle", { cx: x, cy: y, r: 9 }), words);
    svg.append(tip);
    const box = words.getBBox(), left = x + box.width + 26 > W ? Math.max(x - box.width - 20, 8) : x + 18;
    const top = Math.min(Math.max(y - box.height / 2, 10), H - box.height - 10);
    words.setAttribute("transform", `translate(${left} ${top - box.y})`);
    tip.insertBefore(node("rect", { class: "card", x: left - 8, y: top - 6, width: box.width + 16, height: box.height + 12, rx: 5 }), words);
  };

  const frame = (ax, ay, x, y) => {
    for (const v of ax.ticks) {
      svg.append(node("path", { class: "grid", d: `M${ax.place(v)} ${T}V${H - B}` }),
        node("text", { x: ax.place(v), y: H - B + 20, "text-anchor": "middle" }, written(v, x.unit)));
    }
    for (const v of ay.ticks) {
      svg.append(node("path", { class: "grid", d: `M${L} ${ay.place(v)}H${W - R}` }),
        node("text", { x: L - 8, y: ay.place(v) + 4, "text-anchor": "end" }, written(v, y.unit)));
    }
    svg.append(node("text", { class: "name", x: (L + W - R) / 2, y: H - 10, "text-anchor": "middle" }, x.name),
      node("text", { class: "name", "text-anchor": "middle", transform: `translate(18 ${(H - B + T) / 2}) rotate(-90)` }, y.name));
  };

  const draw = () => {
    const x = metric("x"), y = metric("y"), logX = byID("log-x").checked, logY = byID("log-y").checked;
    const fits = (v, log) => v !== null && (!log || v > 0);
    const runs = data.runs.filter((r) => chosenScenario(r.scenario) && chosenGroup(r.group) && !hidden.has(r.group) && fits(r.values[x], logX) && fits(r.values[y], logY));
    svg.replaceChildren();
    points = [];
    tell(-1);
    if (runs.length === 0) {
      svg.append(node("text", { x: W / 2, y: H / 2, "text-anchor": "middle" }, "No run has both figures."));
      return;
    }
    const ax = axis(runs.map((r) => r.values[x]), logX, L, W - R), ay = axis(runs.map((r) => r.values[y]), logY, H - B, T);
    frame(ax, ay, data.metrics[x], data.metrics[y]);
    data.groups.forEach((name, i) => {
      const mine = runs.filter((r) => r.group === i).map((run) => ({ run, x: ax.place(run.values[x]), y: ay.place(run.values[y]) }));
      mine.sort((a, b) => a.x - b.x);
      if (byID("lines").checked) {
        for (const s of new Set(mine.map((p) => p.run.scenario))) {
          const d = "M" + mine.filter((p) => p.run.scenario === s).map((p) => `${p.x} ${p.y}`).join("L");
          svg.append(node("path", { class: "line", stroke: paints[i % paints.length], d }));
        }
      }
      for (const p of mine) svg.append(shape(i, p.x, p.y));
      points.push(...mine);
    });
  };

  const open = () => {
    const row = at >= 0 && document.querySelector(`[data-row="${points[at].run.row}"]`);
    if (!row) return;
    row.open = true;
    row.scrollIntoView();
    row.querySelector("summary").focus();
  };
  svg.addEventListener("pointermove", (e) => {
    const box = svg.getBoundingClientRect(), px = (e.clientX - box.left) * W / box.width, py = (e.clientY - box.top) * H / box.height;
    let best = -1, far = 900;
    points.forEach((p, i) => { const d = (p.x - px) ** 2 + (p.y - py) ** 2; if (d < far) { best = i; far = d; } });
    if (best !== at) tell(best);
  });
  svg.addEventListener("pointerleave", () => tell(-1));
  svg.addEventListener("blur", () => tell(-1));
  svg.addEventListener("click", open);
  svg.addEventListener("keydown", (e) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
    if (e.key === "Enter") open();
    if (e.key === "Home" || e.key === "End") { e.preventDefault(); tell(e.key === "Home" ? 0 : points.length - 1); return; }
    if (e.key === "Escape") tell(-1);
    if (!step || points.length === 0) return;
    e.preventDefault();
    tell(at < 0 ? (step > 0 ? 0 : points.length - 1) : (at + step + points.length) % points.length);
  });

  // A link to a command opens the run that it stands in.
  const reveal = () => {
    const to = location.hash.startsWith("#run-") && byID(location.hash.slice(1));
    if (!to) return;
    to.closest("details").open = true;
    to.scrollIntoView({ block: "center" });
    to.querySelector("button")?.focus({ preventScroll: true });
  };
  window.addEventListener("hashchange", reveal);

  // A page that was opened from a file may not have the clipboard; then the words are selected, which copies them in
  // most browsers, and leaves them for the keyboard in the others.
  const copied = async (code) => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      return true;
    } catch {
      getSelection().selectAllChildren(code);
      return document.execCommand("copy");
    }
  };
  // Buttons that copy a run's command are made when the run is opened: a page may have a thousand.
  const copyButton = (p) => {
    const button = document.createElement("button"), code = p.querySelector("code");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      button.textContent = await copied(code) ? "Copied" : "Selected";
      button.focus();
    });
    if (p.tagName === "PRE") p.prepend(button); else p.append(" ", button);
  };
  document.addEventListener("toggle", (e) => {
    const p = e.target.open && e.target.querySelector?.("p.command");
    if (p && !p.querySelector("button")) copyButton(p);
  }, true);

  const fill = (id, words, first) => {
    if (first) byID(id).add(new Option(first, ""));
    for (const [value, word] of words) byID(id).add(new Option(word, value));
  };
  const numbered = (words) => words.map((w, i) => [i, w]);
  const names = data.metrics.map((m) => m.name);
  const start = () => {
    fill("x", numbered(names)); fill("y", numbered(names));
    const prefer = (id, name) => { if (names.includes(name)) byID(id).value = names.indexOf(name); };
    prefer("x", "throughput"); prefer("y", "latency-p99");
    fill("of-scenario", numbered(data.scenarios.map((s) => s.name)).sort((a, b) => a[1] < b[1] ? -1 : 1), "all");
    fill("of-category", [...new Set(data.scenarios.map((s) => s.category))].filter(Boolean).sort().map((c) => [c, c]), "all");
    fill("of-group", numbered(data.groups), "all");
    data.groups.forEach((name, i) => {
      const label = document.createElement("label"), box = document.createElement("input"), mark = node("svg", { width: 14, height: 14, "aria-hidden": "true" });
      box.type = "checkbox"; box.checked = true;
      box.addEventListener("change", () => { if (box.checked) hidden.delete(i); else hidden.add(i); draw(); });
      mark.append(shape(i, 7, 7));
      label.append(box, mark, name);
      legend.append(label);
    });
    choose.addEventListener("change", choosePart);
    choose.addEventListener("reset", () => setTimeout(choosePart));
    byID("explore").addEventListener("change", (e) => { if (!legend.contains(e.target)) draw(); });
    for (const id of ["choose", "explore", "explore-link"]) byID(id).hidden = false;
    draw();
  };
  document.querySelectorAll("#again pre, #sequence .command").forEach(copyButton);
  if (data.runs.length > 0 && data.metrics.length > 0) start();
  reveal();
})();
