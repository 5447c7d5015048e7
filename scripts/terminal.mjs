/** What the two commands print: headings, and a line for each step that shows that it is alive. */
const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code) => (text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : String(text));

export const bold = paint('1');
export const dim = paint('2');
export const red = paint('31');
export const green = paint('32');

/** Environment for children: the colours that we use ourselves, whatever the caller's variables say. */
export const colourEnvironment = colour ? {} : { NO_COLOR: '1', FORCE_COLOR: '0' };

export const say = (text = '') => void process.stdout.write(`${text}\n`);

export const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Runs `work` under a line of its own; says every ten seconds that it still runs, and how long it took. */
export async function step(label, work) {
  const started = Date.now();
  say(`${bold('›')} ${label}`);
  const alive = setInterval(() => say(dim(`  … ${seconds(started)}`)), 10_000);
  try {
    const result = await work();
    if (Date.now() - started > 3_000) say(dim(`  done in ${seconds(started)}`));
    return result;
  } finally {
    clearInterval(alive);
  }
}
