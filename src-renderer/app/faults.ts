import type { App } from 'vue'
import { toFlowerbedError } from '#shared/errors.ts'
import type { Notice } from '../composables/notices.ts'
import { t } from '../i18n.ts'

/** The same error is reported once within this time, since a component may fail at every frame. */
const quietMs = 10 * 60_000
/** Most different errors reported within that time. */
const reportedAtMost = 5
/** Chromium's message for a size that changes while it is reported; harmless. */
const harmless = /^ResizeObserver loop/

/** Decides which uncaught errors are shown. @returns the notice; null for an error that was shown already */
export function createFaultFilter(
  now: () => number = Date.now,
): (thrown: unknown) => Omit<Notice, 'id'> | null {
  const reportedAt = new Map<string, number>()
  return (thrown) => {
    const { kind, message } = toFlowerbedError(thrown)
    if (kind === 'cancelled' || harmless.test(message)) return null
    const time = now()
    for (const [known, at] of reportedAt) if (time - at >= quietMs) reportedAt.delete(known)
    if (reportedAt.has(message) || reportedAt.size >= reportedAtMost) return null
    reportedAt.set(message, time)
    return {
      level: 'error',
      message: t('app.faults.message', { message }),
      hint: t('app.faults.hint'),
    }
  }
}

/** Reports uncaught errors as notices; a page that is left empty gets a button to reload it. */
export function watchFaults(app: App, report: (notice: Omit<Notice, 'id'>) => void): void {
  const noticeOf = createFaultFilter()
  const handle = (thrown: unknown) => {
    // eslint-disable-next-line no-console -- the stack, for the developer tools
    console.error(thrown)
    const notice = noticeOf(thrown)
    if (notice) report(notice)
    // Checked afterwards, since the page may just be mounting.
    setTimeout(() => {
      if (document.querySelector('#app')?.childElementCount === 0) showReload()
    })
  }
  app.config.errorHandler = handle
  window.addEventListener('error', (event) => handle(event.error ?? event.message))
  window.addEventListener('unhandledrejection', ({ reason }) => handle(reason))
}

/** Replaces a page that could not be shown by a message and a button to reload it. */
export function showReload(): void {
  const text = document.createElement('p')
  text.textContent = t('app.faults.blank')
  const button = document.createElement('button')
  button.textContent = t('app.faults.reload')
  button.addEventListener('click', () => location.reload())
  const box = document.createElement('div')
  box.setAttribute('role', 'alert')
  box.style.padding = '32px'
  box.append(text, button)
  document.querySelector('#app')?.replaceChildren(box)
}
