import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, serializeError } from '#shared/errors.ts'
import { ipcChannels } from '#shared/ipc.ts'
import type { IpcChannel, IpcParsedArgument, IpcReply, IpcResult } from '#shared/ipc.ts'
import { createLogger } from '../log.ts'

const log = createLogger('ipc')

type Handler<C extends IpcChannel> = (argument: IpcParsedArgument<C>) => Promise<IpcResult<C>> | IpcResult<C>

/** Main's answer to each channel. */
export type Handlers = { [C in IpcChannel]: Handler<C> }

/** The handlers of the channels whose names begin so. */
export type HandlersOf<Domain extends string> = Pick<Handlers, Extract<IpcChannel, `${Domain}.${string}`>>

/**
 * Answers one request of the window. A page is never trusted: the channel must exist and the argument must match its
 * schema. Never rejects.
 */
export async function answerRequest(
  handlers: Handlers,
  channel: unknown,
  argument: unknown,
): Promise<IpcReply<unknown>> {
  try {
    if (!isChannel(channel))
      throw new FlowerbedError('internal', errorText('process.noRequest', { request: String(channel) }))
    // The one marked dispatch: the channel decides the types, which TypeScript cannot follow at run time.
    const handler = handlers[channel] as (argument: unknown) => unknown
    return { ok: true, value: await handler(ipcChannels[channel].input.parse(argument)) }
  } catch (thrown) {
    return refusal(channel, thrown)
  }
}

/** The reply for what was thrown, which is logged. */
export function refusal(channel: unknown, thrown: unknown): IpcReply<never> {
  const error = serializeError(thrown)
  const level = error.kind === 'internal' || error.kind === 'corrupt' ? 'error' : 'info'
  log[level](`${String(channel)}: ${error.message}`, ...(level === 'error' ? [error.stack] : []))
  return { ok: false, error }
}

const isChannel = (name: unknown): name is IpcChannel =>
  typeof name === 'string' && Object.hasOwn(ipcChannels, name)
