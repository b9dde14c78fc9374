import { ipcMain, MessageChannelMain } from 'electron'
import type { IpcMainEvent, MessagePortMain, WebContents } from 'electron'
import type { AppEvent } from '#shared/ipc.ts'
import type { Guard } from '../guard.ts'
import { senderOf, showsOurPage } from '../app/security.ts'

/** Events kept for a page that is still loading; a page that never comes must not fill the memory. */
const waitingAtMost = 200

/** Main's events on their way to the window: one MessagePort for each page that has loaded. */
export class EventPorts {
  private readonly ports = new Set<MessagePortMain>()
  private waiting: AppEvent[] = []

  /** Gives each page of ours that asks a port of its own; a reloaded page gets a new one. */
  listen(guard: Guard): void {
    const hear = ({ sender }: IpcMainEvent, whose: ReturnType<typeof senderOf>) => {
      if (whose === 'ours') this.connect(sender)
      else if (whose === 'unknown') {
        // Decided when the page's address is known, lest a reloaded page never hears anything.
        const decide = () => {
          if (showsOurPage(sender)) this.connect(sender)
        }
        sender.once('dom-ready', guard.wrap('window', decide))
      }
    }
    ipcMain.on(
      'flowerbed:listen',
      guard.wrap('window', (event: IpcMainEvent) => hear(event, senderOf(event))),
    )
  }

  readonly emit = (event: AppEvent): void => {
    // What the user asked for must not be lost because the page is still loading; what it can ask for anew may.
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

  /** One page that cannot be told must not keep the others from hearing. */
  private post(port: MessagePortMain, event: AppEvent): void {
    try {
      port.postMessage(event)
    } catch {
      this.ports.delete(port)
    }
  }
}
