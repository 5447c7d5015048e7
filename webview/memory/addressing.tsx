/** How a head came to its weighting at the step, stage by stage; and what other parameters would have addressed. */
import { signal, useSignal } from '@preact/signals';
import { number, share } from '../../src/core/draw/text';
import { type Addressed, address, cosines, scoresOf } from '../../src/core/trace/whatIf';
import type { AccessBlock, StageName } from '../../src/core/trace/trace';
import { trace } from '../state';
import { place, step } from '../steps/state';
import { t } from '../strings';
import { rowOf, slotAt } from './crop';
import { chooseHead, head, memoryHeads, seriesNamed, slot } from './state';
import { crop, shownSlot } from './stripLayout';
import { rowAt, valueAt } from './values';

/** What a person turned; what is not there is as the head had it. */
interface Turned {
  readonly beta?: number;
  readonly gate?: number;
  /** Slots that the weighting moves on average, -1 … 1. */
  readonly move?: number;
  readonly gamma?: number;
}
const turned = signal<Turned>({});
trace.subscribe(() => (turned.value = {}));

const order: readonly StageName[] = [
  'content',
  'allocation',
  'backward',
  'forward',
  'gated',
  'shifted',
  'sharpened',
];
/** Scalars that belong to a stage; all others stand below. */
const scalarsOf: Readonly<Partial<Record<StageName, readonly string[]>>> = {
  content: ['beta'],
  allocation: ['allocation_gate'],
  gated: ['gate'],
  sharpened: ['gamma'],
};

export function Addressing() {
  return head.value ? <Stages of={head.value} /> : null;
}

export function HeadSwitch() {
  const of = head.value;
  const heads = memoryHeads.value;
  if (!of || heads.length < 2) return null;
  return (
    <div class="switch" role="tablist" aria-label={t.memory.head}>
      {heads.map((one) => (
        <button
          key={one.id}
          role="tab"
          aria-selected={one.id === of.id}
          onClick={() => {
            turned.value = {};
            chooseHead(one.id);
          }}
        >
          {headTitle(one)}
        </button>
      ))}
    </div>
  );
}

/** `write` where one head writes, `read 1` where several read. */
export function headTitle({ id, act }: AccessBlock): string {
  const same = memoryHeads.value.filter((one) => one.act === act);
  const which = same.length > 1 ? ` ${same.findIndex((one) => one.id === id)}` : '';
  return `${t.memory.actsShort[act]}${which}`;
}

/** Whether the debugger stands on the line of this stage. */
const isAt = ({ id }: AccessBlock, stage: StageName): boolean =>
  place.value?.block === id && place.value.stage === stage && !place.value.isOwn;

const scalarAt = (of: AccessBlock, name: string, at: number): number | undefined =>
  valueAt(of.scalars.get(name), at)?.[0];

function Stages({ of }: { readonly of: AccessBlock }) {
  const at = step.value;
  const stages = order.filter((name) => of.stages.has(name));
  const shown: readonly StageName[] = stages.length > 0 ? stages : ['sharpened'];
  const whatIf = isTurnable(of) ? wouldBe(of, at) : undefined;
  const others = [...of.scalars.keys()].filter(
    (name) => !Object.values(scalarsOf).some((names) => names?.includes(name)),
  );
  if (!stages.includes('gated') && of.scalars.has('gate')) others.unshift('gate');
  const words = t.memory;
  return (
    <>
      {shown.map((name) => {
        const matrix = of.stages.get(name) ?? of.weighting;
        const key = name === 'sharpened' ? of.id : `${of.id} ${name}`;
        const weights = rowAt(key, matrix, at);
        const would = whatIf?.[name as keyof Addressed];
        return (
          <div key={name} class={`stage ${isAt(of, name) ? 'current' : ''}`}>
            <span class="stage-name">{words.stages[name]}</span>
            <Bars weights={weights} would={would} label={words.stages[name]} />
            <StageFigures of={of} stage={name} at={at} />
          </div>
        );
      })}
      {others.length > 0 && (
        <p class="figure stage-others">
          {others.map((name) => {
            const value = scalarAt(of, name, at);
            return (
              <span key={name}>
                {words.scalars[name] ?? name} {value === undefined ? '…' : number(value)}
              </span>
            );
          })}
        </p>
      )}
      <WhatIfLine whatIf={whatIf} weights={rowAt(of.id, of.weighting, at)} />
    </>
  );
}

