/** The colours of the editor's theme, for what is painted on a canvas. */
import { signal } from '@preact/signals';

export interface Theme {
  readonly background: string;
  readonly foreground: string;
  readonly muted: string;
  readonly separator: string;
  readonly accent: string;
  readonly error: string;
  readonly cursor: string;
  readonly font: string;
  readonly fontSize: number;
  readonly highContrast: boolean;
}

function read(): Theme {
  const style = getComputedStyle(document.body);
  const value = (name: string, otherwise: string): string =>
    style.getPropertyValue(`--vscode-${name}`).trim() || otherwise;
  const contrast = value('contrastBorder', '');
  const foreground = value('editor-foreground', style.color);
  return {
    background: value('editor-background', 'Canvas'),
    foreground,
    muted: value('descriptionForeground', foreground),
    separator: contrast || value('panel-border', 'GrayText'),
    accent: value('charts-blue', foreground),
    error: value('errorForeground', foreground),
    cursor: value('focusBorder', foreground),
    font: value('editor-font-family', 'monospace'),
    fontSize: Math.min(13, Number.parseFloat(value('editor-font-size', '12')) || 12) - 1,
    highContrast: document.body.className.includes('high-contrast'),
  };
}

export const theme = signal<Theme>(read());

/** VS Code announces a new theme by the classes of the body and the variables of the root element. */
export function followTheme(): void {
  const observer = new MutationObserver(() => (theme.value = read()));
  for (const element of [document.documentElement, document.body]) {
    observer.observe(element, { attributes: true, attributeFilter: ['class', 'style'] });
  }
}
