/**
 * How many patterns a network of N units can hold under Hebb's rule. Bounds: 0.138 N with few errors (Amit,
 * Gutfreund and Sompolinsky 1985); N / (2 ln N) with most patterns free of errors, N / (4 ln N) with all of them
 * (McEliece et al. 1987).
 */
export const criticalLoad = 0.138;

/**
 * Share of patterns that come back without one wrong unit when started from themselves, by load P / N.
 * Measured: Hebb, asynchronous, N = 100, 8 × 4 trials of random patterns.
 */
const recall: readonly (readonly [load: number, share: number])[] = [
  [0, 1],
  [0.05, 1],
  [0.1, 0.97],
  [0.138, 0.88],
  [0.16, 0.66],
  [0.2, 0.22],
  [0.3, 0.09],
];

/** Linear between the measured loads; the last value beyond them. */
export function expectedRecall(load: number): number {
  const next = recall.findIndex(([at]) => at >= load);
  if (next < 0) return recall.at(-1)![1];
  if (next === 0) return 1;
  const [from, low] = recall[next - 1]!;
  const [to, high] = recall[next]!;
  return low + ((high - low) * (load - from)) / (to - from);
}

/** `5 patterns over 64 units, load 0.078 of at most 0.138 (Hebb)` */
export function capacityFacts(count: number, n: number): readonly (readonly [string, string])[] {
  const load = count / n;
  const share = expectedRecall(load);
  const bound = (by: number) => `${Math.floor(n / (by * Math.log(n)))}`;
  return [
    [
      'Load',
      `${count} / ${n} = ${load.toFixed(3)}${load > criticalLoad ? ', above' : ', below'} 0.138`,
    ],
    [
      'Expected recall',
      `${Math.round(100 * share)} % of patterns without an error (Hebb; measured at N = 100, random patterns)`,
    ],
    ...(n > 2
      ? [
          ['Capacity', `${Math.floor(criticalLoad * n)} with few errors (0.138 N)`] as const,
          [
            'Error-free',
            `${bound(2)} for most patterns (N / 2 ln N), ${bound(4)} for all (N / 4 ln N)`,
          ] as const,
        ]
      : []),
  ];
}