/** Whether the head has all that another addressing is computed from. */
function isTurnable({ stages, scalars, vectors }: AccessBlock): boolean {
  const isWhole = ['content', 'gated', 'shifted'].every((name) => stages.has(name as StageName));
  return (
    isWhole && ['beta', 'gate', 'gamma'].every((name) => scalars.has(name)) && vectors.has('shift')
  );
}

/** Undefined while nothing is turned, and until what it needs has come. */
function wouldBe(of: AccessBlock, at: number): Addressed | undefined {
  const { beta, gate, move, gamma } = turned.value;
  if ([beta, gate, move, gamma].every((value) => value === undefined)) return undefined;
  const own = (name: string): number => scalarAt(of, name, at) ?? Number.NaN;
  const shift = valueAt(of.vectors.get('shift'), at);
  const scores = scoresAt(of, at);
  const slots = of.columns.length;
  const previous = at === 0 ? new Float32Array(slots) : rowAt(of.id, of.weighting, at - 1);
  if (!shift || !scores || !previous || shift.length !== 3) return undefined;
  return address(scores, previous, {
    beta: beta ?? own('beta'),
    gate: gate ?? own('gate'),
    gamma: gamma ?? own('gamma'),
    shift:
      move === undefined
        ? [shift[0]!, shift[1]!, shift[2]!]
        : [Math.max(0, move), 1 - Math.abs(move), Math.max(0, -move)],
  });
}

/** How well the key fits each slot: from the memory that the head saw, or back from its content weighting. */
function scoresAt(of: AccessBlock, at: number): Float32Array | undefined {
  const heads = memoryHeads.value;
  const before = heads.filter(({ head: index = 0 }) => index < (of.head ?? 0));
  const key = valueAt(of.vectors.get('key'), at);
  const memory = valueAt(seriesNamed('memory.M'), at);
  // A head after a writing one saw a memory between two steps.
  if (key && memory && !before.some(({ act }) => act === 'write')) return cosines(key, memory);
  const content = of.stages.get('content');
  const weights = content && rowAt(`${of.id} content`, content, at);
  return weights && scoresOf(weights, scalarAt(of, 'beta', at) ?? 0);
}

/** The numbers of a stage, each with a slider where another value can be tried. */
function StageFigures({
  of,
  stage,
  at,
}: {
  readonly of: AccessBlock;
  readonly stage: StageName;
  readonly at: number;
}) {
  const can = isTurnable(of);
  if (stage === 'shifted') {
    const shift = valueAt(of.vectors.get('shift'), at);
    const [up = 0, stay = 0, down = 0] = shift ?? [];
    return (
      <span class="stage-figures">
        <span class="figure" title={t.memory.shiftTitle}>
          {shift ? `−1 ${share(down)} · 0 ${share(stay)} · +1 ${share(up)}` : '…'}
        </span>
        {can && <Slider name="move" own={up - down} least={-1} most={1} />}
      </span>
    );
  }
  const names = scalarsOf[stage]?.filter((name) => of.scalars.has(name)) ?? [];
  return (
    <span class="stage-figures">
      {names.map((name) => {
        const value = scalarAt(of, name, at);
        const isUnit = name === 'gate' || name === 'allocation_gate';
        const least = name === 'gamma' ? 1 : 0;
        const most = isUnit ? 1 : Math.max(20, Math.ceil((2 * (value ?? 10)) / 10) * 10);
        return (
          <span key={name}>
            <span class="figure" title={t.memory.scalarTitles[name] ?? name}>
              {t.memory.scalars[name] ?? name} {value === undefined ? '…' : number(value)}
            </span>
            {can && value !== undefined && (
              <Slider
                name={name as 'beta' | 'gate' | 'gamma'}
                own={value}
                least={least}
                most={most}
              />
            )}
          </span>
        );
      })}
    </span>
  );
}

interface SliderProps {
  readonly name: keyof Turned;
  readonly own: number;
  readonly least: number;
  readonly most: number;
}

