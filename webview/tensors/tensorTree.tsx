/** The tree of modules: a virtual list with the keyboard of a WAI-ARIA tree. */
import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { elementCount } from '../../src/core/checkpoint/dtype';
import { bytes, compact, integer } from '../../src/core/draw/text';
import type { TensorRow } from '../../src/protocol/engine';
import { t } from '../strings';
import { VirtualList } from '../virtual';
import { openTensor, tensor } from '../weights/state';
import { fold, type Node } from '../../src/core/summary/fold';
import { goToTensor } from './goToTensor';
import { everything, type Line, linesOf, openAtFirst, pathTo } from './lines';
import { shapeText } from './shapeText';

export const rowHeight = 22;
/** Milliseconds between two letters of one search by typing. */
const typing = 600;

export function TensorTree({
  tensors,
  searching,
}: {
  tensors: readonly TensorRow[];
  searching: boolean;
}) {
  const roots = useMemo(() => fold(tensors), [tensors]);
  // What a search finds is shown at once; folding by hand starts from there.
  const start = useMemo(
    () => (searching && tensors.length < 2000 ? everything(roots) : openAtFirst(roots)),
    [roots, searching],
  );
  const changed = useSignal<{
    readonly of: ReadonlySet<string>;
    readonly open: ReadonlySet<string>;
  }>({
    of: start,
    open: start,
  });
  const open = changed.value.of === start ? changed.value.open : start;
  const lines = useMemo(() => linesOf(roots, open), [roots, open]);
  const current = useSignal('');
  // The selected tensor is on screen, wherever it was chosen.
  useEffect(() => {
    const name = tensor.value;
    const path = name === undefined ? undefined : pathTo(roots, name);
    if (!path) return;
    current.value = path.at(-1) ?? '';
    changed.value = { of: start, open: new Set([...open, ...path.slice(0, -1)]) };
  }, [tensor.value, roots, start]);
  const typed = useRef({ text: '', at: 0 });
  const index = useMemo(() => {
    const path = current.value;
    return path === ''
      ? 0
      : Math.max(
          0,
          lines.findIndex(({ node }) => node.path === path),
        );
  }, [lines, current.value]);

  const toggle = ({ path }: Node, to: boolean): void => {
    const next = new Set(open);
    if (to) next.add(path);
    else next.delete(path);
    changed.value = { of: start, open: next };
  };
  const go = (to: number): void => {
    current.value = lines[Math.max(0, Math.min(lines.length - 1, to))]?.node.path ?? '';
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const line = lines[index];
    if (!line || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = treeKey(event.key, line, index, open.has(line.node.path));
    if (act) {
      event.preventDefault();
      act();
    } else if (event.key.length === 1 && event.key !== ' ') {
      const now = Date.now();
      const text =
        (now - typed.current.at < typing ? typed.current.text : '') + event.key.toLowerCase();
      typed.current = { text, at: now };
      const from = text.length > 1 ? index : index + 1;
      const order = [...lines.slice(from), ...lines.slice(0, from)];
      const hit = order.find(({ node }) => node.label.toLowerCase().startsWith(text));
      if (hit) current.value = hit.node.path;
    }
  };
  const treeKey = (
    key: string,
    line: Line,
    at: number,
    isOpen: boolean,
  ): (() => void) | undefined => {
    const parent = line.node.isParent;
    switch (key) {
      case 'ArrowDown':
        return () => go(at + 1);
      case 'ArrowUp':
        return () => go(at - 1);
      case 'Home':
        return () => go(0);
      case 'End':
        return () => go(lines.length - 1);
      case 'PageDown':
        return () => go(at + 20);
      case 'PageUp':
        return () => go(at - 20);
      case 'ArrowRight':
        return parent ? () => (isOpen ? go(at + 1) : toggle(line.node, true)) : () => undefined;
      case 'ArrowLeft':
        return parent && isOpen
          ? () => toggle(line.node, false)
          : () => line.parent >= 0 && go(line.parent);
      case 'Enter':
        return parent
          ? () => toggle(line.node, !isOpen)
          : () => line.node.tensor && openTensor(line.node.tensor.name);
      default:
        return undefined;
    }
  };
  return (
    <VirtualList
      count={lines.length}
      rowHeight={rowHeight}
      reveal={current.value === '' ? undefined : index}
      attributes={{
        role: 'tree',
        tabIndex: 0,
        class: 'tree',
        'aria-label': t.tensors.treeLabel,
        'aria-activedescendant': `tensor-${index}`,
        onKeyDown,
      }}
      row={(at, style) => {
        const line = lines[at];
        if (!line) return null;
        const { node, level, place, siblings } = line;
        const parent = node.isParent;
        return (
          <div
            key={node.path}
            id={`tensor-${at}`}
            role="treeitem"
            class={at === index ? 'row current' : 'row'}
            style={style}
            aria-level={level}
            aria-posinset={place}
            aria-setsize={siblings}
            aria-selected={at === index}
            aria-expanded={parent ? open.has(node.path) : undefined}
            onClick={() => {
              current.value = node.path;
              if (parent) toggle(node, !open.has(node.path));
              else if (node.tensor) openTensor(node.tensor.name);
            }}
          >
            <TreeRow node={node} level={level} open={open.has(node.path)} />
          </div>
        );
      }}
    />
  );
}

function TreeRow({ node, level, open }: { node: Node; level: number; open: boolean }) {
  const { tensor: own, isParent: parent, repeat } = node;
  const each = repeat === undefined ? undefined : node.children[0];
  return (
    <>
      <span
        class="name"
        style={{ paddingLeft: `${(level - 1) * 12 + 4}px` }}
        title={own?.name ?? node.path}
      >
        <span
          class={parent ? `codicon codicon-chevron-${open ? 'down' : 'right'}` : 'twistie'}
          aria-hidden="true"
        />
        <span class="label">{node.label}</span>
        {repeat !== undefined && <span class="repeat"> ×{repeat}</span>}
        {own?.sharedWith !== undefined && (
          <span class="tied"> {t.tensors.tied(own.sharedWith)}</span>
        )}
      </span>
      <span class="shape">
        {own
          ? shapeText(own.shape)
          : each
            ? t.tensors.each(compact(each.parameters))
            : t.tensors.count(integer(node.tensors))}
      </span>
      <span class="dtype">{own?.dtype}</span>
      <span class="parameters">{compact(own ? elementCount(own.shape) : node.parameters)}</span>
      <span class="bytes">{bytes(own?.bytes ?? node.bytes)}</span>
      <span class="action">{own && <GoToCode name={own.name} />}</span>
    </>
  );
}

export function GoToCode({ name }: { name: string }) {
  return (
    <button
      class="codicon codicon-go-to-file"
      tabIndex={-1}
      title={t.tensors.goToCode}
      aria-label={t.tensors.goToCode}
      onClick={(event) => {
        event.stopPropagation();
        void goToTensor(name);
      }}
    />
  );
}
