// Behaviour of the console: theme switch, usage chart, copy buttons. Everything else is plain HTML and htmx.
(() => {
  const root = document.documentElement;

  function colour(name) {
    return getComputedStyle(root).getPropertyValue(name).trim();
  }

  function drawChart(canvas) {
    const points = JSON.parse(canvas.dataset.points);
    Chart.getChart(canvas)?.destroy();
    const bar = (label, key, fill) => ({ label, data: points.map(p => p[key]), backgroundColor: fill, borderRadius: 4, maxBarThickness: 34 });
    new Chart(canvas, {
      type: "bar",
      data: {
        labels: points.map(p => p.label),
        datasets: [bar("Input tokens", "input", "#7c8cf8"), bar("Output tokens", "output", "#f6b73c")],
      },
      options: {
        maintainAspectRatio: false,
        animation: false,
        scales: {
          x: { stacked: true, grid: { display: false }, ticks: { color: colour("--tblr-secondary") } },
          y: { stacked: true, beginAtZero: true, grid: { color: colour("--tblr-border-color") }, ticks: { color: colour("--tblr-secondary"), precision: 0 } },
        },
        plugins: { legend: { position: "bottom", labels: { color: colour("--tblr-body-color"), boxWidth: 12 } } },
      },
    });
  }

  function drawCharts(scope) {
    scope.querySelectorAll("canvas[data-points]").forEach(drawChart);
  }

  async function copy(button) {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.textContent = "Copied";
  }

  document.addEventListener("click", event => {
    const toggle = event.target.closest("[data-theme-toggle]");
    const copier = event.target.closest("[data-copy]");
    if (toggle) {
      const next = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
      root.setAttribute("data-bs-theme", next);
      localStorage.setItem("perigee-theme", next);
      drawCharts(document);
    }
    if (copier) {
      copy(copier);
    }
  });
  document.addEventListener("DOMContentLoaded", () => drawCharts(document));
  document.addEventListener("htmx:afterSwap", event => drawCharts(event.target.parentElement ?? document));
})();
