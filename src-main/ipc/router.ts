import { ipcMain } from 'electron'
import type { IpcMainEvent, IpcMainInvokeEvent } from 'electron'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { IpcReply } from '#shared/ipc.ts'
import { answerRequest, refusal } from './dispatch.ts'
import type { Handlers } from './dispatch.ts'

/** Answers the window's requests, each only if it comes from the main frame of the app's own page. */
export function routeRequests(options: {
  handlers: Handlers
  isTrustedSender: (event: IpcMainEvent | IpcMainInvokeEvent) => boolean
}): void {
  const { handlers, isTrustedSender } = options
  ipcMain.handle(
    'flowerbed:request',
    async (event, channel: unknown, argument: unknown): Promise<IpcReply<unknown>> => {
      if (isTrustedSender(event)) return await answerRequest(handlers, channel, argument)
      return refusal(channel, new FlowerbedError('internal', errorText('process.otherPage')))
    },
  )
}
