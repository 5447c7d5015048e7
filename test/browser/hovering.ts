/** Lines of the editor and the hovers over them, as a person finds them. */
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { Workbench } from './workbench';

export interface Hovering {
  line(text: string): Locator;
  hover(text: string, word: string, nth?: number): Promise<string>;
}

export function hovering(workbench: Workbench): Hovering {
  const { page } = workbench;
  const line = (text: string): Locator =>
    page.locator('.view-line').filter({ hasText: text }).first();
  /** What a person reads over the n-th `word` of the line that shows `text`, with the blanks of a line made one. */
  const hover = async (text: string, word: string, nth = 0): Promise<string> => {
    const shown = page
      .locator('.monaco-hover:not(.hidden) .hover-contents')
      .filter({ hasText: '[' });
    const deadline = Date.now() + 30_000;
    for (;;) {
      const box = await line(text).evaluate(
        (element, [wanted, times]) => {
          const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
          const words = new RegExp(`(?<!\\w)${wanted}(?!\\w)`, 'g');
          let left = times;
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            for (const { index } of (node.textContent ?? '').matchAll(words)) {
              if (left-- > 0) continue;
              const range = document.createRange();
              range.setStart(node, index);
              range.setEnd(node, index + wanted.length);
              const { x, y, width, height } = range.getBoundingClientRect();
              return { x: x + width / 2, y: y + height / 2 };
            }
          }
          throw new Error(`${wanted} is not there`);
        },
        [word, nth] as const,
      );
      // From elsewhere: a pointer that does not move opens no hover.
      await page.mouse.move(box.x, box.y + 200);
      await page.keyboard.press('Escape');
      await shown.first().waitFor({ state: 'hidden' });
      await page.mouse.move(box.x, box.y, { steps: 3 });
      try {
        await shown.first().waitFor({ timeout: 3_000 });
        return (await shown.first().innerText()).replace(/[\s\u00a0]+/g, ' ').trim();
      } catch {
        assert.ok(Date.now() < deadline, `no hover over ${word} in ${text}`);
      }
    }
  };
  return { line, hover };
}
