/** The value under the pointer, or what happens at the step, in words and exact digits; the same is read aloud. */
import { number } from '../../src/core/draw/text';
import type { TraceState } from '../../src/core/trace/trace';
import { describeState } from '../attention/statusLine';
import { help, trace } from '../state';
import { step } from '../steps/state';
import { t } from '../strings';
import { eventWords } from '../eventWords';
import { headTitle } from './addressing';
import { valueUnder } from './matrixPane';
import { cell, memoryHeads, pointed, slot } from './state';
import { placed } from './stripLayout';
import { titleOf } from './stripLabels';
import { poolOf } from './stripPainter';
import { exactAt } from './stripTiles';
import { rowAt } from './values';

export function MemoryStatus(props: {
  readonly state: TraceState | undefined;
  readonly hasSteps: boolean;
}) {
  const { state } = props;
  const spoken = props.hasSteps ? describeStep() : '';
  return (
    <footer class="status">
      <output class="value" aria-hidden="true">
        {describePointed() ?? spoken}
      </output>
      <span class="spoken" role="status" aria-live="polite">
        {spoken}
      </span>
      <span class="run-facts">{state && describeState(state)}</span>
      <button class="link" onClick={() => (help.value = !help.value)}>
        {t.attention.keys}
      </button>
    </footer>
  );
}

function describePointed(): string | undefined {
  const words = t.memory;
  const inMatrix = cell.value;
  if (inMatrix) {
    const value = valueUnder(inMatrix);
    if (value === undefined) return undefined;
    return words.cellOf(String(inMatrix.slot), String(inMatrix.column), number(value));
  }
  const at = pointed.value;
  const one = placed.value.find(({ strip }) => strip.id === at?.strip);
  if (!at || !one) return undefined;
  const { strip } = one;
  const value = exactAt(strip, at.step, at.row);
  const place = strip.isSlots ? words.slotOf(String(at.row)) : words.rowOf(String(at.row));
  const [steps, rows] = poolOf(strip);
  return [
    words.stepOf(String(at.step)),
    titleOf(strip),
    place,
    ...(value === undefined ? [] : [exact(value)]),
    ...(steps > 1 ? [words.pooled(String(steps), String(rows))] : []),
  ].join(' · ');
}

/** `step 12 · write → slot 121 0.9987 · read → slot 3 0.4 · strongest write` */
function describeStep(): string {
  const words = t.memory;
  const chosen = slot.value;
  const heads = memoryHeads.value.map((one) => {
    const weights = rowAt(one.id, one.weighting, step.value);
    if (!weights) return headTitle(one);
    const peak = weights.reduce((best, weight, at) => (weight > weights[best]! ? at : best), 0);
    if (weights[peak] === 0) return `${headTitle(one)} ${words.idle}`;
    const at = chosen !== null && chosen < weights.length ? chosen : peak;
    return `${headTitle(one)} → ${words.slotOf(String(at))} ${exact(weights[at]!)}`;
  });
  const events = (trace.value?.events ?? [])
    .filter((event) => event.step === step.value)
    .map(
      ({ what, of, value }) =>
        `${of}: ${eventWords(what)}${value === undefined ? '' : ` ${number(value)}`}`,
    );
  return [words.stepOf(String(step.value)), ...heads, ...events].join(' · ');
}

/** Exact digits of a 32-bit number: as many as tell it from its neighbours. */
function exact(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(8))) : number(value);
}
