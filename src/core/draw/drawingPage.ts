/** A drawing as an HTML page that needs nothing else and loads nothing. */
export function drawingPage(title: string, svg: string): string {
  const escaped = title.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escaped}</title>
<style>body { margin: 24px; background: #fff } svg { max-width: 100%; height: auto }</style>
${svg}</html>
`;
}
