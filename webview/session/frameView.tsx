/** What the debugged program holds where it stands, and what it did on the way there. */
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { integer, number } from '../../src/core/draw/text';
import { t } from '../strings';
import { onWeightsKey } from '../weights/keys';
import { row } from '../weights/state';
import { WeightView } from '../weights/weightView';
import { FrameBar } from './frameBar';
import { frameSearch, frameSort, shownRows } from './frameRows';
import { FrameTable } from './frameTable';
import { OperationList } from './operationList';
import { session, stoppedAt } from './state';

/** Keeps the keyboard in the panel where what had it is gone: a narrow one shows the list or a tensor. */
function useFocus(panel: RefObject<HTMLElement | null>): void {
  const shown = useRef<string | undefined>(undefined);
  const name = row.value?.name;
  useLayoutEffect(() => {
    const [before, active] = [shown.current, document.activeElement];
    shown.current = name;
    const isLost = active === document.body || active?.getClientRects().length === 0;
    if (before === name || !document.hasFocus() || !isLost) return;
    const names = panel.current?.querySelectorAll<HTMLElement>('.frame-table button.name') ?? [];
    const opened = [...names].find(({ textContent }) => textContent === before);
    const back = panel.current?.querySelector<HTMLElement>('.tensor-detail button');
    (name === undefined ? opened : back)?.focus();
  }, [name]);
}

export function FrameView() {
  const panel = useRef<HTMLDivElement>(null);
  useFocus(panel);
  const now = session.value;
  if (!now) return null;
  const { state, frame, problem } = now;
  const words = t.session;
  const shown = frame && shownRows(frame.tensors, frameSearch.value, frameSort.value);
  const last = now.operations.at(-1);
  const why = state === 'stopped' && last ? stoppedAt(last) : undefined;
  const isOpen = row.value !== undefined;
  return (
    <div ref={panel} class={isOpen ? 'session with-tensor' : 'session'} onKeyDown={onWeightsKey}>
      <section class="frame" aria-label={words.table}>
        <p class="session-place" role="status">
          <span class={`session-state ${state}`}>{words.states[state]}</span>
          {why && (
            <span class="figure">
              <span class="codicon codicon-debug-breakpoint-conditional" aria-hidden="true" /> {why}
            </span>
          )}
          {frame && <span>{words.at(frame.function, frame.line)}</span>}
          {frame && <span class="quiet">{words.tensors(integer(frame.tensors.length))}</span>}
          {frame && <span class="quiet">{words.took(number(frame.milliseconds))}</span>}
        </p>
        {problem && (
          <p class="error-text" role="alert">
            {problem}
          </p>
        )}
        {frame && <FrameBar />}
        {shown && shown.length > 0 ? (
          <FrameTable tensors={shown} />
        ) : (
          <p class="quiet center">
            {frame && frame.tensors.length > 0
              ? words.noneFound
              : frame
                ? words.noTensors
                : state === 'running'
                  ? words.waiting
                  : words.never}
          </p>
        )}
      </section>
      {isOpen && <WeightView />}
      <OperationList />
    </div>
  );
}
