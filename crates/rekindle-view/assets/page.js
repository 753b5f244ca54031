// The switch between light and dark; whoever draws on a canvas listens for the event `theme`.
"use strict";
(() => {
  const root = document.documentElement, button = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const changed = () => {
    button.textContent = dark() ? "light" : "dark";
    button.setAttribute("aria-label", `switch to the ${button.textContent} theme`);
    document.dispatchEvent(new Event("theme"));
  };
  window.isDark = dark;
  button.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; changed(); });
  system.addEventListener("change", changed);
  changed();
})();
