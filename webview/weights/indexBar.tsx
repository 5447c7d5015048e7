/** `[ : , 0 , : ]`: which two axes run down and across, and an index for each other one. */
import { integer } from '../../src/core/draw/text';
import type { Slice } from '../../src/core/weights/slice';
import { t } from '../strings';
import { look, looked } from './state';

interface Props {
  readonly slice: Slice;
  readonly shape: readonly number[];
}

/** What a click on an axis makes of it. */
type Role = 'rows' | 'columns' | 'fixed';

export function IndexBar({ slice, shape }: Props) {
  if (shape.length < 2) return null;
  const { rows, columns, at } = slice;
  const roleOf = (axis: number): Role =>
    axis === rows ? 'rows' : axis === columns ? 'columns' : 'fixed';
  return (
    <div class="index-bar" role="group" aria-label={t.weights.index}>
      <span aria-hidden="true">[</span>
      {shape.map((length, axis) => {
        const role = roleOf(axis);
        return (
          <span key={axis} class="index">
            {role === 'fixed' ? (
              <input
                type="number"
                min={0}
                max={length - 1}
                value={at[axis]}
                aria-label={t.weights.indexOf(axis, integer(length))}
                style={{ width: `${String(length - 1).length + 4}ch` }}
                onInput={(event) =>
                  setIndex(slice, axis, event.currentTarget.valueAsNumber, length)
                }
              />
            ) : (
              <b>:</b>
            )}
            <button
              class="link"
              title={t.weights.axisTitle(axis, integer(length))}
              onClick={() => turn(slice, axis)}
            >
              {integer(length)} {role === 'rows' ? '↓' : role === 'columns' ? '→' : ''}
              <span class="spoken">{t.weights.axisIs[role]}</span>
            </button>
            {axis + 1 < shape.length && <span aria-hidden="true">,</span>}
          </span>
        );
      })}
      <span aria-hidden="true">]</span>
      <button
        class="codicon codicon-arrow-swap"
        title={t.weights.transpose}
        aria-label={t.weights.transpose}
        onClick={() => rows !== undefined && columns !== undefined && cut(slice, [columns, rows])}
      />
    </div>
  );
}

function cut({ at }: Slice, axes: readonly number[]): void {
  const now = looked.value;
  if (now) look({ ...now, at, axes });
}

function setIndex(slice: Slice, axis: number, index: number, length: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= length) return;
  const { rows, columns } = slice;
  const axes = [rows, columns].filter((one) => one !== undefined);
  cut({ ...slice, at: slice.at.with(axis, index) }, axes);
}

/** A fixed axis runs down; one that runs down runs across; one that runs across changes places with the other. */
function turn(slice: Slice, axis: number): void {
  const { rows, columns } = slice;
  if (rows === undefined || columns === undefined) return;
  cut(slice, axis === rows || axis === columns ? [columns, rows] : [axis, columns]);
}
