// Draws the charts of a report. Canvas keeps the colours and the size it was painted with, so charts are painted anew
// when the colour scheme, the width or the medium changes.
(() => {
  "use strict";
  const root = document.documentElement;
  const { charts } = JSON.parse(document.getElementById("report-data").textContent);
  const figures = charts.map(chart => ({ chart, element: document.getElementById("chart-" + chart.id), plot: null }));
  const PRINT_WIDTH = 640, PRINT_HEIGHT = 250, PRINT_SCALE = 2;
  const STEPS = [-4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7].flatMap(power => [1, 2, 5].map(digit => Number(`${digit}e${power}`)));

  const style = name => getComputedStyle(root).getPropertyValue("--" + name).trim();
  const count = value => Math.round(value).toLocaleString("en-US");
  const short = value => value === 0 ? "0" : Math.abs(value) >= 1e5 || Math.abs(value) < 1e-6
    ? value.toExponential(1).replace(/\.0e/, "e").replace("e+", "e").replace("-", "−")
    : value.toLocaleString("en-US", { maximumFractionDigits: Math.min(8, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))) }).replace("-", "−");
  const formats = {
    loss: value => value.toFixed(3),
    percent: value => (100 * value).toFixed(1) + "\u00a0%",
    count,
    number: short,
  };
  const say = (chart, value) => value == null ? "–" : formats[chart.format](value);
  const place = (chart, x) => (chart.fine ? short : count)(x);
  const DASHES = [null, [7, 4], [2, 3], [10, 3, 2, 3]];
  const signed = value => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(3);

  // Where a logarithmic axis is named: powers of ten, with twos and fives between them where these are few. (uPlot's own search
  // for them does not end where an axis begins a rounding below a power of ten.)
  function decades(min, max) {
    const from = Math.floor(Math.log10(min)), to = Math.ceil(Math.log10(max)), places = [];
    for (let power = from; power <= to; power++)
      for (const digit of to - from > 3 ? [1] : [1, 2, 5]) places.push(Number(`${digit}e${power}`));
    return places.filter(place => place >= min && place <= max);
  }

  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text != null) element.textContent = text;
    return element;
  }

  function lastMeasured(chart) {
    for (let i = chart.x.length - 1; i >= 0; i--)
      if (chart.series.every(line => line.values[i] != null)) return i;
    for (let i = chart.x.length - 1; i >= 0; i--)
      if (chart.series.some(line => line.values[i] != null)) return i;
    return 0;
  }

  // The points that no line reaches, because nothing was measured on either side of them.
  const alone = values => [...values.keys()].filter(i => values[i] != null && values[i - 1] == null && values[i + 1] == null);

  function read({ chart, element }, index) {
    const reading = element.querySelector(".reading");
    const x = chart.x[index];
    const band = chart.bands.find(band => x > band.from && x <= band.to);
    const where = make("span", "", `${chart.unit} ${place(chart, x)}${band ? ", " + band.name : ""}`);
    const items = chart.series.map(line => {
      const item = make("span");
      const key = make("span", `key ${line.tone}${line.published ? " published" : line.dash ? " dash" + line.dash % DASHES.length : ""}`);
      item.append(key, (line.label ?? line.name) + " ", make("b", line.tone, say(chart, line.values[index])));
      if (line.low?.[index] != null && line.low[index] !== line.high[index])
        item.append(make("span", "spread", ` ${say(chart, line.low[index])} to ${say(chart, line.high[index])}`));
      return item;
    });
    if (chart.difference) {
      const [a, b] = chart.series.map(line => line.values[index]);
      items.splice(2, 0, make("span", "", "difference " + (a == null || b == null ? "–" : signed(a - b))));
    }
    const published = chart.series.findIndex(line => line.published);
    if (published >= 0) items.splice(published + (chart.difference ? 1 : 0), 0, make("span", "break"));
    reading.replaceChildren(where, ...items);
  }

  // The lines' names at their ends, pushed apart where they would meet.
  function labels(chart, colours, scale, font) {
    return u => {
      const unit = scale * u.ctx.canvas.width / u.width;
      const { min, max } = u.scales.x;
      const ends = [];
      chart.series.forEach((line, s) => {
        if (!line.label) return;
        for (let i = chart.x.length - 1; i >= 0; i--) {
          if (line.values[i] == null || chart.x[i] > max || chart.x[i] < min) continue;
          let x = chart.x[i], y = line.values[i];
          if (line.values[i + 1] != null) {
            y += (line.values[i + 1] - y) * (max - x) / (chart.x[i + 1] - x);
            x = max;
          }
          ends.push({ text: line.label, colour: colours[s], x: u.valToPos(x, "x", true), y: u.valToPos(y, "y", true) });
          break;
        }
      });
      const line = 15 * unit;
      ends.sort((a, b) => a.y - b.y);
      // Neighbours that are too near share the mean of where they belong.
      const blocks = [];
      ends.forEach((end, i) => {
        let block = { sum: end.y - i * line, count: 1 };
        while (blocks.length && blocks.at(-1).sum / blocks.at(-1).count > block.sum / block.count) {
          const before = blocks.pop();
          block = { sum: before.sum + block.sum, count: before.count + block.count };
        }
        blocks.push(block);
      });
      const places = blocks.flatMap(block => Array(block.count).fill(block.sum / block.count));
      ends.forEach((end, i) => { end.y = places[i] + i * line; });
      const c = u.ctx;
      c.save();
      c.font = `600 ${12 * unit}px ${font}`;
      c.textAlign = "left";
      c.textBaseline = "middle";
      for (const end of ends) {
        c.fillStyle = end.colour;
        c.fillText(end.text, end.x + 7 * unit, end.y);
      }
      c.restore();
    };
  }

  // The spread around a line, from its low values to its high ones.
  function spreads(chart, colours) {
    return u => {
      const c = u.ctx, { left, top, width, height } = u.bbox;
      const at = (x, y) => [u.valToPos(x, "x", true), u.valToPos(y, "y", true)];
      c.save();
      c.beginPath();
      c.rect(left, top, width, height);
      c.clip();
      c.globalAlpha = .16;
      chart.series.forEach((line, s) => {
        const known = [...(line.low ?? []).keys()].filter(i => line.low[i] != null);
        if (!known.length) return;
        c.fillStyle = colours[s];
        c.beginPath();
        for (const i of known) c.lineTo(...at(chart.x[i], line.high[i]));
        for (const i of known.reverse()) c.lineTo(...at(chart.x[i], line.low[i]));
        c.fill();
      });
      c.restore();
    };
  }

  // A line where one band ends and the next begins, and the bands' names above; where they are many, every second,
  // fifth, tenth one, named before its end.
  function bands(chart, colour, lineColour, scale, font) {
    return u => {
      if (!chart.bands.length) return;
      const unit = scale * u.ctx.canvas.width / u.width;
      const c = u.ctx, { left, top, width, height } = u.bbox, right = left + width;
      const shown = (chart.bands[0].to - chart.bands[0].from) / (u.scales.x.max - u.scales.x.min) * width;
      const every = shown >= 48 * unit ? 1 : STEPS.find(step => step > 1 && step * shown >= 60 * unit) ?? chart.bands.length;
      const place = value => Math.min(right, Math.max(left, u.valToPos(value, "x", true)));
      c.save();
      c.font = `${11 * unit}px ${font}`;
      c.textBaseline = "alphabetic";
      c.textAlign = every > 1 ? "right" : "center";
      c.fillStyle = colour;
      c.strokeStyle = lineColour;
      c.lineWidth = unit;
      chart.bands.forEach((band, i) => {
        if ((i + 1) % every) return;
        const from = place(band.from), to = place(band.to);
        if (to > left && to < right - 1) {
          c.beginPath();
          c.moveTo(Math.round(to), top - 14 * unit);
          c.lineTo(Math.round(to), top + height);
          c.stroke();
        }
        if (every > 1 ? to > left + 48 * unit : to - from > 44 * unit)
          c.fillText(band.name, every > 1 ? to - 5 * unit : (from + to) / 2, top - 6 * unit);
      });
      c.restore();
    };
  }

  function draw(figure, width, scale) {
    const { chart, element } = figure;
    const host = element.querySelector(".plot");
    figure.plot?.destroy();
    host.style.zoom = scale === 1 ? "" : 1 / scale;
    const font = getComputedStyle(element.querySelector(".reading")).fontFamily;
    const ink = style("soft"), rule = style("rule");
    const colours = chart.series.map(line => style(line.tone));
    const first = chart.x[0], last = chart.x[chart.x.length - 1];
    const axis = {
      stroke: ink, font: `${12 * scale}px ${font}`, gap: 5 * scale,
      incrs: STEPS, ticks: { stroke: rule, width: scale, size: 5 * scale }, grid: { stroke: rule, width: scale },
    };
    const values = chart.series.flatMap(line => [...line.values, ...line.low ?? [], ...line.high ?? []]).filter(value => value != null);
    const inView = (from, to) => chart.series.flatMap(line => [line.values, line.low ?? [], line.high ?? []])
      .flatMap(list => list.filter((value, i) => value != null && chart.x[i] >= from && chart.x[i] <= to));
    const scaled = chart.format === "percent" ? 100 : 1;
    figure.plot = new uPlot({
      width: width * scale,
      height: (scale === 1 ? Math.round(Math.min(380, Math.max(280, width * .54))) : PRINT_HEIGHT) * scale,
      padding: [(chart.bands.length ? 22 : 10) * scale, Math.max(58, 14 + 7 * Math.max(...chart.series.map(line => line.label?.length ?? 0))) * scale, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false }, points: { size: 8 * scale, width: 0, fill: (u, s) => colours[s - 1] } },
      scales: {
        x: { time: false, distr: chart.log ? 3 : 1, range: (u, min, max) => chart.x.length < 2 || min === first && max === last ? [chart.from, chart.to] : [min, max] },
        y: {
          range: (u, min, max) => {
            const seen = u.scales.x.min == null ? values : inView(u.scales.x.min, u.scales.x.max);
            const all = seen.length ? seen : values;
            min = Math.min(...all);
            max = Math.max(...all);
            const pad = Math.max((max - min) * .07, chart.format === "number" ? Math.abs(max) * 1e-3 + 1e-9 : chart.format === "count" ? 1 : .01);
            return [min - pad, max + pad];
          },
        },
      },
      axes: [
        { ...axis, label: chart.unit + (chart.log ? " (logarithmic)" : ""), labelFont: `${12 * scale}px ${font}`, labelSize: 20 * scale, labelGap: 2 * scale, size: 32 * scale, space: 76 * scale, grid: { show: false }, values: (u, ticks) => ticks.map(tick => tick == null ? "" : place(chart, tick)), ...chart.log ? { splits: (u, axis, min, max) => chart.x.length <= 16 ? chart.x : decades(min, max), filter: (u, splits) => splits, space: 1, incrs: undefined } : { incrs: chart.fine ? undefined : STEPS.filter(step => step >= 1) } },
        {
          ...axis, label: chart.title + (chart.format === "percent" ? ", percent" : ""), labelFont: `${12 * scale}px ${font}`, labelSize: 20 * scale, labelGap: 2 * scale, size: (chart.format === "loss" ? 42 : 50) * scale, space: 44 * scale, ticks: { show: false }, incrs: chart.format === "loss" ? STEPS : chart.format === "percent" ? STEPS.map(step => step / 100) : undefined,
          values: (u, ticks, a, b, step) => ticks.map(value => chart.format === "count" ? count(value) : chart.format === "number" ? short(value)
            : (scaled * value).toFixed(Math.max(scaled > 1 ? 0 : 1, Math.ceil(-Math.log10(scaled * step) - 1e-9))) + (scaled > 1 ? " %" : "")),
        },
      ],
      series: [{}, ...chart.series.map((line, s) => ({
        stroke: colours[s], width: (line.published ? 1.25 : 2) * scale, dash: (line.published ? [5, 4] : DASHES[(line.dash ?? 0) % DASHES.length])?.map(length => length * scale),
        points: { show: true, size: 6 * scale, width: 0, fill: colours[s], filter: () => alone(line.values) },
      }))],
      hooks: {
        drawClear: [bands(chart, ink, rule, scale, font), spreads(chart, colours)],
        draw: [labels(chart, colours, scale, font)],
        setCursor: [u => read(figure, u.cursor.idx ?? lastMeasured(chart))],
      },
    }, [chart.x, ...chart.series.map(line => line.values)], host);
    const touch = event => {
      const box = figure.plot.over.getBoundingClientRect();
      figure.plot.setCursor({ left: event.touches[0].clientX - box.left, top: event.touches[0].clientY - box.top });
    };
    figure.plot.over.addEventListener("touchstart", touch, { passive: true });
    figure.plot.over.addEventListener("touchmove", touch, { passive: true });
    read(figure, lastMeasured(chart));
  }

  const width = figure => figure.element.querySelector(".plot").clientWidth;
  const drawAll = () => figures.forEach(figure => draw(figure, width(figure), 1));
  let printing = false;

  for (const figure of figures) {
    const { chart, element } = figure;
    const host = element.querySelector(".plot");
    draw(figure, width(figure), 1);
    new ResizeObserver(() => {
      if (!printing && figure.plot.width !== width(figure)) draw(figure, width(figure), 1);
    }).observe(host);

    host.addEventListener("keydown", event => {
      const end = chart.x.length - 1, at = figure.plot.cursor.idx;
      const next = { ArrowLeft: (at ?? end + 1) - 1, ArrowRight: (at ?? -1) + 1, Home: 0, End: end }[event.key];
      if (next == null) return;
      event.preventDefault();
      const index = Math.min(end, Math.max(0, next));
      figure.plot.setCursor({ left: figure.plot.valToPos(chart.x[index], "x"), top: 0 });
    });

    element.querySelector("details").addEventListener("toggle", event => {
      if (event.target.querySelector("table")) return;
      const table = make("table"), head = table.createTHead().insertRow(), body = table.createTBody();
      for (const text of [chart.unit, ...chart.series.map(line => line.name)]) {
        head.append(make("th", "", text));
        head.lastChild.scope = "col";
      }
      chart.x.forEach((x, i) => {
        const row = body.insertRow();
        row.append(make("th", "", place(chart, x)), ...chart.series.map(line => make("td", "", say(chart, line.values[i]))));
      });
      const box = make("div", "values");
      box.append(table);
      event.target.append(box);
    });
  }

  // What a dot stands for, when it is pointed at or touched.
  for (const dots of document.querySelectorAll(".dots")) {
    const reading = dots.querySelector(".reading"), before = reading.textContent;
    const show = event => {
      const dot = event.target.closest("[data-reading]");
      reading.textContent = dot ? dot.dataset.reading : before;
    };
    dots.addEventListener("pointerover", show);
    dots.addEventListener("pointerdown", show);
    dots.addEventListener("pointerleave", () => { reading.textContent = before; });
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  addEventListener("beforeprint", () => {
    printing = true;
    root.dataset.print = "";
    figures.forEach(figure => draw(figure, PRINT_WIDTH, PRINT_SCALE));
  });
  addEventListener("afterprint", () => {
    printing = false;
    delete root.dataset.print;
    drawAll();
  });
})();
