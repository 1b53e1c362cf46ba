// Runs before the page is painted: the person's choice, else the system's.
(() => {
  const stored = localStorage.getItem("perigee-theme");
  const dark = stored ? stored === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.setAttribute("data-bs-theme", dark ? "dark" : "light");
})();
