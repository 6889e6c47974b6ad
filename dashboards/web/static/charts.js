// Draws every chart from the table beneath it. Without this script the tables
// are what there is.
"use strict";
(() => {
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const palette = ["--c1", "--c2", "--c3", "--c4", "--c5", "--c6"];

  const written = {
    share: (v) => (100 * v).toFixed(v > 0 && v < 0.1 ? 1 : 0) + " %",
    count: (v) => Math.round(v).toLocaleString("en"),
    "": (v) => Math.abs(v) >= 1000 ? Math.round(v).toLocaleString("en") : v.toFixed(Math.abs(v) >= 10 ? 1 : 4),
  };

  function read(figure) {
    const heads = [...figure.querySelectorAll("thead th[data-role]")];
    const rows = [...figure.querySelectorAll("tbody tr")];
    const data = [rows.map((r) => Date.parse(r.querySelector("time").dateTime) / 1000)];
    heads.forEach((_, i) => data.push(rows.map((r) => {
      const v = r.cells[i + 1].dataset.v;
      return v === "" ? null : Number(v);
    })));
    return { names: heads.map((h) => h.textContent), roles: heads.map((h) => h.dataset.role), data };
  }

  // Moments worth a line across the chart, with their text on top.
  function crossed(marks) {
    return {
      hooks: {
        draw: [(u) => {
          const { ctx } = u, { left, top, width, height } = u.bbox, px = devicePixelRatio;
          ctx.save();
          ctx.strokeStyle = ctx.fillStyle = css("--soft");
          ctx.font = `${11 * px}px system-ui, sans-serif`;
          ctx.setLineDash([4 * px, 3 * px]);
          for (const m of marks) {
            const x = Math.round(u.valToPos(Date.parse(m.at) / 1000, "x", true));
            if (x < left || x > left + width) continue;
            ctx.beginPath();
            ctx.moveTo(x, top);
            ctx.lineTo(x, top + height);
            ctx.stroke();
            const right = x > left + 0.7 * width;
            ctx.textAlign = right ? "right" : "left";
            ctx.fillText(m.text, x + (right ? -4 : 4) * px, top + 11 * px);
          }
          ctx.restore();
        }],
      },
    };
  }

  function draw(figure) {
    const place = figure.querySelector(".plot");
    const { names, roles, data } = read(figure);
    const unit = figure.dataset.unit, write = written[unit];
    const lower = roles.indexOf("lower") + 1, upper = roles.indexOf("upper") + 1;
    // What the legend says of a line where the cursor is.
    const said = (i, v, at) => {
      if (v == null) return "";
      const interval = i === 0 && lower && data[lower][at] != null;
      return write(v) + (interval ? ` (${write(data[lower][at])} to ${write(data[upper][at])})` : "");
    };
    let next = 0;
    const series = names.map((label, i) => {
      const band = roles[i] === "lower" || roles[i] === "upper";
      const limit = roles[i] === "limit", estimate = roles[i] === "estimate";
      const stroke = css(limit ? "--limit" : estimate ? "--soft" : palette[next % palette.length]);
      if (roles[i] === "value") next++;
      const few = data[0].length < 60;
      return {
        label, stroke: band ? "transparent" : stroke, width: limit || estimate ? 1.25 : 1.75,
        dash: limit ? [6, 4] : estimate ? [2, 3] : undefined, spanGaps: true, class: band ? "band" : undefined,
        points: { show: roles[i] === "value" && few, size: 4 }, value: (_, v, __, at) => said(i, v, at),
      };
    });
    const ink = css("--soft"), rule = css("--rule");
    const axis = { stroke: ink, grid: { stroke: rule, width: 1 }, ticks: { stroke: rule, width: 1, size: 4 }, font: "11px system-ui, sans-serif" };
    const top = Number(figure.dataset.top || Infinity);
    const marks = figure.dataset.marks ? JSON.parse(figure.dataset.marks) : [];
    place.replaceChildren();
    return new uPlot({
      width: place.clientWidth, height: 210,
      tzDate: (s) => uPlot.tzDate(new Date(s * 1000), "Etc/UTC"),
      scales: { y: { range: (_, min, max) => {
        const least = unit === "" ? min : Math.min(min, 0), most = Math.min(max, top), room = (most - least || Math.abs(most) || 1) * 0.08;
        return [least === 0 ? 0 : least - room, most + room];
      } } },
      axes: [{ ...axis, values: [
        [3600 * 24 * 365, "{YYYY}", null, null, null, null, null, null, 1],
        [3600 * 24 * 28, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
        [3600 * 24, "{D} {MMM}", "\n{YYYY}", null, null, null, null, null, 1],
        [3600, "{HH}:{mm}", "\n{D} {MMM}", null, "\n{D} {MMM}", null, null, null, 1],
        [60, "{HH}:{mm}", "\n{D} {MMM}", null, "\n{D} {MMM}", null, null, null, 1],
      ] }, { ...axis, size: 58, values: (_, all) => all.map((v) => unit === "count" && !Number.isInteger(v) ? "" : write(v)) }],
      series: [{ label: "", value: (_, at) => at == null ? "" : new Date(1000 * at).toISOString().slice(0, 16).replace("T", " ") }, ...series],
      bands: lower && upper ? [{ series: [upper, lower], fill: css("--c1") + "2e" }] : [],
      legend: { markers: { width: 2 } },
      cursor: { points: { size: 6 } },
      plugins: [crossed(marks)],
    }, data, place);
  }

  addEventListener("DOMContentLoaded", () => {
    for (const figure of document.querySelectorAll("figure.chart")) {
      if (!window.uPlot) { // it could not start: the numbers are there
        figure.querySelector("details").open = true;
        continue;
      }
      const place = figure.querySelector(".plot");
      let chart = draw(figure);
      new ResizeObserver(() => {
        if (Math.abs(place.clientWidth - chart.width) > 1) chart.setSize({ width: place.clientWidth, height: chart.height });
      }).observe(place);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
        chart.destroy();
        chart = draw(figure);
      });
    }
    document.documentElement.dataset.drawn = "yes";
  });
})();
