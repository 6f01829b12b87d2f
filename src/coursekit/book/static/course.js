// What the page does beyond HTML and CSS. Without it everything can be read.

const root = document.documentElement;
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

// Light or dark: the reader's choice is kept; without one the page follows the system.
function showTheme() {
  const system = systemIsDark.matches ? "dark" : "light";
  root.dataset.theme = localStorage.getItem("theme") || system;
  const button = document.querySelector(".bp-theme-button");
  button.setAttribute("aria-pressed", root.dataset.theme === "dark");
}

function switchTheme() {
  const chosen = root.dataset.theme === "dark" ? "light" : "dark";
  const system = systemIsDark.matches ? "dark" : "light";
  if (chosen === system) localStorage.removeItem("theme");
  else localStorage.setItem("theme", chosen);
  showTheme();
}

showTheme();
systemIsDark.addEventListener("change", showTheme);
document.querySelector(".bp-theme-button").addEventListener("click", switchTheme);
addEventListener("beforeprint", () => { root.dataset.theme = "light"; }); // dark on paper is ink
addEventListener("afterprint", showTheme);

// A button for each sidebar. The theme's style sheet goes by a checkbox; on a wide page the
// checked box hides the contents, on a narrow one it shows them.
function connectSidebar(buttonClass, checkboxId) {
  const button = document.querySelector(buttonClass);
  if (!button) return;
  const checkbox = document.getElementById(checkboxId);
  const sidebar = document.getElementById(button.getAttribute("aria-controls"));
  const isShown = () => getComputedStyle(sidebar).visibility === "visible";
  function tellState() {
    button.setAttribute("aria-expanded", isShown());
  }
  function toggle() {
    checkbox.checked = !checkbox.checked;
    tellState();
  }
  function isOpenOverPage() {
    return checkbox.checked && getComputedStyle(sidebar).position === "fixed";
  }

  button.addEventListener("click", toggle);
  checkbox.addEventListener("change", tellState); // by a click beside the open sidebar
  sidebar.addEventListener("transitionend", (event) => {
    if (event.target !== sidebar) return;
    tellState();
    if (isOpenOverPage()) sidebar.querySelector("a").focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isOpenOverPage()) return;
    toggle();
    button.focus();
  });
  sidebar.addEventListener("click", (event) => {
    if (event.target.closest("a") && isOpenOverPage()) toggle();
  });
  tellState();
}

connectSidebar(".primary-toggle", "pst-primary-sidebar-checkbox");
connectSidebar(".secondary-toggle", "pst-secondary-sidebar-checkbox");

// Mark the section on the screen in "On this page".
const sectionLinks = new Map(
  [...document.querySelectorAll(".page-toc a[href^='#']")].map((link) => [
    link.getAttribute("href").slice(1),
    link,
  ]),
);
const sectionWatcher = new IntersectionObserver(
  (entries) => {
    const entered = entries.filter((entry) => entry.isIntersecting).at(-1);
    if (!entered) return;
    for (const [id, link] of sectionLinks) {
      link.classList.toggle("active", id === entered.target.id);
    }
  },
  { rootMargin: "-10% 0px -80% 0px" },
);
for (const id of sectionLinks.keys()) {
  const section = document.getElementById(id);
  if (section) sectionWatcher.observe(section);
}

// A box that scrolls sideways can be reached and scrolled by keyboard, and only then.
const boxes = document.querySelectorAll(
  ".bp-scroll, pre, .cell_output > .output, .pst-scrollable-table-container",
);
function tellScrolling(box) {
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  else box.removeAttribute("tabindex");
}
const sizeWatcher = new ResizeObserver((entries) => {
  entries.forEach((entry) => tellScrolling(entry.target));
});
boxes.forEach((box) => sizeWatcher.observe(box));
// A font that arrives changes what is in the box, not the box.
document.fonts.addEventListener("loadingdone", () => boxes.forEach(tellScrolling));
