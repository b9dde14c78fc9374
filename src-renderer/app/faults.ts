import type { App } from 'vue'
import { toFlowerbedError } from '#shared/errors.ts'
import type { Notice } from '../composables/notices.ts'

/** The same fault is told once in this time; a component may fail at every frame. */
const quietMs = 10 * 60_000
/** Different faults within that time. */
const toldAtMost = 5
/** Chromium’s word for a size that changes while it is being told of: no fault. */
const harmless = /^ResizeObserver loop/

/** Decides which faults of the page the user is told of. @returns the notice; null for what was told already */
export function createFaultFilter(
  now: () => number = Date.now,
): (thrown: unknown) => Omit<Notice, 'id'> | null {
  const toldAt = new Map<string, number>()
  return (thrown) => {
    const { kind, message } = toFlowerbedError(thrown)
    if (kind === 'cancelled' || harmless.test(message)) return null
    const time = now()
    for (const [known, at] of toldAt) if (time - at >= quietMs) toldAt.delete(known)
    if (toldAt.has(message) || toldAt.size >= toldAtMost) return null
    toldAt.set(message, time)
    return {
      level: 'error',
      message: `Something went wrong in this window: ${message}`,
      hint: 'Training goes on. If something here no longer answers, reload the window (View → Reload).',
    }
  }
}

/** Tells of what nobody in the page has caught; a page that shows nothing at all gets a button to load it again. */
export function watchFaults(app: App, tell: (notice: Omit<Notice, 'id'>) => void): void {
  const noticeOf = createFaultFilter()
  const report = (thrown: unknown) => {
    // eslint-disable-next-line no-console -- the stack, for the developer tools
    console.error(thrown)
    const notice = noticeOf(thrown)
    if (notice) tell(notice)
    // Looked at afterwards: the page may just be coming up.
    setTimeout(() => {
      if (document.querySelector('#app')?.childElementCount === 0) showReload()
    })
  }
  app.config.errorHandler = report
  window.addEventListener('error', (event) => report(event.error ?? event.message))
  window.addEventListener('unhandledrejection', ({ reason }) => report(reason))
}

/** What is shown when the page itself could not be. */
export function showReload(): void {
  const words = document.createElement('p')
  words.textContent = 'The window could not be shown. Training goes on, and what is on disk is safe.'
  const button = document.createElement('button')
  button.textContent = 'Reload the window'
  button.addEventListener('click', () => location.reload())
  const box = document.createElement('div')
  box.setAttribute('role', 'alert')
  box.style.padding = '32px'
  box.append(words, button)
  document.querySelector('#app')?.replaceChildren(box)
}
