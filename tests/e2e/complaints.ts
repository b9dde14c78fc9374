import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright-core'

/** What axe finds wrong, in words. The legacy mode keeps it from opening a page of its own, which Electron has not. */
export async function complaints(page: Page): Promise<string[]> {
  // A colour on its way to another has too little contrast for a moment.
  await page.waitForTimeout(400)
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
}
