/** The likeliest next tokens with their probabilities; the text goes on with the first of them, time and again. */
import { signal } from '@preact/signals';
import { number, visible } from '../../src/core/draw/text';
import { host } from '../host';
import { parseIds } from '../ids';
import { input, predictions, report, run, running, runError, summary, without } from '../state';
import { t } from '../strings';
import { before } from './ablation';
import { Candidate } from './candidate';
import { isLens, Lens, type Predicts } from './lens';

/** Tokens that one press adds. */
const count = 16;

/** Ends the generation that is under way. */
const generating = signal<AbortController | undefined>(undefined);

/** Writes the model's own continuation behind the input, and runs the whole. */
async function goOn(): Promise<void> {
  const checkpoint = summary.value;
  if (checkpoint?.recognition.kind !== 'runnable') return;
  const { id, tokenizer, recognition } = checkpoint;
  const before = input.value;
  const wanted = tokenizer ? { text: before } : parseIds(before, recognition.vocabulary);
  if ('problem' in wanted) return;
  const abort = new AbortController();
  generating.value = abort;
  runError.value = undefined;
  try {
    const params = { checkpoint: id, input: wanted, count };
    const { ids, text } = await host.call('generate', params, abort.signal);
    if (input.value !== before || ids.length === 0) return;
    input.value = tokenizer ? before + (text ?? '') : [before, ...ids].join(', ');
    await run();
  } catch (error) {
    report(error);
  } finally {
    generating.value = undefined;
  }
}

export function Predictions() {
  const underWay = generating.value;
  const recognition = summary.value?.recognition;
  const of = recognition?.kind === 'runnable' ? recognition : undefined;
  const predicts = of?.predicts ?? 'next';
  const hasTarget = of?.takes.kind === 'tokens' && of.takes.target;
  return (
    <div class="predictions">
      <header>
        <h3>{t.attention.predicted[predicts]}</h3>
        <button
          class="link"
          aria-pressed={isLens.value}
          title={t.attention.lens.says}
          onClick={() => (isLens.value = !isLens.value)}
        >
          {t.attention.lens.byLayer}
        </button>
        {predicts === 'next' && !hasTarget && without.value.length === 0 && (
          <button
            class="link"
            disabled={running.value}
            onClick={() => (underWay ? underWay.abort() : void goOn())}
          >
            {underWay ? t.attention.stop : t.attention.goOn(count)}
          </button>
        )}
      </header>
      {isLens.value ? <Lens predicts={predicts} /> : <Likeliest predicts={predicts} />}
    </div>
  );
}

function Likeliest({ predicts }: { readonly predicts: Predicts }) {
  const most = predictions.value[0]?.probability ?? 1;
  const was = before();
  return (
    <>
      {was && <p class="quiet columns">{t.attention.ablation.columns}</p>}
      <ol class={was ? 'compared' : ''}>
        {predictions.value.map(({ id, label, probability }) => (
          <li key={id} title={predicts === 'label' ? label : t.attention.tokenId(id)}>
            {was ? (
              <>
                <span class="candidate">{visible(label)}</span>
                <span class="figure quiet">{was(id)}</span>
                <span class="figure">{number(probability)}</span>
              </>
            ) : (
              <Candidate label={label} share={probability / most} probability={probability} />
            )}
          </li>
        ))}
      </ol>
    </>
  );
}
