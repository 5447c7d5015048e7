/** `node test/bench/hover.mjs [FILE…]`: a hover right after an edit, in a generated file and in real ones. */
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';

const target = 20;
const outdir = 'out/bench';
await build({
  entryPoints: ['test/bench/hoverAfterEdit.ts', 'src/engine/shapesMain.ts'],
  outdir,
  entryNames: '[name]',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
});
const row = (...cells) =>
  console.log(
    cells[0].padEnd(34) +
      cells
        .slice(1)
        .map((cell) => cell.padStart(12))
        .join(''),
  );
row('ms until the answer, target', `≤ ${target}`, '', '', '');
row('', 'median', '90 %', 'most', 'at line');
for (const words of [[], ...process.argv.slice(2).map((file) => [file])]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [`${outdir}/hoverAfterEdit.cjs`, ...words],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(stderr.trim().split('\n').at(-1));
  const { file, lines, functions, own, other, first } = JSON.parse(stdout);
  console.log(
    `\n${file}: ${lines} lines, ${functions} functions, first hover ${first.toFixed(0)} ms`,
  );
  const shown = ([median, ninth, most, line]) =>
    [median, ninth, most].map((ms) => ms.toFixed(1)).concat(String(line));
  row('edit here, hover here', ...shown(own));
  row('edit before, hover here', ...shown(other));
}
