/** What each strip is, beside it, in the room that it has. */
import { useEffect, useRef } from 'preact/hooks';
import { cssColor } from '../../src/core/draw/colormap';
import { position } from '../../src/core/draw/scale';
import { tick } from '../../src/core/draw/text';
import { t } from '../strings';
import { slotAt } from './crop';
import { chooseHead, head, memoryHeads } from './state';
import { allSlots, pointed } from './state';
import { crop, cropped, paintOf, type Placed, placed } from './stripLayout';
import type { Strip } from './stripList';
import { modeColors } from './stripPainter';

/** Colours of a ramp. */
const bands = 48;
/** Pixels of one line of a label. */
const line = 16;

export function StripLabels() {
  const last = placed.value.at(-1);
  const end = last ? last.top + last.height : 0;
  return (
    <div class="strip-labels">
      {placed.value.map((one) => (
        <Label key={one.strip.id} one={one} />
      ))}
      <div class="strip-label quiet" style={{ top: `${end + 4}px`, height: '16px' }}>
        {t.memory.events}
      </div>
      <div class="strip-label quiet" style={{ top: `${end + 22}px`, height: '16px' }}>
        {t.memory.step}
      </div>
    </div>
  );
}

function Label({ one: { strip, top, height, rows } }: { readonly one: Placed }) {
  const isPointed = pointed.value?.strip === strip.id;
  const isHead = strip.role === 'weighting' && strip.block !== undefined;
  const more = isHead && memoryHeads.value.length > 1 && strip.block!.id === head.value?.id;
  return (
    <div
      class={`strip-label ${isPointed ? 'pointed' : ''} ${more ? 'chosen' : ''}`}
      style={{ top: `${top}px`, height: `${height}px` }}
      title={`${titleOf(strip)} · ${strip.name}`}
    >
      {isHead ? (
        <button class="link strip-title" onClick={() => chooseHead(strip.block!.id)}>
          {titleOf(strip)}
        </button>
      ) : (
        <span class="strip-title">{titleOf(strip)}</span>
      )}
      {height >= 2 * line && (strip.role === 'modes' ? <ModesLegend /> : <Ramp strip={strip} />)}
      {height >= 3 * line && <span class="quiet figure">{rangeOf(strip, rows)}</span>}
      {isHead && height >= 4 * line && <SlotsSwitch />}
    </div>
  );
}

/** Which colours mean which way of reading. */
function ModesLegend() {
  return (
    <span class="ramp quiet" title={t.memory.modes.join(', ')}>
      {t.memory.modes.map((mode, i) => (
        <span key={mode}>
          <i style={{ background: modeColors[i] }} />
          {mode}
        </span>
      ))}
    </span>
  );
}

/** Which colours mean which values. */
function Ramp({ strip }: { readonly strip: Strip }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { map, scale, domain } = paintOf(strip);
  const { low, high } = domain;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    for (let x = 0; context && x < bands; x++) {
      const value = low + (x / (bands - 1)) * (high - low);
      context.fillStyle = cssColor(map, position(value, domain, scale));
      context.fillRect(x, 0, 1, 1);
    }
  }, [map, scale, low, high]);
  return (
    <span class="ramp quiet figure">
      {low === -high ? '' : tick(low)}
      <canvas ref={canvas} width={bands} height={1} aria-hidden="true" />
      {low === -high ? `±${tick(high)}` : tick(high)}
    </span>
  );
}

/** How many slots are left out, and the click that shows them. */
export function SlotsSwitch() {
  if (!cropped.value) return null;
  const { slots } = cropped.value;
  return (
    <button
      class="link"
      title={t.memory.cropTitle}
      onClick={() => (allSlots.value = !allSlots.value)}
    >
      {allSlots.value ? t.memory.showTouched : t.memory.showAll(String(slots))}
    </button>
  );
}

/** `write weighting`, with the number of the head where several do the same. */
export function titleOf({ role, name, block }: Strip): string {
  const words = t.memory.roles;
  if (role === 'gate') return gateTitle(name);
  if (role === 'other') return t.memory.series[name] ?? name;
  if (!block) return words[role];
  const same = memoryHeads.value.filter(({ act }) => act === block.act);
  const which = same.length > 1 ? ` ${same.findIndex(({ id }) => id === block.id)}` : '';
  if (role === 'weighting') return `${t.memory.acts[block.act]}${which}`;
  return `${words[role]}${which}`;
}

/** `i` of `state.0.fwd.i`, with layer and direction where there are several. */
function gateTitle(name: string): string {
  const [, layer = '0', direction = 'fwd', gate = ''] = name.split('.');
  const title = t.memory.gates[gate] ?? gate;
  return `${layer}${direction === 'bwd' ? '←' : ''} ${gate} · ${title}`;
}

function rangeOf(strip: Strip, rows: number): string {
  if (strip.isSlots) {
    const of = crop.value;
    return t.memory.slots(String(slotAt(of, 0)), String(slotAt(of, rows - 1)));
  }
  return '';
}
