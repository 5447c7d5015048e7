/** The checkpoint in words and numbers. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { bytes, compact, integer } from '../../src/core/draw/text';
import type { CheckpointSummary } from '../../src/protocol/engine';
import type { CodePlace } from '../../src/protocol/webview';
import { host } from '../host';
import { report, summary, trace } from '../state';
import { t } from '../strings';

export function ModelView() {
  const checkpoint = summary.value;
  if (!checkpoint) return null;
  const { recognition, format, files, metadata, config, warnings, tensors } = checkpoint;
  const stored = [...bytesPerType(checkpoint)];
  const all = stored.reduce((sum, [, size]) => sum + size, 0);
  return (
    <article class="model">
      <Recognised checkpoint={checkpoint} />
      {warnings.length > 0 && (
        <ul class="warnings" aria-label={t.model.warnings}>
          {warnings.map((warning) => (
            <li key={warning}>
              <span class="codicon codicon-warning" aria-hidden="true" /> {warning}
            </li>
          ))}
        </ul>
      )}
      <Facts
        title={t.model.facts}
        rows={[
          ...('facts' in recognition ? recognition.facts : []),
          [t.model.parameters, exactly(checkpoint.parameters)],
          [t.model.tensors, integer(tensors.length)],
          [t.model.format, format],
          ...(checkpoint.tokenizer ? [[t.model.tokenizer, checkpoint.tokenizer] as const] : []),
        ]}
      />
      {stored.length > 0 && (
        <section>
          <h2>{t.model.types}</h2>
          <table class="facts types">
            <tbody>
              {stored.map(([dtype, size]) => (
                <tr key={dtype}>
                  <th scope="row">{dtype}</th>
                  <td class="figure">{bytes(size)}</td>
                  <td class="share">
                    <i style={{ width: `${all > 0 ? (size / all) * 100 : 0}%` }} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <Facts title={t.model.files} rows={files.map(({ name, size }) => [name, bytes(size)])} />
      <Code />
      <Facts title={t.model.config} rows={config} />
      <Facts title={t.model.metadata} rows={metadata} />
    </article>
  );
}

function Recognised({ checkpoint }: { checkpoint: CheckpointSummary }) {
  const { recognition, tensors } = checkpoint;
  switch (recognition.kind) {
    case 'runnable':
    case 'arrays':
      return <h1>{recognition.sentence}</h1>;
    case 'incomplete':
      return (
        <section>
          <h1>{t.model.incomplete(recognition.family)}</h1>
          <p>{t.model.missing}</p>
          <ul>
            {recognition.problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </section>
      );
    case 'unknown':
      if (trace.value?.source === 'file') {
        return <h1>{t.model.recorded(trace.value.model.sentence)}</h1>;
      }
      return (
        <section>
          <h1>{tensors.length === 0 ? t.empty.noTensors : t.model.unknown}</h1>
          {tensors.length > 0 && <p>{t.model.unknownAdvice}</p>}
        </section>
      );
  }
}

/** `124,439,808 (124M)` */
function exactly(count: number): string {
  const [exact, short] = [integer(count), compact(count)];
  return exact === short ? exact : `${exact} (${short})`;
}

/** Bytes of every element type, largest first; tied tensors count once. */
function bytesPerType({ tensors }: CheckpointSummary): readonly (readonly [string, number])[] {
  const sums = new Map<string, number>();
  for (const { dtype, bytes: size, sharedWith } of tensors) {
    if (sharedWith === undefined) sums.set(dtype, (sums.get(dtype) ?? 0) + size);
  }
  return [...sums].sort(([, a], [, b]) => b - a);
}

/** Characters of a value that are shown; files carry whole vocabularies in their metadata. */
const longest = 600;

function clip(value: string): string {
  if (value.length <= longest) return value;
  return `${value.slice(0, longest)}… (${t.model.characters(integer(value.length))})`;
}

function Facts({
  title,
  rows,
}: {
  title: string;
  rows: readonly (readonly [name: string, value: string])[];
}) {
  if (rows.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <table class="facts">
        <tbody>
          {rows.map(([name, value], i) => (
            <tr key={i}>
              <th scope="row">{name}</th>
              <td>{clip(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Where the model code is in the workspace. */
function Code() {
  const place = useSignal<CodePlace | 'none' | undefined>(undefined);
  useEffect(() => {
    host.call('findCode', {}).then(
      (found) => (place.value = found ?? 'none'),
      () => (place.value = 'none'),
    );
  }, [summary.value]);
  if (place.value === undefined) return null;
  return (
    <section>
      <h2>{t.model.code}</h2>
      {place.value === 'none' ? (
        <p class="quiet">{t.model.noCode}</p>
      ) : (
        <p>
          <button class="link" onClick={() => void host.call('goToCode', {}).catch(report)}>
            {place.value.label}:{place.value.line}
          </button>
        </p>
      )}
    </section>
  );
}
