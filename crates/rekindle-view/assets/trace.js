// Heat maps of a trace. The page holds, for every node, a coarse picture (means over bins of steps,
// one byte a value) that is there at once, and the exact numbers in chunks of steps, which are
// decoded when something needs them.
"use strict";
(() => {
  const GUTTER = 46, RIGHT = 8, DETAIL = 2048, KEPT = 96;
  const bytes = (text) => {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const raw = atob(text), out = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
    return out;
  };
  const floats = (text) => new Float32Array(bytes(text).buffer);
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const clamp = (v, lo, hi) => Math.min(hi, Math.max(lo, v));
  const number = (v) => (v == null ? "…" : !isFinite(v) ? String(v) : v !== 0 && Math.abs(v) < 1e-3 ? v.toExponential(3) : v.toFixed(4));
  const make = (parent, tag, attributes = {}, text = "") => {
    const node = parent.appendChild(document.createElement(tag));
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text) node.textContent = text;
    return node;
  };
  // What is not to be seen in a token is shown by a sign.
  const visible = (token) => token.replace(/\n/g, "↵").replace(/\t/g, "→").replace(/^ +| +$/g, (s) => "␣".repeat(s.length)) || "∅";

  // Colours: from the page's own to blue where all is positive, else from orange over it to blue.
  // Lightness alone tells the size, so nothing rests on telling red from green.
  const tables = {};
  const colours = (signed) => {
    const key = (window.isDark() ? "dark" : "light") + signed;
    if (tables[key]) return tables[key];
    const list = HEAT_COLOURS[window.isDark() ? "dark" : "light"][signed ? "two" : "one"], table = new Uint32Array(256);
    for (let i = 0; i < 256; i++) {
      const at = (i / 255) * (list.length - 1), k = Math.min(list.length - 2, Math.floor(at)), f = at - k;
      const [r, g, b] = list[k].map((v, c) => Math.round(v + (list[k + 1][c] - v) * f));
      table[i] = (255 << 24) | (b << 16) | (g << 8) | r;
    }
    return (tables[key] = table);
  };

  class Trace {
    constructor(root, trace) {
      this.root = root;
      root.innerHTML = "";
      this.trace = trace;
      this.steps = trace.steps;
      this.view = { t0: 0, t1: Math.max(1, this.steps), u0: 0, u1: 1 };
      this.cursor = null;
      this.cache = new Map();
      this.wanted = [];
      this.planes = trace.planes.map((p) => ({ ...p, shown: true, mean: floats(p.mean), spread: floats(p.spread), coarse: p.coarse && bytes(p.coarse) }));
      this.by = "index";
      this.build();
      this.sort();
    }

    build() {
      const bar = make(this.root, "div", { class: "bar" });
      const labelled = (text, tag, attributes) => make(make(bar, "label", {}, text), tag, attributes);
      this.order = labelled("order of units ", "select", { "data-order": "" });
      for (const [value, text] of [["index", "index"], ["mean", "mean"], ["spread", "activity (spread over time)"]]) make(this.order, "option", { value }, text);
      this.of = labelled("of ", "select", { "data-of": "" });
      this.planes.forEach((p, i) => make(this.of, "option", { value: i }, p.name));
      for (const select of [this.order, this.of]) select.addEventListener("change", () => { this.by = this.order.value; this.sort(); });
      const zoom = make(bar, "span", {}, "zoom ");
      for (const [text, title, act] of [["−", "out", () => this.zoom(2)], ["+", "in", () => this.zoom(0.5)], ["all", "show all steps and units", () => this.reset()]]) {
        make(zoom, "button", { type: "button", title, "data-zoom": text }, text).addEventListener("click", act);
      }
      const chips = make(bar, "span", { class: "chips" }, "nodes ");
      for (const p of this.planes) {
        const chip = make(chips, "button", { type: "button", "aria-pressed": "true", title: `show or hide ${p.name}` }, p.name);
        chip.addEventListener("click", () => { p.shown = !p.shown; chip.setAttribute("aria-pressed", p.shown); p.section.hidden = !p.shown; this.draw(); });
      }
      const sticky = make(this.root, "div", { class: "sticky" });
      this.readout = make(sticky, "div", { class: "readout", role: "status", "aria-live": "polite" });
      this.axis = make(sticky, "canvas", { style: "height: 26px" });
      for (const p of this.planes) {
        p.section = make(this.root, "section", { class: "plane" });
        const header = make(p.section, "header");
        make(header, "h3", {}, p.name);
        make(header, "span", { class: "role" }, p.role);
        make(header, "span", { class: "sentence" }, p.sentence);
        const legend = make(header, "span", { class: "scale" });
        make(legend, "span", {}, p.signed ? `${p.clipped ? "≤ " : ""}−${+p.limit.toPrecision(3)}` : "0");
        p.legend = make(legend, "i");
        make(legend, "span", {}, `${p.clipped ? "≥ " : ""}${+p.limit.toPrecision(3)}`);
        p.height = Math.round(clamp(p.units * 6, 72, 230));
        p.canvas = make(p.section, "canvas", { class: "map", tabindex: 0, role: "img", "aria-label": `heat map of ${p.name}, ${p.units} units by ${this.steps} steps; arrow keys read values` });
        p.canvas.style.height = `${p.height}px`;
        this.listen(p);
      }
      this.unit = make(this.root, "figure", { class: "unit", hidden: "" });
      this.caption = make(this.unit, "figcaption");
      this.chart = make(this.unit, "div", { class: "chart" });
      const help = make(this.root, "details");
      make(help, "summary", {}, "keys and pointer");
      const p = make(help, "p");
      p.innerHTML = "<kbd>←</kbd> <kbd>→</kbd> a step, <kbd>↑</kbd> <kbd>↓</kbd> a unit, with <kbd>Shift</kbd> ten; <kbd>Home</kbd> <kbd>End</kbd> first and last step; <kbd>+</kbd> <kbd>−</kbd> zoom time, <kbd>[</kbd> <kbd>]</kbd> zoom units, <kbd>0</kbd> all; <kbd>Enter</kbd> or a click draws the unit over time; <kbd>s</kbd> next order of units. Drag to move, double-click to zoom in, <kbd>Ctrl</kbd> and the wheel to zoom time, with <kbd>Shift</kbd> units.";
      this.ended = new AbortController();
      const { signal } = this.ended, observer = new ResizeObserver(() => this.draw());
      observer.observe(this.root);
      signal.addEventListener("abort", () => observer.disconnect());
      document.addEventListener("theme", () => this.draw(), { signal });
      // The exact numbers stand behind this script: until they have arrived, the coarse picture serves.
      document.addEventListener("DOMContentLoaded", () => this.draw(), { signal });
      this.say();
    }

    listen(p) {
      const { canvas } = p;
      const at = (event) => {
        const box = canvas.getBoundingClientRect(), width = box.width - GUTTER - RIGHT, { t0, t1, u0, u1 } = this.view;
        const t = t0 + ((event.clientX - box.left - GUTTER) / width) * (t1 - t0);
        const row = (u0 + ((event.clientY - box.top) / p.height) * (u1 - u0)) * p.units;
        return { t: clamp(Math.floor(t), 0, this.steps - 1), row: clamp(Math.floor(row), 0, p.units - 1), exactT: t, exactU: row / p.units, width };
      };
      let held = null;
      canvas.addEventListener("pointerdown", (event) => { held = { x: event.clientX, y: event.clientY, ...this.view, moved: false }; canvas.setPointerCapture(event.pointerId); });
      canvas.addEventListener("pointerup", (event) => {
        canvas.classList.remove("held");
        if (held && !held.moved) { const { t, row } = at(event); this.point(p, t, row); this.pin(); }
        held = null;
      });
      canvas.addEventListener("pointermove", (event) => {
        const { t, row, width } = at(event);
        if (held && Math.hypot(event.clientX - held.x, event.clientY - held.y) > 3) {
          held.moved = true;
          canvas.classList.add("held");
          const dt = ((held.x - event.clientX) / width) * (held.t1 - held.t0), du = ((held.y - event.clientY) / p.height) * (held.u1 - held.u0);
          this.look(held.t0 + dt, held.t1 + dt, held.u0 + du, held.u1 + du);
        }
        this.point(p, t, row);
      });
      canvas.addEventListener("pointerleave", () => { if (document.activeElement !== canvas) { this.cursor = null; this.say(); this.mark(); } });
      canvas.addEventListener("dblclick", (event) => { const { exactT, exactU } = at(event); this.zoom(event.shiftKey ? 2 : 0.5, exactT, exactU); });
      canvas.addEventListener("wheel", (event) => {
        const { exactT, exactU } = at(event);
        if (event.ctrlKey || event.metaKey) {
          event.preventDefault();
          const k = Math.exp(clamp(event.deltaY || event.deltaX, -60, 60) * 0.01);
          if (event.shiftKey) this.zoomUnits(k, exactU); else this.zoom(k, exactT);
        } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
          event.preventDefault();
          const dt = (event.deltaX / canvas.clientWidth) * (this.view.t1 - this.view.t0);
          this.look(this.view.t0 + dt, this.view.t1 + dt, this.view.u0, this.view.u1);
        }
      }, { passive: false });
      canvas.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const now = this.cursor?.p === p ? this.cursor : { t: Math.floor(this.view.t0), row: Math.floor(this.view.u0 * p.units) };
        const k = event.shiftKey ? 10 : 1;
        const to = { ArrowLeft: [-k, 0], ArrowRight: [k, 0], ArrowUp: [0, -k], ArrowDown: [0, k], Home: [-this.steps, 0], End: [this.steps, 0] }[event.key];
        if (to) {
          const t = clamp(now.t + (this.cursor?.p === p ? to[0] : 0), 0, this.steps - 1), row = clamp(now.row + (this.cursor?.p === p ? to[1] : 0), 0, p.units - 1);
          this.point(p, t, row);
          this.follow(t, (row + 0.5) / p.units);
        } else if (event.key === "+" || event.key === "=") this.zoom(0.5, now.t + 0.5);
        else if (event.key === "-") this.zoom(2, now.t + 0.5);
        else if (event.key === "]") this.zoomUnits(0.5, (now.row + 0.5) / p.units);
        else if (event.key === "[") this.zoomUnits(2, (now.row + 0.5) / p.units);
        else if (event.key === "0") this.reset();
        else if (event.key === "Enter" || event.key === " ") this.pin();
        else if (event.key === "s") { this.order.selectedIndex = (this.order.selectedIndex + 1) % this.order.length; this.by = this.order.value; this.sort(); }
        else return;
        event.preventDefault();
      });
      canvas.addEventListener("blur", () => { if (this.cursor?.p === p) { this.cursor = null; this.say(); this.mark(); } });
    }

    // Nodes with as many units as the one that is sorted by are put in the same order.
    sort() {
      const chief = this.planes[this.of.value] ?? this.planes[0];
      const order = (p) => {
        const list = Array.from({ length: p.units }, (_, u) => u);
        return this.by === "index" ? list : list.sort((a, b) => p[this.by][b] - p[this.by][a] || a - b);
      };
      const shared = chief && order(chief);
      for (const p of this.planes) {
        p.order = Uint32Array.from(p.units === chief.units ? shared : order(p));
      }
      this.say();
      this.draw();
    }

    look(t0, t1, u0 = this.view.u0, u1 = this.view.u1) {
      const fit = (lo, hi, least, most) => { const size = clamp(hi - lo, least, most); lo = clamp(lo, 0, most - size); return [lo, lo + size]; };
      [t0, t1] = fit(t0, t1, Math.min(8, this.steps), this.steps);
      [u0, u1] = fit(u0, u1, Math.min(1, 4 / Math.max(1, ...this.planes.map((p) => p.units))), 1);
      this.view = { t0, t1, u0, u1 };
      this.draw();
    }
    zoom(k, centre = this.cursor ? this.cursor.t + 0.5 : (this.view.t0 + this.view.t1) / 2) { const { t0, t1 } = this.view; this.look(centre - (centre - t0) * k, centre + (t1 - centre) * k); }
    zoomUnits(k, centre) { const { t0, t1, u0, u1 } = this.view; this.look(t0, t1, centre - (centre - u0) * k, centre + (u1 - centre) * k); }
    reset() { this.look(0, this.steps, 0, 1); }
    follow(t, u) {
      let { t0, t1, u0, u1 } = this.view;
      const shift = (x, lo, hi) => (x < lo ? x - lo : x > hi ? x - hi : 0);
      const dt = shift(t + 0.5, t0 + 0.5, t1 - 0.5), du = shift(u, u0, u1);
      if (dt || du) this.look(t0 + dt, t1 + dt, u0 + du, u1 + du); else this.mark();
    }

    // The chunk of a node's exact numbers that holds a step, if the page has arrived that far.
    chunk(p, index, decode = true) {
      const id = p.chunks + index;
      const held = this.cache.get(id);
      if (held) { this.cache.delete(id); this.cache.set(id, held); return held; }
      if (!decode) return null;
      const text = document.getElementById(`chunk${id}`)?.textContent;
      if (!text || (document.readyState === "loading" && !document.getElementById(`chunk${id + 1}`))) return null;
      const values = floats(text);
      this.cache.set(id, values);
      if (this.cache.size > Math.max(KEPT, 8 * this.planes.length)) this.cache.delete(this.cache.keys().next().value);
      return values;
    }
    value(p, t, unit) {
      const values = this.chunk(p, Math.floor(t / p.chunk));
      return values ? values[(t % p.chunk) * p.units + unit] : null;
    }
    point(p, t, row) { this.cursor = { p, t, row, unit: p.order[row] }; this.say(); this.mark(); }
    label(t) { return this.trace.labels.length ? `“${visible(this.trace.labels[t])}”` : ""; }
    say() {
      if (!this.cursor) {
        this.readout.textContent = `${this.steps} steps. Point at a map, or move to one with Tab and use the arrow keys.`;
        return;
      }
      const { p, t, unit } = this.cursor;
      const others = this.planes.filter((q) => q.shown && unit < q.units);
      this.readout.innerHTML = "";
      make(this.readout, "span", {}, `step ${t} ${this.label(t)} · unit ${unit} · `);
      others.forEach((q) => {
        const text = `${q.name} ${number(this.value(q, t, unit))}`;
        make(this.readout, q === p ? "b" : "span", {}, text);
        this.readout.append("  ");
      });
    }

    // The curves of one unit: every node that has it.
    pin() {
      if (!this.cursor) return;
      this.pinned = this.cursor.unit;
      const [from, to] = [Math.floor(this.view.t0), Math.ceil(this.view.t1)], every = Math.max(1, Math.ceil((to - from) / 4000));
      const series = this.planes.filter((p) => p.shown && this.pinned < p.units).map((p) => {
        const x = [], y = [];
        for (let t = from; t < to; t += every) { x.push(t); y.push(this.value(p, t, this.pinned)); }
        return { name: p.name, x, y, mark: "Line", colour: this.planes.indexOf(p) };
      });
      this.unit.hidden = false;
      this.caption.textContent = `Unit ${this.pinned}, steps ${from} to ${to - 1}${every > 1 ? `, one in ${every}` : ""}`;
      const figure = { x: { label: "step" }, y: { label: "" }, series };
      if (this.curves) this.curves.set(figure); else this.curves = window.lines(this.chart, figure, 260);
    }

    draw() { if (!this.frame) this.frame = requestAnimationFrame(() => { this.frame = 0; this.paint(); }); }

    paint() {
      const ratio = window.devicePixelRatio || 1, width = this.root.clientWidth;
      if (!width) return;
      this.paintAxis(width, ratio);
      let missing = false;
      for (const p of this.planes) {
        if (!p.shown) continue;
        const table = colours(p.signed);
        const hex = (i) => `rgb(${table[i] & 255},${(table[i] >> 8) & 255},${(table[i] >> 16) & 255})`;
        p.legend.style.background = `linear-gradient(90deg,${Array.from({ length: 9 }, (_, i) => hex(Math.round((i * 255) / 8))).join()})`;
        missing = this.paintPlane(p, width, ratio, table) || missing;
      }
      this.mark();
      // One chunk at a time, so that the page answers in between.
      if (missing && !this.timer) {
        this.timer = setTimeout(() => {
          this.timer = 0;
          const start = performance.now();
          while (this.wanted.length && performance.now() - start < 12) { const [p, i] = this.wanted.shift(); this.chunk(p, i); }
          this.draw();
        });
      }
    }

    paintPlane(p, width, ratio, table) {
      const { t0, t1, u0, u1 } = this.view, plot = width - GUTTER - RIGHT;
      const canvas = p.canvas;
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(p.height * ratio);
      const g = canvas.getContext("2d");
      // Exact numbers where few enough steps are in view, and all of them are decoded.
      let coarse = p.coarse && t1 - t0 > DETAIL, missing = false;
      if (!coarse) {
        const [first, last] = [Math.floor(t0 / p.chunk), Math.floor((Math.ceil(t1) - 1) / p.chunk)];
        const absent = [];
        for (let i = first; i <= last; i++) if (!this.chunk(p, i, !p.coarse)) absent.push([p, i]);
        if (absent.length) {
          if (!p.coarse) return false;
          coarse = true;
          const there = absent.filter(([, i]) => document.getElementById(`chunk${p.chunks + i}`) && document.readyState !== "loading");
          this.wanted = this.wanted.filter(([q]) => q !== p).concat(there);
          missing = there.length > 0;
        }
      }
      const grain = coarse ? p.bin : 1, total = coarse ? Math.ceil(this.steps / grain) : this.steps;
      const from = clamp(Math.floor(t0 / grain), 0, total), to = clamp(Math.ceil(t1 / grain), from + 1, total);
      const low = clamp(Math.floor(u0 * p.units), 0, p.units - 1), high = clamp(Math.ceil(u1 * p.units), low + 1, p.units);
      // Whole bins of steps and units a pixel, aligned, so that nothing flickers while the map moves.
      const kt = Math.max(1, Math.floor((to - from) / (plot * ratio))), ku = Math.max(1, Math.floor((high - low) / (p.height * ratio)));
      const a = Math.floor(from / kt) * kt, b = Math.floor(low / ku) * ku, columns = Math.ceil((to - a) / kt), rows = Math.ceil((high - b) / ku);
      const image = new ImageData(columns, rows), pixels = new Uint32Array(image.data.buffer), sums = new Float32Array(rows), counts = new Uint32Array(rows);
      const scale = p.signed ? 127.5 / p.limit : 255 / p.limit, zero = p.signed ? 127.5 : 0;
      for (let column = 0; column < columns; column++) {
        sums.fill(0);
        counts.fill(0);
        const end = Math.min(a + (column + 1) * kt, total);
        for (let t = a + column * kt; t < end; t++) {
          const values = coarse ? p.coarse : this.cache.get(p.chunks + Math.floor(t / p.chunk));
          const base = (coarse ? t : t % p.chunk) * p.units;
          for (let row = 0, place = b; row < rows; row++) {
            for (const stop = Math.min(place + ku, p.units); place < stop; place++) { sums[row] += values[base + p.order[place]]; counts[row]++; }
          }
        }
        for (let row = 0; row < rows; row++) {
          const mean = sums[row] / counts[row];
          pixels[row * columns + column] = table[coarse ? Math.round(mean) : clamp(Math.round(zero + mean * scale), 0, 255) | 0];
        }
      }
      const off = (this.off ??= document.createElement("canvas"));
      off.width = columns;
      off.height = rows;
      off.getContext("2d").putImageData(image, 0, 0);
      const sx = (plot * ratio * grain) / (t1 - t0), sy = (p.height * ratio) / ((u1 - u0) * p.units);
      g.imageSmoothingEnabled = false;
      g.save();
      g.beginPath();
      g.rect(GUTTER * ratio, 0, plot * ratio, canvas.height);
      g.clip();
      g.drawImage(off, GUTTER * ratio + (a - t0 / grain) * sx, (b - u0 * p.units) * sy, columns * kt * sx, rows * ku * sy);
      g.restore();
      g.scale(ratio, ratio);
      g.strokeStyle = css("--line");
      g.strokeRect(GUTTER - 0.5, 0.5, plot + 1, p.height - 1);
      g.fillStyle = css("--soft");
      g.font = "11px system-ui, sans-serif";
      g.textAlign = "right";
      g.textBaseline = "middle";
      const span = (u1 - u0) * p.units, each = Math.max(1, Math.ceil(span / (p.height / 14)));
      const step = this.by === "index" && span > p.height / 14 ? [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000].find((s) => s >= each) ?? each : each;
      for (let row = Math.ceil(low / step) * step; row < high; row += step) {
        const y = (row + 0.5 - u0 * p.units) * (p.height / span);
        if (y > 5 && y < p.height - 5) g.fillText(p.order[row], GUTTER - 6, y);
      }
      p.picture = null;
      return missing;
    }

    paintAxis(width, ratio) {
      const { t0, t1 } = this.view, plot = width - GUTTER - RIGHT, each = plot / (t1 - t0), canvas = this.axis;
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(26 * ratio);
      const g = canvas.getContext("2d");
      g.scale(ratio, ratio);
      g.fillStyle = css("--soft");
      g.textAlign = "center";
      g.textBaseline = "middle";
      const { labels } = this.trace, x = (t) => GUTTER + (t + 0.5 - t0) * each;
      if (labels.length) {
        g.font = "12px ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace";
        let widest = 0;
        for (let t = Math.floor(t0); t < Math.min(this.steps, Math.ceil(t1)) && t < t0 + 400; t++) widest = Math.max(widest, [...visible(labels[t])].length);
        if (Math.min(widest, 16) * 7.5 <= each || (widest === 1 && each >= 7)) {
          for (let t = Math.floor(t0); t < Math.min(this.steps, Math.ceil(t1)); t++) if (x(t) > GUTTER - 4) g.fillText([...visible(labels[t])].slice(0, 16).join(""), x(t), 14);
          return;
        }
      }
      g.font = "11px system-ui, sans-serif";
      const least = Math.max(1, 70 / each), ten = 10 ** Math.floor(Math.log10(least)), step = [1, 2, 5, 10].map((k) => k * ten).find((s) => s >= least) ?? least;
      for (let t = Math.ceil(t0 / step) * step; t < t1; t += step) {
        const text = labels.length ? `${t} ${[...visible(labels[t])].slice(0, 8).join("")}` : String(t);
        if (x(t) < width - 14) g.fillText(text, x(t), 12);
        g.fillRect(Math.round(x(t)), 21, 1, 5);
      }
    }

    // The cross of the pointer: laid over each map, and taken off again, without painting it anew.
    mark() {
      const ratio = window.devicePixelRatio || 1, { t0, t1, u0, u1 } = this.view;
      for (const p of this.planes) {
        if (!p.shown || !p.canvas.width) continue;
        const g = p.canvas.getContext("2d");
        if (p.picture) { g.setTransform(1, 0, 0, 1, 0, 0); g.drawImage(p.picture, 0, 0); } else {
          p.picture = document.createElement("canvas");
          p.picture.width = p.canvas.width;
          p.picture.height = p.canvas.height;
          p.picture.getContext("2d").drawImage(p.canvas, 0, 0);
        }
        if (!this.cursor || this.cursor.unit >= p.units) continue;
        g.setTransform(ratio, 0, 0, ratio, 0, 0);
        const plot = this.root.clientWidth - GUTTER - RIGHT, each = plot / (t1 - t0), tall = p.height / ((u1 - u0) * p.units);
        const row = p === this.cursor.p ? this.cursor.row : p.order.indexOf(this.cursor.unit);
        const left = GUTTER + (this.cursor.t - t0) * each, top = (row - u0 * p.units) * tall;
        g.strokeStyle = css("--s1");
        g.lineWidth = 1;
        g.beginPath();
        g.rect(Math.max(GUTTER, left) - 0.5, -1, Math.max(1, each) + 1, p.height + 2);
        g.rect(GUTTER - 1, top - 0.5, plot + 2, Math.max(1, tall) + 1);
        g.stroke();
        if (p === this.cursor.p) { g.lineWidth = 2; g.strokeRect(left - 1, top - 1, Math.max(3, each) + 2, Math.max(3, tall) + 2); }
      }
    }
  }

  for (const place of document.querySelectorAll(".traces")) {
    const traces = JSON.parse(document.getElementById(place.dataset.traces).textContent);
    const choice = place.querySelector("select");
    let shown;
    const show = (i) => { shown?.ended.abort(); shown = new Trace(place.querySelector(".trace"), traces[i]); };
    if (choice) choice.addEventListener("change", () => show(choice.value));
    show(0);
  }
})();
