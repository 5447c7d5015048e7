import type { Page } from 'playwright-core';

/** Waits for our decoration of an operation's line, which says which one it is. */
export async function marked(page: Page, text: string): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      [...document.styleSheets].some((sheet) =>
        [...sheet.cssRules].some(({ cssText }) => cssText.includes(wanted)),
      ),
    text,
  );
}
