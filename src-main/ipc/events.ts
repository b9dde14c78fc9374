import { ipcMain, MessageChannelMain } from 'electron'
import type { IpcMainEvent, MessagePortMain, WebContents } from 'electron'
import type { AppEvent } from '#shared/ipc.ts'
import type { Guard } from '../guard.ts'
import { senderTrust, showsAppPage } from '../app/security.ts'

/** Events kept for a page that is still loading: a page that never loads must not fill the memory. */
const waitingAtMost = 200

/** Sends main's events to the window: one MessagePort for each page that has loaded. */
export class EventPorts {
  private readonly ports = new Set<MessagePortMain>()
  private waiting: AppEvent[] = []

  /** Gives each of the app's pages that asks a port; a reloaded page gets a new one. */
  listen(guard: Guard): void {
    const onListen = (event: IpcMainEvent) => {
      const { sender } = event
      const trust = senderTrust(event)
      if (trust === 'trusted') this.connect(sender)
      else if (trust === 'unknown') {
        // Decided when the page's address is known; otherwise a reloaded page would get no events.
        const decide = () => {
          if (showsAppPage(sender)) this.connect(sender)
        }
        sender.once('dom-ready', guard.wrap('window', decide))
      }
    }
    ipcMain.on('flowerbed:listen', guard.wrap('window', onListen))
  }

  readonly emit = (event: AppEvent): void => {
    // Commands and notices must not be lost while the page is loading; it asks for everything else by itself.
    const keep = event.type === 'command' || event.type === 'notice'
    if (this.ports.size === 0 && keep && this.waiting.length < waitingAtMost) this.waiting.push(event)
    for (const port of this.ports) this.post(port, event)
  }

  private connect(page: WebContents): void {
    const { port1, port2 } = new MessageChannelMain()
    page.postMessage('flowerbed:events', null, [port2])
    this.ports.add(port1)
    port1.on('close', () => this.ports.delete(port1))
    port1.start()
    for (const early of this.waiting.splice(0)) this.post(port1, early)
  }

  /** A page that cannot be reached does not keep the others from their events. */
  private post(port: MessagePortMain, event: AppEvent): void {
    try {
      port.postMessage(event)
    } catch {
      this.ports.delete(port)
    }
  }
}
