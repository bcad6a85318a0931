// Playwright's types, and an expectation that waits.

import type { Locator } from 'playwright-core';

export type { Browser, Frame, Page } from 'playwright-core';

/** Waits until one of the elements has such a text. */
export async function expect(elements: Locator, text: RegExp, patience = 20_000): Promise<void> {
  let seen: string[] = [];
  for (const end = Date.now() + patience; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100))) {
    seen = await elements.allInnerTexts();
    if (seen.some((shown) => text.test(shown.replace(/\u00a0/g, ' ')))) return;
  }
  throw new Error(`no ${text} in: ${seen.join(' | ').slice(0, 300)}`);
}
