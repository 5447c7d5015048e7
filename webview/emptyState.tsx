/** What the attention view says while there is nothing to draw. */
import { input, run, running, runState, starting, summary, view } from './state';
import { t } from './strings';

export function EmptyState() {
  const checkpoint = summary.value;
  if (!checkpoint) return null;
  const { recognition } = checkpoint;
  if (recognition.kind !== 'runnable') {
    return (
      <div class="center">
        <div class="message">
          <Sketch />
          <h2>{checkpoint.tensors.length === 0 ? t.empty.noTensors : t.empty.cannotRun}</h2>
          {recognition.kind === 'incomplete' ? (
            <>
              <p>{t.empty.incomplete(recognition.family)}</p>
              <ul>
                {recognition.problems.slice(0, 8).map((problem) => (
                  <li key={problem}>{problem}</li>
                ))}
              </ul>
            </>
          ) : (
            checkpoint.tensors.length > 0 && <p>{t.empty.unknown}</p>
          )}
          <button
            onClick={() => (view.value = checkpoint.tensors.length > 0 ? 'tensors' : 'model')}
          >
            {checkpoint.tensors.length > 0 ? t.empty.look : t.empty.facts}
          </button>
        </div>
      </div>
    );
  }
  const sample = checkpoint.metadata.find(([key]) => key === 'mnemoscope.sample')?.[1];
  const waiting = starting.value || runState.value?.kind === 'running';
  const isImage = recognition.takes.kind === 'image';
  const asks = isImage
    ? t.empty.chooseImage
    : checkpoint.tokenizer
      ? t.empty.typeText
      : t.empty.typeIds;
  return (
    <div class="center">
      <div class="message">
        <Sketch />
        <h2>{waiting ? t.empty.starting : isImage ? t.empty.imageTitle : t.empty.title}</h2>
        {!waiting && <p>{asks}</p>}
        {!waiting && sample !== undefined && (
          <p>
            {t.empty.sample}
            <br />
            <button
              class="sample"
              disabled={running.value}
              onClick={() => {
                input.value = sample;
                void run();
              }}
            >
              {sample}
            </button>
          </p>
        )}
      </div>
    </div>
  );
}

/** A quiet sketch of what will be here: four heads, as every language model has them. */
function Sketch() {
  const cells = (weight: (query: number, key: number) => boolean) =>
    Array.from({ length: 36 }, (_, i) => [Math.floor(i / 6), i % 6] as const).filter(
      ([query, key]) => key <= query && weight(query, key),
    );
  const heads = [
    cells((query, key) => key === query - 1),
    cells((_, key) => key === 0),
    cells((query, key) => key === query - 2 && query > 2),
    cells(() => true),
  ];
  return (
    <svg class="sketch" viewBox="0 0 124 28" width="248" height="56" aria-hidden="true">
      {heads.map((head, i) => (
        <g key={i} transform={`translate(${i * 32 + 0.5} 0.5)`}>
          <rect width="27" height="27" />
          {head.map(([query, key]) => (
            <rect
              key={`${query} ${key}`}
              class="cell"
              x={key * 4.5}
              y={query * 4.5}
              width="4.5"
              height="4.5"
            />
          ))}
        </g>
      ))}
    </svg>
  );
}
