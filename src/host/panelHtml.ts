import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/**
 * The page of a panel: nothing but our script and style, under a policy that allows nothing else. `data` says
 * which page it is and what it is about.
 */
export function panelHtml(
  webview: vscode.Webview,
  extension: vscode.Uri,
  data: Readonly<Record<string, string>> = {},
): string {
  const nonce = randomBytes(16).toString('hex');
  const dist = (file: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(extension, 'dist', file)).toString();
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data: blob:`,
  ].join('; ');
  return `<!doctype html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="${dist('codicon.css')}">
<link rel="stylesheet" href="${dist('webview.css')}">
<title>Mnemoscope</title>
</head>
<body${attributes(data)}>
<div id="root"></div>
<script nonce="${nonce}" src="${dist('webview.js')}"></script>
</body>
</html>`;
}

/** ` data-name="value"` of each. */
function attributes(data: Readonly<Record<string, string>>): string {
  const escaped = (text: string): string =>
    text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  return Object.entries(data)
    .map(([name, value]) => ` data-${name}="${escaped(value)}"`)
    .join('');
}
