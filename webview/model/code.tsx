/** The model code of the workspace that makes this checkpoint, and what `load_state_dict` would say of the two. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { integer } from '../../src/core/draw/text';
import type { CodeComparison } from '../../src/protocol/shapes';
import type { CodePlace } from '../../src/protocol/webview';
import { host } from '../host';
import { report, summary } from '../state';
import { t } from '../strings';
import { openTensor } from '../weights/state';

/** Beyond, one reads no list; their number is said. */
const mostRows = 50;

export function Code() {
  const place = useSignal<CodePlace | 'none' | undefined>(undefined);
  const comparison = useSignal<CodeComparison | 'none' | undefined>(undefined);
  useEffect(() => {
    host.call('findCode', {}).then(
      (found) => (place.value = found ?? 'none'),
      () => (place.value = 'none'),
    );
    host.call('compareCode', {}).then(
      (found) => (comparison.value = found ?? 'none'),
      () => (comparison.value = 'none'),
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
      {place.value !== 'none' && comparison.value === undefined && (
        <p class="quiet">{t.modelPage.comparing}</p>
      )}
      {comparison.value && comparison.value !== 'none' && (
        <Differences comparison={comparison.value} />
      )}
    </section>
  );
}

function Differences({ comparison }: { comparison: CodeComparison }) {
  const { className, matched, missing, unexpected, different, isOpen } = comparison;
  const isFit = missing.length + unexpected.length + different.length === 0;
  const sentence = isFit ? t.modelPage.fits : t.modelPage.fitsPartly;
  return (
    <>
      <p>{sentence(integer(matched), className)}</p>
      <Rows title={t.modelPage.different} count={different.length}>
        {different.slice(0, mostRows).map(({ name, line, code, checkpoint }) => (
          <tr key={name}>
            <th scope="row">
              <TensorLink name={name} />
            </th>
            <td>
              {t.modelPage.shapes(`[${code.join(', ')}]`, `[${checkpoint.join(', ')}]`)}{' '}
              <LineLink line={line} />
            </td>
          </tr>
        ))}
      </Rows>
      <Rows title={t.modelPage.missing} count={missing.length}>
        {missing.slice(0, mostRows).map(({ name, line }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <LineLink line={line} />
            </td>
          </tr>
        ))}
      </Rows>
      <Rows
        title={isOpen ? t.modelPage.notFound : t.modelPage.unexpected}
        count={unexpected.length}
      >
        {unexpected.slice(0, mostRows).map((name) => (
          <tr key={name}>
            <th scope="row">
              <TensorLink name={name} />
            </th>
            <td />
          </tr>
        ))}
      </Rows>
    </>
  );
}

function Rows({
  title,
  count,
  children,
}: {
  title: string;
  count: number;
  children: ComponentChildren;
}) {
  if (count === 0) return null;
  return (
    <table class="facts differences" aria-label={title}>
      <caption>
        {title} <span class="quiet">{integer(count)}</span>
      </caption>
      <tbody>{children}</tbody>
    </table>
  );
}

function TensorLink({ name }: { name: string }) {
  return (
    <button class="link" onClick={() => openTensor(name)}>
      {name}
    </button>
  );
}

function LineLink({ line }: { line: number | undefined }) {
  if (line === undefined) return null;
  return (
    <button class="link" onClick={() => void host.call('goToCodeLine', { line }).catch(report)}>
      {t.modelPage.goToLine(integer(line))}
    </button>
  );
}
