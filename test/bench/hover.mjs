/** `node test/bench/hover.mjs [FILE…]`: a hover right after an edit, in a generated file and in real ones. */
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';

const target = 20;
const outdir = 'out/bench';
await build({
  entryPoints: ['test/bench/hoverAfterEdit.ts', 'src/engine/shapes/main.ts'],
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
row('CPU ms until the answer, target', `≤ ${target}`, '', '', '', '');
row('', 'median', '90 %', 'most', 'at line', 'by the clock');
for (const words of [[], ...process.argv.slice(2).map((file) => [file])]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [`${outdir}/hoverAfterEdit.cjs`, ...words],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(stderr.trim().split('\n').at(-1));
  const { file, lines, functions, own, other, later, first } = JSON.parse(stdout);
  console.log(
    `\n${file}: ${lines} lines, ${functions} functions, first hover ${first.toFixed(0)} ms of CPU`,
  );
  const shown = ([median, ninth, most, line, clock]) => [
    ...[median, ninth, most].map((ms) => ms.toFixed(1)),
    String(line),
    clock.toFixed(1),
  ];
  row('edit here, hover here', ...shown(own));
  row('edit before, hover here', ...shown(other));
  row('the same, 300 ms later', ...shown(later));
}
