// Renders formulas with the KaTeX of the path that is given: a line of JSON in, [formula, options],
// a line of JSON out, {html} or {error}. Ends when its input does.

const katex = require(process.argv[2]);
const lines = require("readline").createInterface({ input: process.stdin });

lines.on("line", (line) => {
  let answer;
  try {
    answer = { html: katex.renderToString(...JSON.parse(line)) };
  } catch (error) {
    answer = { error: error.message };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
