import { ipcMain } from 'electron'
import type { IpcMainEvent, IpcMainInvokeEvent } from 'electron'
import { z } from 'zod'
import { FlowerbedError, serializeError } from '#shared/errors.ts'
import type { IpcArgument, IpcChannel, IpcReply, IpcResult } from '#shared/ipc.ts'
import { createLogger } from '../log.ts'

const log = createLogger('ipc')

/** One channel's answer, with the schema its argument must hold to. */
export interface Route<C extends IpcChannel> {
  argument: z.ZodType
  answer: (argument: IpcArgument<C>) => Promise<IpcResult<C>> | IpcResult<C>
}
export type Routes = { [C in IpcChannel]: Route<C> }

/** The schema of a channel that takes nothing. */
export const nothing = z.undefined()

/**
 * Answers the window's requests. Every call passes here: the sender must be our own page, the channel must exist and
 * the argument must hold to its schema, which is checked because a page is never trusted.
 */
export function routeRequests(options: {
  routes: Routes
  isTrustedSender: (event: IpcMainEvent | IpcMainInvokeEvent) => boolean
}): void {
  const { routes, isTrustedSender } = options
  // The one marked dispatch: the channel decides the types, which TypeScript cannot follow at run time.
  const table = routes as unknown as Record<string, Route<never> | undefined>
  ipcMain.handle(
    'flowerbed:request',
    async (event, channel: unknown, argument: unknown): Promise<IpcReply<unknown>> => {
      try {
        if (!isTrustedSender(event))
          throw new FlowerbedError('internal', 'This page may not ask for anything.')
        const name = String(channel)
        const route = Object.hasOwn(table, name) ? table[name] : undefined
        if (!route) throw new FlowerbedError('internal', `There is no request “${name}”.`)
        return { ok: true, value: await route.answer(route.argument.parse(argument) as never) }
      } catch (thrown) {
        const error = serializeError(thrown)
        const level = error.kind === 'internal' || error.kind === 'corrupt' ? 'error' : 'info'
        log[level](`${String(channel)}: ${error.message}`, ...(level === 'error' ? [error.stack] : []))
        return { ok: false, error }
      }
    },
  )
}
