import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { AppEvent, IpcReply, PreloadApi } from '#shared/ipc.ts'

const listeners = new Set<(event: AppEvent) => void>()
/** What arrives before anybody listens is kept for the first who does. */
const early: AppEvent[] = []

/** The DOM's MessagePort, as far as it is used. */
interface Port {
  onmessage: (message: { data: AppEvent }) => void
}

ipcRenderer.on('flowerbed:events', (event) => {
  const [port] = event.ports as unknown as Port[]
  if (!port) return
  port.onmessage = ({ data }) => {
    if (listeners.size === 0) early.push(data)
    for (const listener of listeners) listener(data)
  }
})
ipcRenderer.send('flowerbed:listen')

const api: PreloadApi = {
  request: (channel, argument) =>
    ipcRenderer.invoke('flowerbed:request', channel, argument) as Promise<IpcReply<never>>,
  onEvent: (listener) => {
    listeners.add(listener)
    for (const event of early.splice(0)) listener(event)
    return () => listeners.delete(listener)
  },
  pathOf: (file) => {
    try {
      return webUtils.getPathForFile(file as Parameters<typeof webUtils.getPathForFile>[0])
    } catch {
      return ''
    }
  },
  platform: process.platform,
}

contextBridge.exposeInMainWorld('api', api)
