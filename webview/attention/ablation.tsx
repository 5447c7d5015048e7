/** Leaving heads out: the model runs again without what they read, and its prediction stands beside the one before. */
import { signal } from '@preact/signals';
import { number } from '../../src/core/draw/text';
import type { AccessBlock } from '../../src/core/trace/trace';
import { host } from '../host';
import { image, input, report, run, running, second, summary, trace, without } from '../state';
import { t } from '../strings';
import { nameOf } from './describe';
import { isRollout } from './rollout';

/** What the whole model predicted, and of which input. */
interface Whole {
  readonly of: readonly unknown[];
  readonly probabilities: ReadonlyMap<number, number>;
}
const whole = signal<Whole | undefined>(undefined);
/** Predictions of the whole model that are kept. */
const count = 256;

const question = () => [input.value, second.value, image.value] as const;

/**
 * While heads are left out: what the whole model gave a token or label of the same input, written out, less than the least
 * that is kept for one that it found unlikely. Undefined where that is not known.
 */
export function before(): ((id: number) => string) | undefined {
  const known = whole.value;
  const now = question();
  if (!known || without.value.length === 0) return undefined;
  if (known.of.some((part, i) => part !== now[i])) return undefined;
  const least = Math.min(...known.probabilities.values());
  return (id) => {
    const found = known.probabilities.get(id);
    return found === undefined ? `< ${number(least)}` : number(found);
  };
}

async function leaveOut(ids: readonly string[]): Promise<void> {
  const of = trace.value?.id;
  if (without.value.length === 0 && of !== undefined) {
    const all = await host.call('predictions', { trace: of, count }).catch(() => []);
    const probabilities = new Map(all.map(({ id, probability }) => [id, probability]));
    whole.value = { of: question(), probabilities };
  }
  without.value = ids;
  await run();
}

export function AblationButton({ head: { id } }: { readonly head: AccessBlock }) {
  const isOurs = trace.value?.source === 'checkpoint' && !isRollout();
  if (!isOurs || summary.value?.recognition.kind !== 'runnable') return null;
  const isOut = without.value.includes(id);
  const words = t.attention.ablation;
  const next = isOut ? without.value.filter((other) => other !== id) : [...without.value, id];
  return (
    <button
      class="link"
      aria-pressed={isOut}
      disabled={running.value}
      title={words.says}
      onClick={() => void leaveOut(next).catch(report)}
    >
      {isOut ? words.putBack : words.leaveOut}
    </button>
  );
}

/** What was left out of the run that is shown. */
export function AblationNote() {
  if (without.value.length === 0) return null;
  const found = without.value.map((id) => trace.value?.byId.get(id));
  const names = found.map((head, i) => (head ? nameOf(head) : without.value[i]));
  return (
    <p class="quiet note">
      {t.attention.ablation.without(names.join('; '))}{' '}
      <button class="link" disabled={running.value} onClick={() => void leaveOut([]).catch(report)}>
        {t.attention.ablation.restore}
      </button>
    </p>
  );
}
