/** The only bar: model, views, input, export. */
import { saveCsv, savePng, saveSvg, saveTrace, mostCells } from './attention/exporting';
import { InputBox } from './inputBox';
import { ArraysBar } from './inputs/arraysBar';
import { Popover } from './popover';
import { block, selection, summary, trace, view } from './state';
import { t } from './strings';
import { viewsOf } from './views';

export function TopBar() {
  const checkpoint = summary.value;
  if (!checkpoint) return null;
  return (
    <header class="top-bar">
      <span class="model-name" title={`${checkpoint.name} · ${checkpoint.format}`}>
        {checkpoint.name}
      </span>
      <div class="switch" role="tablist" aria-label={t.views.label}>
        {viewsOf(checkpoint, trace.value).map(({ id, title }) => (
          <button
            key={id}
            role="tab"
            aria-selected={view.value === id}
            onClick={() => (view.value = id)}
          >
            {title}
          </button>
        ))}
      </div>
      {checkpoint.recognition.kind === 'runnable' && <InputBox />}
      {checkpoint.recognition.kind === 'arrays' && <ArraysBar of={checkpoint.recognition} />}
      {trace.value && view.value === 'attention' && <ExportMenu />}
    </header>
  );
}

function ExportMenu() {
  const head = block.value;
  const cells = head ? head.rows.length * head.columns.length : 0;
  const words = t.exporting;
  const items = [
    { label: words.png, go: savePng, enabled: true },
    { label: words.svg, go: saveSvg, enabled: true },
    {
      label: cells > mostCells ? words.csvTooLarge : words.csv,
      go: () => saveCsv('head'),
      enabled: head !== undefined && cells <= mostCells,
    },
    {
      label: words.csvQuery,
      go: () => saveCsv('query'),
      enabled: head !== undefined && selection.value.query !== undefined,
    },
    { label: words.trace, go: saveTrace, enabled: true },
  ];
  return (
    <Popover label={words.title} menu>
      {items.map(({ label, go, enabled }) => (
        <button key={label} role="menuitem" disabled={!enabled} onClick={() => void go()}>
          {label}
        </button>
      ))}
    </Popover>
  );
}
