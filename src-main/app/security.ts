import { app, session } from 'electron'
import type { IpcMainEvent, IpcMainInvokeEvent, WebContents } from 'electron'
import { isSameSite, trustOf } from './frame-trust.ts'
import type { Guard } from '../guard.ts'
import { appOrigin } from './protocol.ts'

const devServer = process.env['ELECTRON_RENDERER_URL']
export const isDevelopment = devServer !== undefined

/** Where the page comes from: the app's protocol, or the dev server that electron-vite names. */
export const pageUrl = devServer ?? `${appOrigin}/index.html`

/** Whether the frame that sent a message is the app's. */
export const senderTrust = (event: IpcMainEvent | IpcMainInvokeEvent): ReturnType<typeof trustOf> =>
  trustOf(() => event.senderFrame, pageUrl)

/** Whether a request comes from the main frame of the app's page. */
export const isTrustedSender = (event: IpcMainEvent | IpcMainInvokeEvent): boolean =>
  senderTrust(event) === 'trusted'

/** Whether a window shows the app's page. */
export const showsAppPage = (contents: WebContents): boolean =>
  trustOf(() => (contents.isDestroyed() ? null : contents.mainFrame), pageUrl) === 'trusted'

/** Allows no page and no window but the app's, and no permission but to copy text. */
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