function Slider({ name, own, least, most }: SliderProps) {
  const value = turned.value[name];
  const shown = value ?? own;
  return (
    <input
      class={`turn ${value === undefined ? '' : 'turned'}`}
      type="range"
      min={least}
      max={most}
      step={(most - least) / 200}
      value={shown}
      aria-label={t.memory.whatIfOf(t.memory.scalars[name] ?? name)}
      aria-valuetext={number(shown)}
      title={value === undefined ? t.memory.drag : number(value)}
      onInput={(event) => {
        turned.value = { ...turned.value, [name]: event.currentTarget.valueAsNumber };
      }}
      onDblClick={() => {
        const { [name]: _, ...rest } = turned.value;
        turned.value = rest;
      }}
    />
  );
}

const peakOf = (weights: Float32Array): number =>
  weights.reduce((best, weight, at) => (weight > weights[best]! ? at : best), 0);

function WhatIfLine(props: {
  readonly whatIf: Addressed | undefined;
  readonly weights: Float32Array | undefined;
}) {
  const { whatIf, weights } = props;
  const isTurned = Object.keys(turned.value).length > 0;
  const words = t.memory;
  if (!isTurned || !weights) {
    return weights ? (
      <p class="quiet what-if">
        {weights[peakOf(weights)] === 0
          ? words.addressesNothing
          : words.addresses(String(peakOf(weights)), number(weights[peakOf(weights)]!))}
      </p>
    ) : null;
  }
  const peak = whatIf ? peakOf(whatIf.sharpened) : undefined;
  const own = peakOf(weights);
  const weight = whatIf && peak !== undefined ? number(whatIf.sharpened[peak]!) : '';
  const said =
    peak === undefined
      ? words.cannotTurn
      : peak === own
        ? words.wouldStay(String(peak), weight)
        : words.wouldAddress(String(peak), weight, String(own));
  return (
    <p class="what-if" role="status">
      {said}{' '}
      <button class="link" onClick={() => (turned.value = {})}>
        {words.reset}
      </button>
    </p>
  );
}

interface BarsProps {
  readonly weights: Float32Array | undefined;
  /** What it would be, drawn as a line over the bars. */
  readonly would: Float32Array | undefined;
  readonly label: string;
}

/** Weights of the slots on screen as bars, 0 … 1. */
function Bars({ weights, would, label }: BarsProps) {
  const of = crop.value;
  const pointed = useSignal<number | undefined>(undefined);
  if (!weights || weights.length !== of.slots) return <span class="stage-bars" aria-busy="true" />;
  const bar = (row: number): number => {
    const weight = weights[slotAt(of, row)]!;
    return Math.max(weight > 0.001 ? 0.03 : 0, Math.min(1, weight));
  };
  const rows = Array.from({ length: of.count }, (_, row) => row);
  const path = rows.map((row) => (bar(row) > 0 ? `M${row} 1V${1 - bar(row)}h1V1z` : '')).join('');
  const line = would
    ? `M0 1${rows.map((row) => `V${1 - Math.min(1, would[slotAt(of, row)]!)}h1`).join('')}V1`
    : undefined;
  const chosen = shownSlot.value === undefined ? undefined : rowOf(of, shownSlot.value);
  const peak = peakOf(weights);
  const said = (place: number): string => t.memory.weightOf(String(place), number(weights[place]!));
  return (
    <svg
      class="stage-bars"
      viewBox={`0 0 ${of.count} 1`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${label}: ${said(peak)}`}
      onPointerMove={(event) => {
        const { left, width } = event.currentTarget.getBoundingClientRect();
        const row = Math.floor(((event.clientX - left) / width) * of.count);
        pointed.value = row >= 0 && row < of.count ? slotAt(of, row) : undefined;
      }}
      onPointerLeave={() => (pointed.value = undefined)}
      onClick={() => {
        if (pointed.value !== undefined) slot.value = pointed.value;
      }}
    >
      <title>{said(pointed.value ?? peak)}</title>
      {chosen !== undefined && <rect class="chosen" x={chosen} y={0} width={1} height={1} />}
      <path class="weights" d={path} />
      {line !== undefined && <path class="would" d={line} vector-effect="non-scaling-stroke" />}
    </svg>
  );
}
