/** The arrays of a frame, one a row; a row opens its array beside the table. */
import { useEffect, useRef } from 'preact/hooks';
import { integer, number } from '../../src/core/draw/text';
import type { FrameTensor } from '../../src/protocol/session';
import { t } from '../strings';
import { looked } from '../weights/state';
import { rowOf } from './frameRows';
import { pin, scrolled, toggleTensor } from './state';
import { Thumbnail } from './thumbnail';

export function FrameTable({ tensors }: { readonly tensors: readonly FrameTensor[] }) {
  const { columns } = t.session;
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    // What is not on screen forgets how far it was scrolled.
    let isShown = false;
    const observer = new ResizeObserver(() => {
      const wasShown = isShown;
      isShown = element.clientHeight > 0;
      if (isShown && !wasShown) element.scrollTop = scrolled.peek();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <div
      ref={scroller}
      class="frame-scroll"
      onScroll={({ currentTarget: { scrollTop, clientHeight } }) => {
        if (clientHeight > 0) scrolled.value = scrollTop;
      }}
    >
      <table class="frame-table" aria-label={t.session.table}>
        <thead>
          <tr>
            <th />
            <th scope="col">{columns.name}</th>
            <th scope="col">{columns.shape}</th>
            <th scope="col">{columns.dtype}</th>
            <th scope="col">{columns.range}</th>
            <th scope="col">{columns.mean}</th>
            <th />
            <th />
          </tr>
        </thead>
        <tbody>
          {tensors.map((tensor) => (
            <TensorRow key={tensor.name} tensor={tensor} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function TensorRow({ tensor }: { readonly tensor: FrameTensor }) {
  const { name, shape, dtype, device, mean, sampled, change, pinned = false } = tensor;
  const words = t.session;
  const opens = rowOf(tensor) !== undefined;
  const isOpen = looked.value?.tensor === name;
  return (
    <tr
      class={change}
      aria-selected={isOpen}
      onClick={(event) => {
        if (opens && !(event.target as HTMLElement).closest('button')) toggleTensor(name);
      }}
    >
      <td class="picture">{tensor.thumbnail && <Thumbnail of={tensor} />}</td>
      <th scope="row" title={name}>
        {opens ? (
          <button class="name" aria-expanded={isOpen} onClick={() => toggleTensor(name)}>
            {name}
          </button>
        ) : (
          name
        )}
      </th>
      <td class="figure">{shape.map((length) => length ?? '?').join(' × ') || '·'}</td>
      <td class="figure" title={tensor.grad ? words.gradient : undefined}>
        {dtype}
        {device !== '' && device !== 'cpu' && <span class="quiet"> {device}</span>}
      </td>
      <td class="figure">
        <Range of={tensor} />
      </td>
      <td class="figure">{mean !== undefined && number(mean)}</td>
      <td class="quiet">
        {change && words.changes[change]}
        {sampled !== undefined && ` ${words.sampled(integer(sampled))}`}
      </td>
      <td class="pin">
        <button
          class={`codicon codicon-${pinned ? 'pinned' : 'pin'}`}
          title={pinned ? words.unpin : words.pin}
          aria-label={`${pinned ? words.unpin : words.pin}: ${name}`}
          aria-pressed={pinned}
          onClick={() => void pin(name, !pinned)}
        />
      </td>
    </tr>
  );
}

function Range({ of: { min, max, nan, inf, note, pinned } }: { readonly of: FrameTensor }) {
  const words = t.session;
  const troubles = [
    ...(nan ? [words.nan(integer(nan))] : []),
    ...(inf ? [words.inf(integer(inf))] : []),
  ];
  return (
    <>
      {note !== undefined && <span class={pinned ? 'error-text' : 'quiet'}>{note}</span>}
      {min !== undefined && max !== undefined && `${number(min)} … ${number(max)}`}
      {troubles.length > 0 && <span class="error-text"> {troubles.join(', ')}</span>}
    </>
  );
}
