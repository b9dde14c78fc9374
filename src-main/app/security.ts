import { app, session } from 'electron'
import type { IpcMainEvent, IpcMainInvokeEvent } from 'electron'
import { appOrigin } from './protocol.ts'

const devServer = process.env['ELECTRON_RENDERER_URL']
export const isDevelopment = devServer !== undefined

/** Where the page comes from: our own protocol, or the dev server that electron-vite names. */
export const pageUrl = devServer ?? `${appOrigin}/index.html`

/** Whether a request comes from the main frame of our own page. */
export function isOurs(event: IpcMainEvent | IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame
  return frame !== null && frame.parent === null && isOwnAddress(frame.url)
}

function isOwnAddress(address: string): boolean {
  const url = new URL(address)
  const own = new URL(pageUrl)
  return url.protocol === own.protocol && url.host === own.host
}

/** No page but ours, no window but ours, no permission for anything but copying text. */
export function lockDown(): void {
  app.on('web-contents-created', (_, contents) => {
    contents.on('will-navigate', (event) => {
      if (!isOwnAddress(event.url)) event.preventDefault()
    })
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
  const allowed = 'clipboard-sanitized-write'
  session.defaultSession.setPermissionRequestHandler((_, permission, answer) =>
    answer(permission === allowed),
  )
  session.defaultSession.setPermissionCheckHandler((_, permission) => permission === allowed)
}
