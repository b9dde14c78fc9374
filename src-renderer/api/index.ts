import { deserializeError, FlowerbedError } from '#shared/errors.ts'
import type { AppEvent, IpcArgument, IpcChannel, IpcResult, PreloadApi } from '#shared/ipc.ts'
import { t } from '../i18n.ts'

declare global {
  interface Window {
    readonly api?: PreloadApi
  }
}

function preload(): PreloadApi {
  if (window.api === undefined) {
    throw new FlowerbedError('internal', t('app.faults.noPreload'), {
      hint: t('app.faults.noPreloadHint'),
    })
  }
  return window.api
}

/** Sends a request to main. @throws the FlowerbedError that main answered with */
export async function request<C extends IpcChannel>(
  channel: C,
  ...argument: IpcArgument<C> extends void ? [] : [IpcArgument<C>]
): Promise<IpcResult<C>> {
  const reply = await preload().request(channel, argument[0] as IpcArgument<C>)
  if (!reply.ok) throw deserializeError(reply.error)
  return reply.value
}

/** Subscribes to main's events; the returned function unsubscribes. Components subscribe through `events.ts`. */
export const onEvent = (listener: (event: AppEvent) => void): (() => void) => preload().onEvent(listener)

/** Absolute path of a dropped file or folder; '' for what has none. */
export const pathOf = (file: File): string => preload().pathOf(file)

export const platform = (): string => preload().platform
