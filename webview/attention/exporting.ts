/** What is on screen as a file: picture, drawing, numbers. */
import { headSvg, overviewSvg } from '../../src/core/draw/svg';
import { tileEdge } from '../../src/core/trace/trace';
import type { AccessBlock } from '../../src/core/trace/trace';
import { host } from '../host';
import { block, options, report, selection, trace, transform } from '../state';
import { t } from '../strings';
import { nameOf } from './describe';
import { headPaint, overviewPaint, thumbnails } from './heads';
import { axisWords } from './heatMap';
import { orderedBlocks, shownColumns } from './overview';
import { shortName } from './overviewPainter';

/** Weights in a CSV file at most, so that the file stays one that a spreadsheet opens. */
export const mostCells = 2 ** 20;

export async function savePng(): Promise<void> {
  const of = block.value ? 'canvas.map, .arcs canvas' : '.overview canvas';
  const url = document.querySelector<HTMLCanvasElement>(of)?.toDataURL('image/png');
  if (url) await save(`${fileName()}.png`, { base64: url.slice(url.indexOf(',') + 1) });
}

export async function saveSvg(): Promise<void> {
  const current = trace.value;
  if (!current) return;
  const head = block.value;
  try {
    const text = head
      ? await drawHead(current.model.sentence, head)
      : drawOverview(current.model.sentence);
    await save(`${fileName()}.svg`, { text });
  } catch (error) {
    report(error);
  }
}

/** Every weight of the head, a line per query; or those of the selected query only. */
export async function saveCsv(only: 'head' | 'query'): Promise<void> {
  const head = block.value;
  if (!head) return;
  const { rows, columns, weighting } = head;
  const wanted =
    only === 'query'
      ? [selection.value.query ?? 0]
      : Array.from({ length: rows.length }, (_, i) => i);
  const words = axisWords(head);
  const header = Array.from({ length: columns.length }, (_, i) => quote(columns.label(i)));
  const lines = [[quote(words.query), quote(t.attention.label), ...header].join()];
  try {
    for (const query of wanted) {
      lines.push([query, quote(rows.label(query)), ...(await weighting.row(query))].join());
    }
    await save(`${fileName()}.csv`, { text: `${lines.join('\r\n')}\r\n` });
  } catch (error) {
    report(error);
  }
}

export async function saveTrace(): Promise<void> {
  const current = trace.value;
  if (current) await host.call('saveTrace', { trace: current.id }).catch(report);
}

async function drawHead(model: string, head: AccessBlock): Promise<string> {
  const longest = Math.max(...head.weighting.shape);
  const level = Math.max(0, Math.ceil(Math.log2(longest / tileEdge)));
  const tile = await head.weighting.tile(level, 0, 0, transform.value);
  const words = axisWords(head);
  const labels = ({ length, label }: AccessBlock['rows']) =>
    Array.from({ length }, (_, i) => label(i));
  return headSvg({
    model,
    head: nameOf(head),
    tile,
    queries: labels(head.rows),
    keys: labels(head.columns),
    queryTitle: words.query,
    keyTitle: words.key,
    paint: headPaint.value,
    remarks: remarks(),
  });
}

function drawOverview(model: string): string {
  const columns = shownColumns.value;
  return overviewSvg({
    model,
    paint: overviewPaint.value,
    remarks: remarks(),
    heads: orderedBlocks().map((head, i) => {
      const tile = thumbnails.get(head.id);
      return {
        label: shortName(head),
        row: Math.floor(i / columns),
        column: i % columns,
        ...(tile && { tile }),
      };
    }),
  });
}

function remarks(): readonly string[] {
  const { perRow, hideFirst } = options.value;
  return [...(perRow ? [t.attention.perRow] : []), ...(hideFirst ? [t.attention.hideFirst] : [])];
}

function fileName(): string {
  const head = block.value;
  return head ? `attention-${head.id.replace(/[^\w.-]+/g, '-')}` : 'attention';
}

/** A field of a CSV file (RFC 4180). */
function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replace(/"/g, '""')}"` : field;
}

async function save(name: string, content: { text: string } | { base64: string }): Promise<void> {
  await host.call('saveFile', { name, ...content }).catch(report);
}
