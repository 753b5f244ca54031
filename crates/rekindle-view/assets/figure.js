// Lines over two axes, drawn with uPlot: a pointer that reads values, a zoom by dragging, keys.
"use strict";
(() => {
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  // Five digits, and more where that is what tells the numbers of an axis apart: 4492557.12 from 4492557.13.
  const digits = (columns) => {
    let lo = Infinity, hi = -Infinity;
    for (const v of columns.flat()) if (v != null && isFinite(v)) { lo = Math.min(lo, v); hi = Math.max(hi, v); }
    return hi > lo ? Math.min(15, Math.max(5, Math.ceil(Math.log10(Math.max(-lo, hi) / (hi - lo))) + 4)) : 5;
  };
  const number = (v, precision = 5) => {
    if (v == null || !isFinite(v)) return "–";
    const a = Math.abs(v);
    if (a !== 0 && (a < 1e-3 || a >= 10 ** Math.max(6, precision))) return v.toExponential(2);
    return String(+v.toPrecision(precision));
  };
  // One x for all lines, as uPlot wants it: the union of theirs, with gaps where a line has no point.
  const aligned = (series, positive) => {
    const xs = [...new Set(series.flatMap((s) => s.x))].sort((a, b) => a - b);
    const at = new Map(xs.map((x, i) => [x, i]));
    const columns = series.map((s) => {
      const column = new Array(xs.length).fill(undefined);
      s.x.forEach((x, i) => { const v = s.y[i]; column[at.get(x)] = v == null || (positive && v <= 0) ? null : v; });
      return column;
    });
    return [xs, ...columns];
  };
  const whole = Array.from({ length: 12 }, (_, e) => [1, 2, 5].map((k) => k * 10 ** e)).flat();
  const power = (v) => Math.abs(Math.log10(v) - Math.round(Math.log10(v))) < 1e-9;
  // The numbers of an axis in one form: all with an exponent where one needs it, or all with as many digits behind the point.
  const ticks = (values, precision, log) => {
    const texts = values.map((v) => (v == null ? "" : number(v, precision)));
    const places = Math.max(0, ...texts.map((t) => (t.split(".")[1] ?? "").length));
    const form = texts.some((t) => t.includes("e"))
      ? (v) => (v === 0 ? "0" : (+v.toPrecision(precision)).toExponential().replace("e+", "e"))
      : (v) => (log ? number(v, precision) : v.toFixed(places));
    return values.map((v) => (v == null ? "" : form(v).replaceAll("-", "−")));
  };
  // Lines that go on below where an axis begins are cut there by the edge of the plot.
  const least = (a) => a.log && a.least != null && { range: (u, lo, hi) => (lo == null ? [null, null] : uPlot.rangeLog(Math.max(lo, a.least), Math.max(hi, 10 * a.least), 10, false)) };
  const date = (v) => new Date(v * 1e3).toISOString().replace(/T00:00:00\.000Z|:00\.000Z|\.000Z/, "").replace("T", " ");
  const scale = (a) => ({ time: a.time === true, distr: a.log ? 3 : 1, ...least(a) });

  // figure: { x: {label, log}, y: {label, log, least}, series: [{name, x, y, mark, colour}] }
  window.lines = (place, figure, height = 320) => {
    let plot;
    const data = aligned(figure.series, figure.y.log);
    // What is counted has no halves.
    const counted = !figure.x.log && data[0].every(Number.isInteger);
    const precision = (side) => digits(side ? data.slice(1) : [data[0]]);
    const axis = (a, side) => {
      const written = (u, values) => ticks(values, precision(side), a.log);
      const size = (u, values) => (side ? Math.max(62, 24 + 7 * Math.max(0, ...(values ?? []).map((v) => v.length))) : 34);
      // A line and a number for each power of ten, where there are several.
      const filter = (u, splits) => (a.log && splits.filter((v) => v != null && power(v)).length > 1 ? splits.map((v) => (v != null && power(v) ? v : null)) : splits);
      const line = { stroke: () => css("--line"), width: 1, ...(a.time ? {} : { filter }) };
      return {
        ...(a.time ? {} : { values: written, filter }), ...(!side && counted && { incrs: whole }), label: a.label, labelSize: 22, labelFont: "13px system-ui, sans-serif", font: "12px system-ui, sans-serif", size,
        stroke: () => css("--soft"), grid: line, ticks: line,
      };
    };
    // Where no pointer is, the legend has the last value of each line.
    const last = (column) => { for (let i = column.length - 1; i >= 0; i--) if (column[i] != null) return column[i]; };
    const read = (side) => (u, v, i, at) => {
      const now = at == null ? last(data[i]) : v;
      return !side && figure.x.time && now != null ? date(now) : number(now, precision(side));
    };
    const dashes = [[6, 4], [2, 3], [10, 3, 2, 3]], borders = ["dashed", "dotted", "double"], references = figure.series.filter((s) => s.mark === "Reference");
    const draw = () => {
      if (plot) plot.destroy();
      plot = new uPlot({
        width: Math.max(280, place.clientWidth), height,
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1e3), "Etc/UTC"),
        scales: { x: scale(figure.x), y: scale(figure.y) },
        axes: [axis(figure.x, false), axis(figure.y, true)],
        cursor: { y: false, drag: { x: true, y: false }, points: { size: 7 }, focus: { prox: 24 } },
        focus: { alpha: 0.35 },
        legend: { markers: { width: 3, dash: (u, i) => (figure.series[i - 1]?.mark === "Reference" ? borders[references.indexOf(figure.series[i - 1]) % 3] : "solid") } },
        series: [{ label: figure.x.label, value: read(false) }, ...figure.series.map((s, i) => ({
          label: s.name, value: read(true), spanGaps: false, width: s.mark === "Reference" ? 1.5 : 2,
          stroke: () => css(`--s${(s.colour ?? i) % 8}`),
          dash: s.mark === "Reference" ? dashes[references.indexOf(s) % 3] : undefined,
          paths: s.mark === "Dots" ? () => null : undefined,
          // A line of one point is a point.
          points: { show: s.mark === "Dotted" || s.mark === "Dots" || s.x.length < 2, ...(s.mark === "Dots" ? { size: 10, width: 2 } : { size: 6 }) },
        }))],
      }, data, place);
    };
    draw();
    const again = () => { const { width } = place.getBoundingClientRect(); if (width && plot.width !== Math.floor(width)) plot.setSize({ width: Math.max(280, Math.floor(width)), height }); };
    new ResizeObserver(again).observe(place);
    document.addEventListener("theme", () => plot.redraw(false));
    place.tabIndex = 0;
    place.addEventListener("keydown", (event) => {
      const n = data[0].length, now = plot.cursor.idx ?? 0;
      const to = { ArrowLeft: now - (event.shiftKey ? 10 : 1), ArrowRight: now + (event.shiftKey ? 10 : 1), Home: 0, End: n - 1 }[event.key];
      if (to !== undefined) {
        const i = Math.min(n - 1, Math.max(0, to));
        plot.setCursor({ left: plot.valToPos(data[0][i], "x"), top: plot.bbox.height / devicePixelRatio / 2 });
      } else if (event.key === "+" || event.key === "-" || event.key === "0") {
        const [lo, hi] = [plot.scales.x.min, plot.scales.x.max], centre = plot.cursor.idx == null ? (lo + hi) / 2 : data[0][plot.cursor.idx];
        const k = event.key === "+" ? 0.5 : 2;
        const [first, last] = [data[0][0], data[0][n - 1]];
        if (event.key === "0") plot.setScale("x", { min: first, max: last });
        else plot.setScale("x", { min: Math.max(first, centre - (centre - lo) * k), max: Math.min(last, centre + (hi - centre) * k) });
      } else return;
      event.preventDefault();
    });
    return { set: (next) => { figure = next; data.splice(0, data.length, ...aligned(next.series, next.y.log)); draw(); } };
  };
  for (const place of document.querySelectorAll(".chart[data-figure]")) {
    window.lines(place, JSON.parse(document.getElementById(place.dataset.figure).textContent));
  }
})();
