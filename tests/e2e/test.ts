import { test as base } from '@playwright/test'
import { endApps } from '../helpers/app.ts'

/**
 * Playwright's `test` that ends every app a failed test leaves. Playwright would ask it to quit and wait: an app whose run trains
 * asks the user first.
 */
export const test = base.extend<{ endAfterFailure: undefined }, { endAfterAll: undefined }>({
  endAfterFailure: [
    async ({ endAfterAll }, use, testInfo) => {
      await use(endAfterAll)
      if (testInfo.status !== testInfo.expectedStatus) endApps()
    },
    { auto: true },
  ],
  // For those that fail before or after the tests of a file.
  endAfterAll: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixtures that it needs from the pattern.
    async ({}, use) => {
      await use(undefined)
      endApps()
    },
    { scope: 'worker', auto: true },
  ],
})
