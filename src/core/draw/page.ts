/** A trace as one HTML page that needs nothing else: no script, no network. */
import type { Tile } from '../trace/trace';
import { base64 } from './png';
import type { Paint } from './raster';
import { tilePng } from './tilePng';

export interface HeadPage {
  /** Sentence about the model. */
  readonly model: string;
  readonly heads: readonly { readonly label: string; readonly tile: Tile }[];
  readonly paint: Paint;
}

const style = `
:root { color-scheme: light dark; font: 13px system-ui, sans-serif }
body { margin: 24px }
main { display: grid; grid-template-columns: repeat(auto-fill, 72px); gap: 8px }
a { color: inherit; text-decoration: none; font-size: 11px }
img { width: 72px; height: 72px; display: block; image-rendering: pixelated; background: #f0f }
a:target { grid-column: 1 / -1; font-size: 13px }
a:target img { width: min(576px, 90vw); height: min(576px, 90vw) }
`;

/** All heads as tiles; a click shows one large. A pooled tile says so. */
export function headPage({ model, heads, paint }: HeadPage): string {
  const figures = heads.map(({ label, tile }, place) => {
    const pooled = tile.pool > 1 ? `, maximum of ${tile.pool}×${tile.pool}` : '';
    const text = escape(`${label}${pooled}`);
    const data = base64(tilePng(tile, paint));
    return `<a id="h${place}" href="#h${place}" title="${text}"><img alt="${text}" src="data:image/png;base64,${data}">${escape(label)}</a>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escape(model)}</title>
<style>${style}</style>
<h1>${escape(model)}</h1>
<p>Attention of every head, row = query, column = key, ${paint.scale} scale from ${paint.domain.low} to ${paint.domain.high}. Choose a head to see it large.</p>
<main>
${figures.join('\n')}
</main>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
