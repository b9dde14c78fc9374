import { deserializeError, FlowerbedError } from '#shared/errors.ts'
import type { AppEvent, IpcArgument, IpcChannel, IpcResult, PreloadApi } from '#shared/ipc.ts'

declare global {
  interface Window {
    readonly api?: PreloadApi
  }
}

function preload(): PreloadApi {
  if (window.api === undefined) {
    throw new FlowerbedError('internal', 'This page is not running inside Flowerbed', {
      hint: 'Start the Flowerbed app.',
    })
  }
  return window.api
}

/** Asks main; a refusal is thrown as the FlowerbedError it was there. */
export async function request<C extends IpcChannel>(
  channel: C,
  ...argument: IpcArgument<C> extends void ? [] : [IpcArgument<C>]
): Promise<IpcResult<C>> {
  const reply = await preload().request(channel, argument[0] as IpcArgument<C>)
  if (!reply.ok) throw deserializeError(reply.error)
  return reply.value
}

/** Subscribes to main's events; the answer unsubscribes. Features subscribe through `events.ts`. */
export const onEvent = (listener: (event: AppEvent) => void): (() => void) => preload().onEvent(listener)

/** Absolute path of a dropped file or folder; '' for what has none. */
export const pathOf = (file: File): string => preload().pathOf(file)

export const platform = (): string => preload().platform
