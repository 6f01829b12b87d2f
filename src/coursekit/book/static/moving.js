// Pictures that move under sliders (moving_picture.py): shows the state where the sliders stand.

function connect(picture) {
  const data = JSON.parse(picture.querySelector("script").textContent);
  const sliders = [...picture.querySelectorAll("input[type=range]")];
  const svg = picture.querySelector("svg");
  const words = picture.querySelector("output");
  const atStart = sliders.map((slider) => slider.defaultValue);
  let shown;

  function content(state) {
    const ranges = data.states[state];
    const lines = [];
    for (let i = 0; i < ranges.length; i += 2) {
      lines.push(...data.lines.slice(ranges[i], ranges[i + 1]));
    }
    return lines.join("\n");
  }

  function show() {
    let state = 0;
    sliders.forEach((slider, i) => {
      const text = data.texts[i][slider.valueAsNumber];
      slider.setAttribute("aria-valuetext", text);
      slider.nextElementSibling.textContent = text;
      state = state * data.texts[i].length + slider.valueAsNumber;
    });
    if (state === shown) return;
    shown = state;
    svg.innerHTML = content(state);
    svg.setAttribute("aria-label", `${data.alt} ${data.words[state]}`);
    words.value = data.words[state];
    // Never lower again while the slider moves: the page below stays in its place.
    words.style.minHeight = `${words.offsetHeight}px`;
  }

  function putSliders(values) {
    sliders.forEach((slider, i) => { slider.value = values[i]; });
    show();
  }

  sliders.forEach((slider) => slider.addEventListener("input", show));
  addEventListener("resize", () => { words.style.minHeight = ""; });
  picture.querySelector(".bp-sliders").hidden = false;
  show(); // a browser may have kept where the sliders stood

  // Paper shows the state that the text speaks of.
  let onScreen;
  addEventListener("beforeprint", () => {
    onScreen = sliders.map((slider) => slider.value);
    putSliders(atStart);
  });
  addEventListener("afterprint", () => putSliders(onScreen));
}

document.querySelectorAll(".bp-moving").forEach(connect);
