/** Paints the tiles of the overview that are on screen. Layout in CSS pixels, canvas in device pixels. */
import { cssColor } from '../../src/core/draw/colormap';
import type { Paint } from '../../src/core/draw/raster';
import { share as brief } from '../../src/core/draw/text';
import type { AccessBlock, BlockId, HeadStatistics, Tile } from '../../src/core/trace/trace';
import type { Sort } from '../state';
import { t } from '../strings';
import type { Theme } from '../theme';
import { gutter, header, type OverviewLayout, type Placed } from './overviewLayout';
import { nanHatch, smallPictureOf } from './painter';
import { roleOf } from './roles';

export interface OverviewScene {
  readonly layout: OverviewLayout;
  /** First line of the layout on screen. */
  readonly top: number;
  readonly ratio: number;
  readonly ready: ReadonlySet<BlockId>;
  readonly thumbnails: { get(id: BlockId): Tile | undefined };
  readonly statistics: { get(id: BlockId): HeadStatistics | undefined };
  readonly statistic: Sort;
  readonly selected: BlockId | undefined;
  readonly pointed: BlockId | undefined;
  readonly paint: Paint;
  readonly theme: Theme;
}

/** Returns the heads on screen, those first whose picture is missing. */
export function paintOverview(
  context: CanvasRenderingContext2D,
  scene: OverviewScene,
): readonly AccessBlock[] {
  const { layout, top, ratio, theme } = scene;
  const { width, height } = context.canvas;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, width, height);
  context.font = `${Math.round((theme.fontSize - 1) * ratio)}px ${theme.font}`;
  context.imageSmoothingEnabled = false;
  const visible = layout.tiles.filter(
    ({ y }) => y + layout.pitchY > top && y < top + height / ratio,
  );
  for (const tile of visible) paintTile(context, scene, tile);
  paintHeaders(context, scene);
  return visible.map(({ block }) => block);
}

function paintTile(context: CanvasRenderingContext2D, scene: OverviewScene, tile: Placed): void {
  const { layout, ratio, theme, paint, selected, pointed } = scene;
  const { block } = tile;
  const x = Math.round(tile.x * ratio);
  const y = Math.round((tile.y - scene.top) * ratio);
  const edge = Math.round(layout.edge * ratio);
  const line = Math.max(1, Math.round(ratio));
  const thumbnail = scene.ready.has(block.id) ? scene.thumbnails.get(block.id) : undefined;
  if (thumbnail) {
    context.fillStyle = nanHatch(context);
    context.fillRect(x, y, edge, edge);
    context.drawImage(smallPictureOf(thumbnail, paint, edge), x, y, edge, edge);
  } else {
    context.setLineDash([2 * line, 2 * line]);
    context.lineWidth = line;
    context.strokeStyle = theme.separator;
    context.strokeRect(x + line / 2, y + line / 2, edge - line, edge - line);
    context.setLineDash([]);
  }
  if (block.id === selected || block.id === pointed) {
    const wide = block.id === selected ? 2 * line : line;
    context.lineWidth = wide;
    context.strokeStyle = block.id === selected ? theme.cursor : theme.foreground;
    context.strokeRect(x - wide, y - wide, edge + 2 * wide, edge + 2 * wide);
  }
  const statistics = scene.statistics.get(block.id);
  if (statistics) paintStatistic(context, scene, tile, statistics, x, y + edge);
}

/** A bar for the chosen statistic (the role's own number when sorted by position), and a word under it. */
function paintStatistic(
  context: CanvasRenderingContext2D,
  scene: OverviewScene,
  { block }: Placed,
  statistics: HeadStatistics,
  x: number,
  y: number,
): void {
  const { layout, ratio, theme, statistic, paint } = scene;
  const role = roleOf(statistics, block);
  const value = statistic === 'position' ? role?.share : statistics[statistic];
  const share = statistic === 'entropy' ? (value ?? 0) / Math.log(block.columns.length) : value;
  const edge = Math.round(layout.edge * ratio);
  const thick = Math.round(3 * ratio);
  const gap = Math.round(3 * ratio);
  context.fillStyle = theme.separator;
  context.fillRect(
    x,
    y + gap + thick - Math.max(1, Math.round(ratio)),
    edge,
    Math.max(1, Math.round(ratio)),
  );
  if (share !== undefined && share > 0) {
    context.fillStyle = theme.highContrast ? theme.foreground : cssColor(paint.map, 0.55);
    context.fillRect(x, y + gap, Math.round(edge * Math.min(1, share)), thick);
  }
  if (layout.edge < 40) return;
  context.textAlign = 'left';
  context.textBaseline = 'top';
  context.fillStyle = theme.muted;
  const below = y + gap + thick + Math.round(2 * ratio);
  const place = statistic === 'position' ? '' : `${shortName(block)} `;
  const figure = value === undefined || Number.isNaN(value) ? '' : brief(value);
  const words =
    statistic === 'position'
      ? role && [`${t.roles[role.role]} ${figure}`, `${t.rolesShort[role.role]} ${figure}`, figure]
      : [`${place}${figure}`, figure];
  const fitting = words?.find((word) => context.measureText(word).width <= edge + 4 * ratio);
  if (fitting !== undefined) context.fillText(fitting, x, below);
}

/** `3.7`: layer and head, or the rest of the identifier. */
export function shortName({ layer, head, id }: AccessBlock): string {
  return layer === undefined ? id : head === undefined ? String(layer) : `${layer}.${head}`;
}

/** Numbers of heads stay at the top while layers scroll below; layers at the left. */
function paintHeaders(context: CanvasRenderingContext2D, scene: OverviewScene): void {
  const { layout, ratio, theme, top } = scene;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  context.fillStyle = theme.muted;
  for (const { label, y } of layout.lines) {
    const at = (y - top + layout.edge / 2) * ratio;
    if (at > 0) context.fillText(label, (gutter - 8) * ratio, at);
  }
  context.fillStyle = theme.background;
  context.fillRect(0, 0, context.canvas.width, (header - 2) * ratio);
  if (layout.lines.length === 0) return;
  context.fillStyle = theme.muted;
  context.textAlign = 'center';
  const first = layout.tiles.slice(0, layout.columns);
  for (const { block, x } of first) {
    const label = block.head === undefined ? '' : String(block.head);
    context.fillText(label, (x + layout.edge / 2) * ratio, (header / 2) * ratio);
  }
}
