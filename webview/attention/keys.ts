/** The keyboard of the attention view. */
import { scaleNames } from '../../src/core/draw/scale';
import type { AccessBlock } from '../../src/core/trace/trace';
import {
  block,
  heads,
  help,
  options,
  report,
  runError,
  selectHead,
  selection,
  setOption,
  trace,
  travel,
  up,
} from '../state';
import { host } from '../host';
import { t } from '../strings';
import { moveCursor, zoomBy } from './heatMap';
import { orderedBlocks, shownColumns } from './overview';
import { lineOf } from './overviewLayout';

const far = 10;
const page = 50;
const zoomStep = 1.5;

export function onKey(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  if (target.matches('input, textarea, select') || event.ctrlKey || event.metaKey) return;
  if (!trace.value) return;
  const action = event.altKey ? alternate(event.key) : plainKey(event, target);
  if (!action) return;
  event.preventDefault();
  action();
}

function alternate(key: string): (() => void) | undefined {
  if (key === 'ArrowLeft') return () => travel('back');
  if (key === 'ArrowRight') return () => travel('forward');
  return undefined;
}

function plainKey(event: KeyboardEvent, target: HTMLElement): (() => void) | undefined {
  const { key } = event;
  const head = block.value;
  const inOverview = target.dataset['keys'] === 'overview' || !head;
  const steps = arrows[key];
  if (key === '?') return () => (help.value = !help.value);
  if (key === 'Escape') return help.value ? () => (help.value = false) : up;
  if (key === '[' || key === ']') return () => changeLayer(key === ']' ? 1 : -1);
  if (key === '{' || key === '}') return () => changeHead(key === '}' ? 1 : -1);
  if (key === 's') return nextScale;
  if (inOverview) return overviewKey(event, target);
  if (key === 't') {
    return () => setOption('display', options.value.display === 'table' ? 'map' : 'table');
  }
  if (key === 'g') return () => void goToHead(head);
  if (key === '+' || key === '=') return () => zoomBy(head, zoomStep);
  if (key === '-') return () => zoomBy(head, 1 / zoomStep);
  if (key === '0') return () => zoomBy(head, 0);
  // Buttons and lists keep their own arrows; the cursor has those of the pictures.
  if (target.matches('button, [role=table]')) return undefined;
  if (steps) return () => moveBy(head, steps[0] * speed(event), steps[1] * speed(event));
  const { query = 0, key: column } = selection.value;
  if (key === 'Home') return () => moveCursor(head, query, 0);
  if (key === 'End') return () => moveCursor(head, query, head.columns.length - 1);
  if (key === 'PageUp') return () => moveBy(head, -page, 0);
  if (key === 'PageDown') return () => moveBy(head, page, 0);
  if (key === 'Enter' && column === undefined) return () => moveCursor(head, query, 0);
  return undefined;
}

const arrows: Readonly<Record<string, readonly [down: number, right: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

function speed(event: KeyboardEvent): number {
  return event.shiftKey ? far : 1;
}

function moveBy(head: AccessBlock, down: number, right: number): void {
  const { query, key } = selection.value;
  const inside = (at: number, length: number): number => Math.max(0, Math.min(length - 1, at));
  // The first arrow puts the cursor on the first cell.
  if (query === undefined) moveCursor(head, 0, 0);
  else {
    moveCursor(
      head,
      inside(query + down, head.rows.length),
      inside((key ?? 0) + right, head.columns.length),
    );
  }
}

/** Arrows walk over the tiles as they lie; Enter goes into the head's picture. */
function overviewKey(event: KeyboardEvent, target: HTMLElement): (() => void) | undefined {
  if (event.key === 'Enter') return () => document.querySelector<HTMLElement>('.map')?.focus();
  const steps = arrows[event.key];
  if (!steps || target.matches('button')) return undefined;
  const blocks = orderedBlocks();
  const columns = shownColumns.value;
  const now = blocks.findIndex(({ id }) => id === selection.value.block);
  const next = now < 0 ? 0 : now + (steps[0] * columns + steps[1]) * (event.shiftKey ? far : 1);
  const found = blocks[Math.max(0, Math.min(blocks.length - 1, next))];
  return found && (() => selectHead(found));
}

function changeLayer(by: number): void {
  const blocks = heads.value;
  const lines = [...new Set(blocks.map(lineOf))];
  const now = block.value;
  const line = lines[now ? lines.indexOf(lineOf(now)) + by : 0];
  const inLine = blocks.filter((other) => lineOf(other) === line);
  const next = inLine.find(({ head }) => head === now?.head) ?? inLine[0];
  if (next) selectHead(next);
}

function changeHead(by: number): void {
  const blocks = orderedBlocks();
  const now = blocks.findIndex(({ id }) => id === selection.value.block);
  const next = blocks[now < 0 ? 0 : now + by];
  if (next) selectHead(next);
}

function nextScale(): void {
  const now = scaleNames.indexOf(options.value.scale);
  setOption('scale', scaleNames[(now + 1) % scaleNames.length] ?? 'linear');
}

async function goToHead({ layer, head }: AccessBlock): Promise<void> {
  if (layer === undefined) return;
  try {
    const found = await host.call('goToCode', { head: { layer, head: head ?? 0 } });
    if (!found) runError.value = t.attention.noCode;
  } catch (error) {
    report(error);
  }
}
