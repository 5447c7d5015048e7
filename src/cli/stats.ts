import { FormatError } from '../core/checkpoint/bytes';
import type { Tensor } from '../core/checkpoint/checkpoint';
import { number } from '../core/draw/text';
import type { Histogram } from '../core/statistics/histogram';
import { infinities, type TensorStatistics } from '../core/statistics/statistics';
import { openPath } from '../engine/files';
import { createCrew } from '../engine/statistics/crew';
import { createExamination, histogram } from '../engine/statistics/examine';
import { type Command, onlyWord, parseCommand } from './command';
import { printable, table } from './table';

interface Row {
  readonly statistics: TensorStatistics;
  readonly histogram?: Histogram;
}

/** `stats`: every value is looked at once, or twice for histograms. */
export const statsCommand: Command = {
  usage: `stats PATH [--tensor GLOB] [--histogram] [--json]
      min, max, mean and std are of the finite values: null in JSON where there are none;
      complex numbers count by their magnitude`,
  async run(argv) {
    const { options, words } = parseCommand(argv, {
      tensor: 'string',
      histogram: 'boolean',
      json: 'boolean',
    });
    const path = onlyWord(words, 'PATH');
    const { checkpoint, close, changed } = await openPath(path);
    try {
      const isWanted = globTest(options.tensor ?? '*');
      const tensors = [...checkpoint.tensors.values()].filter(({ name }) => isWanted(name));
      if (tensors.length === 0 && options.tensor !== undefined) {
        throw new FormatError(path, `there is no tensor ${JSON.stringify(options.tensor)}`);
      }
      const crew = createCrew(path, checkpoint, tensors);
      const rows = new Map<Tensor, Row>();
      const warnings: string[] = [];
      try {
        const examination = createExamination(tensors, 'moments', {
          examined: (tensor, { statistics }) => void rows.set(tensor, { statistics }),
          unreadable: ({ name }, reason) =>
            void warnings.push(`warning: ${printable(name)}: ${reason}`),
        });
        await examination.run(crew);
        for (const [tensor, { statistics }] of options.histogram ? rows : []) {
          const spread = await histogram(tensor, statistics, crew);
          rows.set(tensor, { statistics, ...(spread && { histogram: spread }) });
        }
      } finally {
        await crew.close();
      }
      const problem = await changed();
      if (problem) throw new Error(problem);
      const inOrder = tensors.flatMap((tensor) => rows.get(tensor) ?? []);
      process.stdout.write(options.json ? asJson(inOrder) : asTable(inOrder));
      for (const warning of warnings) process.stderr.write(`${warning}\n`);
    } finally {
      await close();
    }
  },
};

/** `*` stands for any characters, `?` for one. */
function globTest(glob: string): (name: string) => boolean {
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]');
  const test = new RegExp(`^${pattern}$`, 'u');
  return (name) => test.test(name);
}

function asJson(rows: readonly Row[]): string {
  const lines = rows.map(({ statistics, histogram: spread }) => {
    const { name, count, min, max, mean, std, zeros, nan } = statistics;
    const inf = infinities(statistics);
    return JSON.stringify({
      ...{ name, count, min, max, mean, std, zeros, nan, inf },
      ...(spread && { histogram: histogramJson(spread) }),
    });
  });
  return `[${lines.join(',\n')}]\n`;
}

/** Linear bins are as wide as each other; those of magnitudes start at 2^(first / 2) and widen by √2. */
function histogramJson({ linear, logarithmic }: Histogram): unknown {
  const { low, high, counts } = linear;
  const { first, negative, positive } = logarithmic;
  return {
    ...{ low, high, counts: [...counts] },
    magnitudes: { first, negative: [...negative], positive: [...positive] },
  };
}

const heading = ['name', 'count', 'min', 'max', 'mean', 'std', 'zeros', 'NaN', 'Inf'];

function asTable(rows: readonly Row[]): string {
  const cells = rows.map(({ statistics }) => {
    const { name, count, min, max, mean, std, zeros, nan } = statistics;
    const numbers = [min, max, mean, std].map((value) =>
      Number.isNaN(value) ? '–' : number(value),
    );
    const inf = infinities(statistics);
    return [printable(name), count, ...numbers, zeros, nan, inf].map(String);
  });
  return `${table([heading, ...cells], 1).join('\n')}\n`;
}
