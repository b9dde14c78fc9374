import { ipcMain, MessageChannelMain } from 'electron'
import type { IpcMainEvent, MessagePortMain } from 'electron'
import type { AppEvent } from '#contract/ipc.ts'

/** Main's events on their way to the window: one MessagePort for each page that has loaded. */
export class EventPorts {
  private readonly ports = new Set<MessagePortMain>()
  private waiting: AppEvent[] = []

  /** Gives each page of ours that asks a port of its own; a reloaded page gets a new one. */
  listen(isOurs: (event: IpcMainEvent) => boolean): void {
    ipcMain.on('flowerbed:listen', (event) => {
      if (!isOurs(event)) return
      const { port1, port2 } = new MessageChannelMain()
      this.ports.add(port1)
      port1.on('close', () => this.ports.delete(port1))
      port1.start()
      event.sender.postMessage('flowerbed:events', null, [port2])
      for (const early of this.waiting.splice(0)) port1.postMessage(early)
    })
  }

  readonly emit = (event: AppEvent): void => {
    // What the user asked for must not be lost because the page is still loading; what it can ask for anew may.
    if (this.ports.size === 0 && (event.type === 'command' || event.type === 'notice'))
      this.waiting.push(event)
    for (const port of this.ports) port.postMessage(event)
  }
}
