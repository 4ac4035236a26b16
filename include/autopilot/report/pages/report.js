// Brings the charts of the page to life: what a point is, by pointer and by keyboard. The drawn ones stay for print.
(() => {
  "use strict";
  const source = document.getElementById("figures");
  if (!source || !window.Chart) return;
  const { columns, figures } = JSON.parse(source.textContent);
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const column = place => place === null ? [] : columns[place];
  const shown = value => value === null || value === undefined ? "–" :
    Math.abs(value) >= 1e6 ? value.toExponential(3) : String(Number(value.toPrecision(4)));
  const charts = [];
  Chart.defaults.animation = false;
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;

  // The ends of intervals, which the library does not draw.
  const intervals = {
    id: "intervals",
    afterDatasetsDraw(chart) {
      const pen = chart.ctx;
      chart.data.datasets.forEach((series, number) => {
        chart.getDatasetMeta(number).data.forEach((mark, place) => {
          const [low, high] = [series.low[place], series.high[place]];
          if (low === null || low === undefined || high === null) return;
          pen.save();
          pen.strokeStyle = series.borderColor;
          pen.lineWidth = 2;
          pen.beginPath();
          pen.moveTo(mark.x, chart.scales.y.getPixelForValue(low));
          pen.lineTo(mark.x, chart.scales.y.getPixelForValue(high));
          pen.stroke();
          pen.restore();
        });
      });
    },
  };

  const dataset = (figure, series) => {
    const [x, y] = [column(series.x), column(series.y)];
    const kind = { points: "scatter", line: "line", dashes: "line", bars: "bar" }[series.kind];
    const dots = series.kind === "points" || (series.kind === "line" && x.length <= 60);
    return {
      type: figure.ticks.length && kind === "scatter" ? "line" : kind, label: series.name, told: series.told,
      muted: series.muted, low: column(series.low), high: column(series.high), keys: column(series.keys), x, y,
      data: figure.ticks.length ? y : x.map((one, place) => ({ x: one, y: y[place] })),
      showLine: series.kind !== "points", borderDash: series.kind === "dashes" ? [6, 4] : [], fill: false, tension: 0,
      borderWidth: ["bars", "points"].includes(series.kind) ? 0 : series.muted ? 1 : 2, pointRadius: dots ? 3 : 0, pointHoverRadius: 6,
      order: series.muted ? 1 : 0, ...tones(series),
    };
  };

  const words = (figure, series, place) => {
    const name = figure.ticks.length ? figure.ticks[place] : series.keys[place];
    const across = figure.ticks.length ? [] : [`${figure.across}: ${shown(series.x[place])}`];
    const low = series.low[place];
    const range = low === null || low === undefined ? "" : ` [${shown(low)}, ${shown(series.high[place])}]`;
    return { name: name ?? series.label, values: [...across, `${figure.up}: ${shown(series.y[place])}${range}`],
      series: series.label };
  };

  // The ends of intervals need room too.
  const reach = figure => {
    const ends = figure.series.flatMap(one => [...column(one.low), ...column(one.high)]).filter(one => one !== null);
    return ends.length ? { suggestedMin: Math.min(...ends), suggestedMax: Math.max(...ends) } : {};
  };

  const axis = (figure, title, ticks) => ({
    type: ticks.length ? "category" : "linear",
    offset: ticks.length > 0,
    title: { display: true, text: title },
    ...(figure.ends ? { min: figure.ends[0], max: figure.ends[1] } : ticks.length ? {} : reach(figure)),
    ticks: ticks.length ? {} : { callback: value => shown(value), includeBounds: false },
  });

  const tones = series => {
    const tone = colour(series.muted ? "muted" : "accent");
    return { borderColor: tone, backgroundColor: `${tone}a6` };
  };

  const paint = chart => {
    const [ink, muted, line] = ["ink", "muted", "line"].map(colour);
    chart.data.datasets.forEach(series => Object.assign(series, tones(series)));
    Object.values(chart.options.scales).forEach(scale => {
      scale.grid = { color: line };
      scale.ticks.color = muted;
      scale.title.color = ink;
    });
    chart.options.plugins.title.color = chart.options.plugins.legend.labels.color = ink;
    chart.update();
  };

  const alive = (figure, place) => {
    const live = document.createElement("div");
    const said = document.createElement("p");
    const canvas = document.createElement("canvas");
    live.className = "live";
    live.tabIndex = 0;
    live.setAttribute("role", "application");
    live.setAttribute("aria-roledescription", "chart");
    live.setAttribute("aria-label", `${figure.title}. The arrow keys go from point to point.`);
    canvas.setAttribute("aria-hidden", "true");
    said.className = "said";
    said.setAttribute("aria-live", "polite");
    said.textContent = "Point at the chart, or go through it with the arrow keys.";
    live.append(canvas);
    place.querySelector(".still").after(live, said);
    place.classList.add("alive");
    const say = at => {
      const found = words(figure, chart.data.datasets[at.datasetIndex], at.index);
      const name = document.createElement("bdi");
      name.textContent = found.name;
      const several = chart.data.datasets.filter(one => one.told).length > 1;
      said.replaceChildren(name, `: ${found.values.join(", ")}${several ? ` (${found.series})` : ""}`);
    };
    const chart = new Chart(canvas, {
      type: figure.series.some(one => one.kind === "bars") ? "bar" : "line",
      data: { labels: figure.ticks, datasets: figure.series.map(series => dataset(figure, series)) },
      plugins: [intervals],
      options: {
        maintainAspectRatio: false,
        parsing: figure.ticks.length > 0 ? undefined : false,
        interaction: { mode: "nearest", intersect: false, axis: "xy" },
        onHover: (_, found) => { const at = found.find(one => chart.data.datasets[one.datasetIndex].told); if (at) say(at); },
        scales: { x: axis(figure, figure.across, figure.ticks), y: axis(figure, figure.up, []) },
        plugins: {
          colors: { enabled: false },
          title: { display: true, text: figure.title },
          legend: { display: figure.series.filter(one => one.told).length > 1,
            labels: { filter: (_, data) => data.datasets[_.datasetIndex].told } },
          tooltip: {
            filter: item => item.dataset.told,
            displayColors: false,
            callbacks: {
              title: items => items.length ? words(figure, items[0].dataset, items[0].dataIndex).name : "",
              label: item => words(figure, item.dataset, item.dataIndex).values,
            },
          },
        },
      },
    });
    paint(chart);
    charts.push(chart);
    walk(chart, live, say);
  };

  // Left and right go through the points of a series from left to right, up and down to the next series.
  const walk = (chart, live, say) => {
    const ways = chart.data.datasets.flatMap((series, datasetIndex) => !series.told ? [] : [{
      datasetIndex,
      order: series.y.map((_, index) => index).filter(index => series.y[index] !== null)
        .sort((one, two) => series.x[one] - series.x[two]),
    }]).filter(way => way.order.length);
    let [way, step] = [0, -1];
    live.addEventListener("keydown", event => {
      const steps = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };
      const turns = { ArrowDown: 1, ArrowUp: -1 };
      if (!ways.length || !(event.key in steps || event.key in turns)) return;
      event.preventDefault();
      way = (way + (turns[event.key] ?? 0) + ways.length) % ways.length;
      const { order, datasetIndex } = ways[way];
      step = Math.min(Math.max(step + (steps[event.key] ?? 0), 0), order.length - 1);
      const at = { datasetIndex, index: order[step] };
      const { x, y } = chart.getDatasetMeta(datasetIndex).data[at.index];
      chart.setActiveElements([at]);
      chart.tooltip.setActiveElements([at], { x, y });
      chart.update("none");
      say(at);
    });
  };

  figures.forEach(figure => {
    const place = document.querySelector(`figure[data-figure="${CSS.escape(figure.name)}"]`);
    if (place) alive(figure, place);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => charts.forEach(paint));
})();
