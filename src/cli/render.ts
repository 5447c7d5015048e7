import { writeFile } from 'node:fs/promises';
import { headPage } from '../core/draw/page';
import { overviewPng } from '../core/draw/overviewPng';
import type { Paint } from '../core/draw/raster';
import { scaleNames, unit } from '../core/draw/scale';
import { headSvg, overviewSvg } from '../core/draw/svg';
import { tilePng } from '../core/draw/tilePng';
import { readTrace } from '../core/trace/readTrace';
import type { AccessBlock, Axis, Tile, Trace } from '../core/trace/trace';
import { openPath } from '../engine/files';
import { type Command, onlyWord, parseCommand, UsageError } from './command';
import { energyPicture } from './renderEnergy';
import { memoryPicture } from './renderMemory';

const views = new Set(['attention', 'memory', 'energy']);

/** `render`: a trace file as a picture. Without `--head`, all heads that match as an overview. */
export const renderCommand: Command = {
  usage:
    'render T.safetensors --view attention|memory|energy [--access encoder|decoder|cross] [--layer N] [--head N] [--scale linear|sqrt|log] --out F.svg|png|html',
  async run(argv) {
    const { options, words } = parseCommand(argv, {
      view: 'string',
      access: 'string',
      layer: 'string',
      head: 'string',
      scale: 'string',
      out: 'string',
    });
    const path = onlyWord(words, 'T.safetensors');
    const { out, view = 'attention' } = options;
    if (out === undefined) throw new UsageError('--out is missing');
    if (!views.has(view)) {
      throw new UsageError(`--view ${view} is not one of: ${[...views].join(' ')}`);
    }
    const layer = wholeNumber(options.layer, '--layer');
    const head = wholeNumber(options.head, '--head');
    const paint = paintOf(options.scale ?? 'linear');
    const { checkpoint, close } = await openPath(path);
    try {
      const trace = readTrace(path, checkpoint, (_, read) => read());
      if (view !== 'attention') {
        const pictureOf = view === 'energy' ? energyPicture : memoryPicture;
        await writeFile(out, await pictureOf(path, trace, out));
        return;
      }
      const blocks = trace.blocks.filter(
        (block) =>
          (options.access ?? accessOf(block)) === accessOf(block) &&
          (layer ?? block.layer) === block.layer &&
          (head ?? block.head) === block.head,
      );
      if (blocks.length === 0) throw new Error(`${path}: no such head; it has ${extent(trace)}`);
      await writeFile(out, await picture(trace, blocks, paint, out));
    } finally {
      await close();
    }
  },
};

async function picture(
  trace: Trace,
  blocks: readonly AccessBlock[],
  paint: Paint,
  out: string,
): Promise<string | Uint8Array> {
  const [first, ...more] = blocks;
  const tiles = await thumbnails(blocks);
  const model = trace.model.sentence;
  const tile = first && tiles.get(first.id);
  const lines = [...new Set(blocks.map(lineOf))];
  const several = new Set(blocks.map(accessOf)).size > 1;
  const placed = (block: AccessBlock) => ({
    label: several ? block.id : `${block.layer ?? 0}.${block.head ?? 0}`,
    row: several ? lines.indexOf(lineOf(block)) : (block.layer ?? 0),
    column: block.head ?? 0,
    ...(tiles.has(block.id) && { tile: tiles.get(block.id)! }),
  });
  const ending = /\.(svg|png|html)$/i.exec(out)?.[1]?.toLowerCase();
  switch (ending) {
    case 'svg':
      return first && tile && more.length === 0
        ? headSvg({ model, head: named(first), tile, paint, ...axes(first) })
        : overviewSvg({ model, heads: blocks.map(placed), paint });
    case 'png':
      // One head is at least 512 pixels along its longer edge.
      return tile && more.length === 0
        ? tilePng(tile, paint, Math.ceil(512 / Math.max(tile.rows, tile.columns)))
        : overviewPng(blocks.map(placed), paint);
    case 'html':
      return headPage({
        model,
        paint,
        heads: blocks.flatMap((block) => {
          const shown = tiles.get(block.id);
          return shown ? [{ label: named(block), tile: shown }] : [];
        }),
      });
    default:
      throw new UsageError(`--out ${out} ends in none of .svg .png .html`);
  }
}

/** One after another, so that no more than one head is in memory. */
async function thumbnails(blocks: readonly AccessBlock[]): Promise<Map<string, Tile>> {
  const tiles = new Map<string, Tile>();
  for (const { id, weighting } of blocks) tiles.set(id, await weighting.thumbnail());
  return tiles;
}

/** `self`, `encoder`, `decoder`, `cross` … */
const accessOf = ({ id }: AccessBlock): string => id.split('.')[0] ?? '';
/** The blocks that stand side by side in an overview. */
const lineOf = (block: AccessBlock): string => `${accessOf(block)}.${block.layer ?? 0}`;

function axes({ rows, columns }: AccessBlock) {
  return {
    queries: labels(rows),
    keys: labels(columns),
    queryTitle: 'query',
    keyTitle: 'key',
  };
}

function labels(axis: Axis): string[] {
  return Array.from({ length: axis.length }, (_, place) => axis.label(place));
}

function named(block: AccessBlock): string {
  const { layer = 0, head = 0 } = block;
  const access = accessOf(block);
  const kind = ['encoder', 'decoder', 'cross'].includes(access) ? `${access} ` : '';
  return `${kind}layer ${layer}, head ${head}`;
}

function extent({ blocks }: Trace): string {
  const layers = new Set(blocks.map(({ layer }) => layer)).size;
  return blocks.length === 0 ? 'no attention' : `${layers} layers, ${blocks.length} heads in all`;
}

function paintOf(name: string): Paint {
  const scale = scaleNames.find((known) => known === name);
  if (!scale) throw new UsageError(`--scale ${name} is not one of: ${scaleNames.join(' ')}`);
  return { map: 'viridis', scale, domain: unit };
}

function wholeNumber(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new UsageError(`${option} ${text} is not a whole number`);
  return Number(text);
}
