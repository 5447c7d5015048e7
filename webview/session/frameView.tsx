/** What the debugged program holds where it stands, and what it did on the way there. */
import { integer, number } from '../../src/core/draw/text';
import type { FrameTensor } from '../../src/protocol/session';
import { t } from '../strings';
import { OperationList } from './operationList';
import { session } from './state';
import { Thumbnail } from './thumbnail';

export function FrameView() {
  const now = session.value;
  if (!now) return null;
  const { state, frame, problem } = now;
  const words = t.session;
  return (
    <div class="session">
      <section class="frame" aria-label={words.table}>
        <p class="session-place" role="status">
          <span class={`session-state ${state}`}>{words.states[state]}</span>
          {frame && <span>{words.at(frame.function, frame.line)}</span>}
          {frame && <span class="quiet">{words.tensors(integer(frame.tensors.length))}</span>}
          {frame && <span class="quiet">{words.took(number(frame.milliseconds))}</span>}
        </p>
        {problem && (
          <p class="error-text" role="alert">
            {problem}
          </p>
        )}
        {frame && frame.tensors.length > 0 ? (
          <TensorRows tensors={frame.tensors} />
        ) : (
          <p class="quiet center">
            {frame ? words.noTensors : state === 'running' ? words.waiting : words.never}
          </p>
        )}
      </section>
      <OperationList />
    </div>
  );
}

function TensorRows({ tensors }: { readonly tensors: readonly FrameTensor[] }) {
  const { columns } = t.session;
  return (
    <div class="frame-scroll">
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
  const { name, shape, dtype, device, min, max, mean, nan, inf, sampled, note, change } = tensor;
  const words = t.session;
  const troubles = [
    ...(nan ? [words.nan(integer(nan))] : []),
    ...(inf ? [words.inf(integer(inf))] : []),
  ];
  return (
    <tr class={change}>
      <td class="picture">{tensor.thumbnail && <Thumbnail of={tensor} />}</td>
      <th scope="row" title={name}>
        {name}
      </th>
      <td class="figure">{shape.map((length) => length ?? '?').join(' × ') || '·'}</td>
      <td class="figure" title={tensor.grad ? words.gradient : undefined}>
        {dtype}
        {device !== 'cpu' && <span class="quiet"> {device}</span>}
      </td>
      <td class="figure">
        {note !== undefined && <span class="quiet">{note}</span>}
        {min !== undefined && max !== undefined && `${number(min)} … ${number(max)}`}
        {troubles.length > 0 && <span class="error-text"> {troubles.join(', ')}</span>}
      </td>
      <td class="figure">{mean !== undefined && number(mean)}</td>
      <td class="quiet">
        {change && words.changes[change]}
        {sampled !== undefined && ` ${words.sampled(integer(sampled))}`}
      </td>
    </tr>
  );
}
