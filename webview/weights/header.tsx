/** What the selected tensor is, where its code is, and what can be copied or saved of it. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { bytes, visible } from '../../src/core/draw/text';
import { numpyLine, pythonIndex, pythonLine } from '../../src/core/weights/slice';
import type { TensorRow } from '../../src/protocol/engine';
import type { CodePlace } from '../../src/protocol/webview';
import { host } from '../host';
import { Popover } from '../popover';
import { report, summary } from '../state';
import { t } from '../strings';
import { goToTensor } from '../tensors/goToTensor';
import { shapeText } from '../tensors/shapeText';
import { exportsOf } from './exporting';
import type { OpenSlice } from './slices';
import { closeTensor, openTensor } from './state';

export function TensorHeader({ tensor, of }: { tensor: TensorRow; of: OpenSlice | undefined }) {
  const { name, shape, dtype, file, sharedWith } = tensor;
  return (
    <header class="tensor-header">
      <div class="tensor-title">
        <button
          class="codicon codicon-arrow-left"
          title={t.weights.back}
          aria-label={t.weights.back}
          onClick={closeTensor}
        />
        <h2 title={name}>{shownName(name)}</h2>
        {of && <CopyButtons name={name} of={of} />}
        <Popover label={t.weights.exporting} menu>
          {exportsOf(tensor, of).map(({ label, go, enabled }) => (
            <button
              key={label}
              role="menuitem"
              disabled={!enabled}
              onClick={() => void go().catch(report)}
            >
              {label}
            </button>
          ))}
        </Popover>
      </div>
      <p class="tensor-facts">
        <span>{shapeText(shape)}</span> · <span>{dtype}</span> · <span>{bytes(tensor.bytes)}</span>{' '}
        · <span>{file}</span>
        {sharedWith !== undefined && (
          <>
            {' · '}
            <button class="link" onClick={() => openTensor(sharedWith)}>
              {t.weights.tied(shownName(sharedWith))}
            </button>
          </>
        )}
        <CodeLine name={name} />
      </p>
    </header>
  );
}

/** Control characters get a sign; the spaces of a name stay. */
const shownName = (name: string): string =>
  name === '' ? visible('') : name.replace(/[^ ]+/g, visible);

function CodeLine({ name }: { name: string }) {
  const place = useSignal<CodePlace | undefined>(undefined);
  useEffect(() => {
    let isLatest = true;
    place.value = undefined;
    host.call('findCode', { tensor: name }).then(
      (found) => isLatest && (place.value = found),
      () => undefined,
    );
    return () => {
      isLatest = false;
    };
  }, [name]);
  if (!place.value) return null;
  return (
    <>
      {' · '}
      <button class="link" title={t.tensors.goToCode} onClick={() => void goToTensor(name)}>
        {place.value.label}:{place.value.line}
      </button>
    </>
  );
}

function CopyButtons({ name, of }: { name: string; of: OpenSlice }) {
  const copied = useSignal('');
  // In a debugged program the tensor is an expression already.
  const isLive = summary.value?.session === true;
  const line = isLive ? name + pythonIndex(of.slice) : pythonLine(name, of.slice);
  const copy = async (text: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      copied.value = text;
    } catch (error) {
      report(error);
    }
  };
  return (
    <>
      <button
        class="codicon codicon-copy"
        title={`${t.weights.copyIndex}: ${line}`}
        aria-label={t.weights.copyIndex}
        onClick={() => void copy(line)}
      />
      {!isLive && (
        <button
          class="codicon codicon-symbol-array"
          title={`${t.weights.copyNumpy}: ${numpyLine(name, of.slice)}`}
          aria-label={t.weights.copyNumpy}
          onClick={() => void copy(numpyLine(name, of.slice))}
        />
      )}
      <span class="spoken" role="status">
        {copied.value && t.weights.copied(copied.value)}
      </span>
    </>
  );
}
