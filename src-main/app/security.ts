import { app, session } from 'electron'
import type { IpcMainEvent, IpcMainInvokeEvent, WebContents } from 'electron'
import { isSameSite, whoseFrame } from './frame-trust.ts'
import type { Guard } from '../guard.ts'
import { appOrigin } from './protocol.ts'

const devServer = process.env['ELECTRON_RENDERER_URL']
export const isDevelopment = devServer !== undefined

/** Where the page comes from: our own protocol, or the dev server that electron-vite names. */
export const pageUrl = devServer ?? `${appOrigin}/index.html`

/** Whose the frame is that sent a message. */
export const senderOf = (event: IpcMainEvent | IpcMainInvokeEvent): ReturnType<typeof whoseFrame> =>
  whoseFrame(() => event.senderFrame, pageUrl)

/** Whether a request comes from the main frame of our own page. */
export const isTrustedSender = (event: IpcMainEvent | IpcMainInvokeEvent): boolean =>
  senderOf(event) === 'ours'

/** Whether a window shows our own page. */
export const showsOurPage = (contents: WebContents): boolean =>
  whoseFrame(() => (contents.isDestroyed() ? null : contents.mainFrame), pageUrl) === 'ours'

/** No page but ours, no window but ours, no permission for anything but copying text. */
export function hardenSession(guard: Guard): void {
  app.on(
    'web-contents-created',
    guard.wrap('new page', (_: unknown, contents: WebContents) => {
      contents.on('will-navigate', (event) => {
        if (!isSameSite(event.url, pageUrl)) event.preventDefault()
      })
      contents.on('will-attach-webview', (event) => event.preventDefault())
      contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    }),
  )
  const allowed = 'clipboard-sanitized-write'
  session.defaultSession.setPermissionRequestHandler((_, permission, answer) =>
    answer(permission === allowed),
  )
  session.defaultSession.setPermissionCheckHandler((_, permission) => permission === allowed)
}
