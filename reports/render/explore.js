"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byID = (id) => document.getElementById(id);
  const svg = byID("chart"), told = byID("told"), legend = byID("legend");
  const marks = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#56606e"];
  const series = [...new Set(data.runs.map((r) => r.series))];
  const hidden = new Set();
  const W = 720, H = 400, L = 78, R = 18, T = 14, B = 52;
  let points = [], at = -1;

  const node = (name, attributes, text) => {
    const n = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const k in attributes) n.setAttribute(k, attributes[k]);
    if (text !== undefined) n.textContent = text;
    return n;
  };
  const fill = (id, words, first) => {
    if (first) byID(id).add(new Option(first, ""));
    for (const w of words) byID(id).add(new Option(w, w));
  };
  const digits = (v) => Number(v.toPrecision(3)).toLocaleString("en", { maximumSignificantDigits: 3 });
  const written = (v, unit) => {
    if (unit === "ratio") return digits(v * 100) + " %";
    if (unit !== "sec") return digits(v) + " " + unit.replace("/sec", "/s");
    const a = Math.abs(v);
    return a === 0 || a >= 1 ? digits(v) + " s" : a >= 1e-3 ? digits(v * 1e3) + " ms" : digits(v * 1e6) + " µs";
  };
  const metric = (id) => data.metrics.findIndex((m) => m.name === byID(id).value);

  // An axis: from the smallest to the largest value, linear from zero or logarithmic.
  const axis = (values, log, from, to) => {
    const f = log ? Math.log10 : (v) => v;
    let low = log ? Math.min(...values) : Math.min(0, ...values), high = Math.max(...values);
    if (high <= low) { high = low + (Math.abs(low) || 1); if (log) low /= 2; }
    const ticks = [];
    for (let i = 0; i <= 4; i++) {
      const v = log ? Math.pow(10, f(low) + (f(high) - f(low)) * i / 4) : low + (high - low) * i / 4;
      ticks.push(v);
    }
    return { ticks, place: (v) => from + (to - from) * (f(v) - f(low)) / (f(high) - f(low)) };
  };

  const shown = (r) => ["scenario", "category"].every((k) => !byID("of-" + k).value || byID("of-" + k).value === r[k]) &&
    (!byID("of-design").value || byID("of-design").value === r.series) && !hidden.has(r.series);

  // One shape for each series, so that colour is never the only difference.
  const shape = (i, x, y) => {
    const s = 5, paint = { fill: marks[i % marks.length], class: "point" };
    if (i % 3 === 1) return node("rect", { ...paint, x: x - s + 1, y: y - s + 1, width: 2 * s - 2, height: 2 * s - 2 });
    if (i % 3 === 2) return node("path", { ...paint, d: `M${x} ${y - s}L${x + s} ${y + s}L${x - s} ${y + s}Z` });
    return node("circle", { ...paint, cx: x, cy: y, r: s - 1 });
  };

  const tell = (i) => {
    svg.querySelectorAll(".at").forEach((n) => n.remove());
    at = i;
    if (i < 0 || i >= points.length) { told.textContent = ""; return; }
    const p = points[i], x = data.metrics[metric("x")], y = data.metrics[metric("y")];
    svg.append(node("circle", { class: "at", cx: p.x, cy: p.y, r: 9 }));
    told.textContent = `${p.run.scenario}, ${p.run.series} at ${p.run.load}${p.run.trial ? ", trial " + p.run.trial : ""}: ` +
      `${x.name} ${written(p.run.values[metric("x")], x.unit)}, ${y.name} ${written(p.run.values[metric("y")], y.unit)}`;
  };

  const draw = () => {
    const x = metric("x"), y = metric("y"), logX = byID("log-x").checked, logY = byID("log-y").checked;
    const fits = (v, log) => v !== null && (!log || v > 0);
    const runs = data.runs.filter((r) => shown(r) && fits(r.values[x], logX) && fits(r.values[y], logY));
    svg.replaceChildren();
    points = [];
    byID("shown").textContent = `${runs.length} of ${data.runs.length} runs shown`;
    const rows = new Set(data.runs.filter((r) => !shown(r)).map((r) => r.row));
    document.querySelectorAll("[data-row]").forEach((n) => { n.hidden = rows.has(Number(n.dataset.row)); });
    tell(-1);
    if (runs.length === 0) return;
    const ax = axis(runs.map((r) => r.values[x]), logX, L, W - R), ay = axis(runs.map((r) => r.values[y]), logY, H - B, T);
    for (const v of ax.ticks) {
      svg.append(node("path", { class: "grid", d: `M${ax.place(v)} ${T}V${H - B}` }),
        node("text", { x: ax.place(v), y: H - B + 18, "text-anchor": "middle" }, written(v, data.metrics[x].unit)));
    }
    for (const v of ay.ticks) {
      svg.append(node("path", { class: "grid", d: `M${L} ${ay.place(v)}H${W - R}` }),
        node("text", { x: L - 6, y: ay.place(v) + 4, "text-anchor": "end" }, written(v, data.metrics[y].unit)));
    }
    svg.append(node("text", { x: (L + W - R) / 2, y: H - 8, "text-anchor": "middle" }, data.metrics[x].name),
      node("text", { x: 14, y: (H - B) / 2, "text-anchor": "middle", transform: `rotate(-90 14 ${(H - B) / 2})` }, data.metrics[y].name));
    series.forEach((name, i) => {
      const mine = runs.filter((r) => r.series === name).map((run) => ({ run, x: ax.place(run.values[x]), y: ay.place(run.values[y]) }));
      mine.sort((a, b) => a.x - b.x);
      if (byID("lines").checked) {
        for (const s of new Set(mine.map((p) => p.run.scenario))) {
          const of = mine.filter((p) => p.run.scenario === s);
          svg.append(node("path", { fill: "none", stroke: marks[i % marks.length], d: "M" + of.map((p) => `${p.x} ${p.y}`).join("L") }));
        }
      }
      for (const p of mine) svg.append(shape(i, p.x, p.y));
      points.push(...mine);
    });
  };

  svg.addEventListener("pointermove", (e) => {
    const box = svg.getBoundingClientRect(), px = (e.clientX - box.left) * W / box.width, py = (e.clientY - box.top) * H / box.height;
    let best = -1, far = 900;
    points.forEach((p, i) => { const d = (p.x - px) ** 2 + (p.y - py) ** 2; if (d < far) { best = i; far = d; } });
    if (best !== at) tell(best);
  });
  const open = () => {
    const row = at >= 0 && document.querySelector(`[data-row="${points[at].run.row}"]`);
    if (!row) return;
    row.open = true;
    row.scrollIntoView();
    row.querySelector("summary").focus();
  };
  svg.addEventListener("click", open);
  svg.addEventListener("keydown", (e) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
    if (e.key === "Enter") open();
    if (!step || points.length === 0) return;
    e.preventDefault();
    tell(at < 0 ? (step > 0 ? 0 : points.length - 1) : (at + step + points.length) % points.length);
  });

  const metrics = data.metrics.map((m) => m.name);
  fill("x", metrics); fill("y", metrics);
  const prefer = (id, name) => { if (metrics.includes(name)) byID(id).value = name; };
  prefer("x", "throughput"); prefer("y", "latency-p50");
  fill("of-scenario", [...new Set(data.runs.map((r) => r.scenario))].sort(), "all");
  fill("of-category", [...new Set(data.runs.map((r) => r.category))].filter(Boolean).sort(), "all");
  fill("of-design", series, "all");
  series.forEach((name, i) => {
    const label = document.createElement("label"), box = document.createElement("input"), mark = node("svg", { width: 14, height: 14, "aria-hidden": "true" });
    box.type = "checkbox"; box.checked = true;
    box.addEventListener("change", () => { if (box.checked) hidden.delete(name); else hidden.add(name); draw(); });
    mark.append(shape(i, 7, 7));
    label.append(box, mark, name);
    legend.append(label);
  });
  byID("explore").addEventListener("change", (e) => { if (e.target.closest(".controls") && !legend.contains(e.target)) draw(); });
  document.querySelectorAll("p.command").forEach((p) => {
    const button = document.createElement("button");
    button.type = "button"; button.textContent = "Copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(p.querySelector("code").textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(p.querySelector("code"));
        button.textContent = "Selected";
      }
    });
    p.append(" ", button);
  });
  if (data.runs.length > 0 && data.metrics.length > 0) {
    byID("explore").hidden = false;
    byID("explore-link").hidden = false;
    draw();
  }
})();
