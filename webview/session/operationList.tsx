/** Everything that was recorded, newest at the end; choosing one shows its line. */
import { integer } from '../../src/core/draw/text';
import type { Operation } from '../../src/core/trace/live';
import { saveTrace } from '../attention/exporting';
import { trace } from '../state';
import { t } from '../strings';
import { VirtualList } from '../virtual';
import { addMemoryEvent, choose, continueToNext, current, session, step, stoppedAt } from './state';

const rowHeight = 22;
const page = 10;
/** By how many operations a key goes on. */
const keys: Readonly<Record<string, number>> = {
  ArrowUp: -1,
  ArrowDown: 1,
  ',': -1,
  '.': 1,
  PageUp: -page,
  PageDown: page,
  Home: -Infinity,
  End: Infinity,
};

export function OperationList() {
  const { operations = [], dropped = 0, state } = session.value ?? {};
  const words = t.session;
  const at = operations.findIndex((one) => one === current.value);
  const move = (event: KeyboardEvent): void => {
    const by = keys[event.key];
    if (by === undefined) return;
    event.preventDefault();
    step(by);
  };
  return (
    <section class="operations" aria-label={words.operations}>
      <header>
        <h2>{words.operations}</h2>
        <span class="quiet" role="status">
          {words.count(integer(operations.length))}
          {dropped > 0 && ` · ${words.dropped(integer(dropped))}`}
        </span>
        <span class="buttons">
          <button
            class="codicon codicon-debug-breakpoint-conditional"
            title={words.addEvent}
            aria-label={words.addEvent}
            onClick={addMemoryEvent}
          />
          <button
            class="codicon codicon-debug-continue-small"
            title={words.toNext}
            aria-label={words.toNext}
            disabled={state !== 'stopped'}
            onClick={continueToNext}
          />
          <button
            class="codicon codicon-arrow-up"
            title={`${words.previous} (,)`}
            aria-label={words.previous}
            disabled={at <= 0}
            onClick={() => step(-1)}
          />
          <button
            class="codicon codicon-arrow-down"
            title={`${words.next} (.)`}
            aria-label={words.next}
            disabled={at >= operations.length - 1}
            onClick={() => step(1)}
          />
          <button
            class="codicon codicon-save"
            title={words.save}
            aria-label={words.save}
            disabled={!trace.value}
            onClick={() => void saveTrace()}
          />
        </span>
      </header>
      {operations.length === 0 ? (
        <p class="quiet center">{words.noOperations}</p>
      ) : (
        <VirtualList
          count={operations.length}
          rowHeight={rowHeight}
          reveal={at}
          attributes={{
            role: 'listbox',
            tabIndex: 0,
            'aria-label': words.operations,
            'aria-activedescendant': `operation-${at}`,
            onKeyDown: move,
          }}
          row={(index, style) => {
            const operation = operations[index];
            return operation && <Row key={operation.id} {...{ operation, index, style }} />;
          }}
        />
      )}
    </section>
  );
}

interface RowProps {
  readonly operation: Operation;
  readonly index: number;
  readonly style: preact.CSSProperties;
}

function Row({ operation, index, style }: RowProps) {
  const { id, what, name, file, line, stopped, note } = operation;
  const words = t.session;
  return (
    <div
      id={`operation-${index}`}
      class="operation"
      role="option"
      aria-selected={operation === current.value}
      style={style}
      onClick={() => choose(operation)}
    >
      <span class="figure quiet">{id}</span>
      <span class={`kind ${what}`}>{words.kinds[what]}</span>
      <span class="name">{name}</span>
      <span class="quiet" title={file}>
        {file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1)}:{line}
      </span>
      {stopped === undefined ? (
        <span class="quiet">{note}</span>
      ) : (
        <span class="stopped-here" title={stoppedAt(operation)}>
          {words.stopped}
        </span>
      )}
    </div>
  );
}
