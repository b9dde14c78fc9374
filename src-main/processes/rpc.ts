import { errorText } from '#shared/error-text.ts'
import { deserializeError, FlowerbedError, serializeError, toFlowerbedError } from '#shared/errors.ts'
import type { ChildCall, ChildMessage } from '#shared/engine-messages.ts'

/** One end of a connection between two processes, whatever carries it. */
export interface Channel {
  post: (message: unknown) => void
  onMessage: (listener: (message: unknown) => void) => void
  onClose: (listener: () => void) => void
}

/** A map from request names to `[argument, result]`, as the contract has them. */
export type RequestMap = Record<keyof never, [unknown, unknown]>

export type Handlers<Requests> = {
  [Name in keyof Requests]: Requests[Name] extends [infer Argument, infer Result]
    ? (argument: Argument) => Promise<Result> | Result
    : never
}

export type ArgumentOf<Requests, Name extends keyof Requests> = Requests[Name] extends [
  infer Argument,
  unknown,
]
  ? Argument
  : never
export type ResultOf<Requests, Name extends keyof Requests> = Requests[Name] extends [unknown, infer Result]
  ? Result
  : never

/** The child's end: answers calls with `handlers` and sends events. */
export function serveCalls<Requests, Event>(options: {
  channel: Channel
  handlers: Handlers<Requests>
}): { emit: (event: Event) => void } {
  const { channel, handlers } = options
  const post = (message: ChildMessage<Event>) => {
    channel.post(message)
  }
  // The one marked dispatch: the name decides the types, which TypeScript cannot follow at run time.
  const table = handlers as Record<string, ((argument: unknown) => unknown) | undefined>
  channel.onMessage((message) => {
    const { call, request, argument } = message as ChildCall
    void answer(call, request, argument)
  })
  async function answer(call: number, request: string, argument: unknown): Promise<void> {
    try {
      const handler = Object.hasOwn(table, request) ? table[request] : undefined
      if (!handler) throw new FlowerbedError('internal', errorText('process.unknownRequest', { request }))
      const result = await handler(argument)
      post({ kind: 'answer', call, result })
    } catch (thrown) {
      post({ kind: 'refusal', call, error: serializeError(thrown) })
    }
  }
  return {
    emit: (event) => {
      post({ kind: 'event', event })
    },
  }
}

export interface Caller<Requests> {
  request: <Name extends keyof Requests & string>(
    name: Name,
    argument: ArgumentOf<Requests, Name>,
  ) => Promise<ResultOf<Requests, Name>>
  /** Calls without an answer yet. */
  readonly pending: number
}

export interface ClosableCaller<Requests> extends Caller<Requests> {
  /** Takes the other process for ended: every call without an answer is rejected, and every later one. */
  close: () => void
}

/**
 * The parent's end. Errors arrive as FlowerbedError; when the channel closes, every pending call is rejected with kind
 * `crashed`, so that nobody waits for a process that is gone.
 */
export function createCaller<Requests, Event>(options: {
  channel: Channel
  onEvent: (event: Event) => void
  /** Name of the other process, for messages to people. */
  name: string
}): ClosableCaller<Requests> {
  const { channel, onEvent, name } = options
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let nextCall = 1
  let closed = false

  channel.onMessage((raw) => {
    const message = raw as ChildMessage<Event>
    if (message.kind === 'event') {
      onEvent(message.event)
      return
    }
    const call = waiting.get(message.call)
    if (!call) return
    waiting.delete(message.call)
    if (message.kind === 'answer') call.resolve(message.result)
    else call.reject(deserializeError(message.error))
  })
  const close = () => {
    closed = true
    for (const call of waiting.values()) call.reject(ended(name))
    waiting.clear()
  }
  channel.onClose(close)

  return {
    request: (request, argument) =>
      new Promise((resolve, reject) => {
        if (closed) {
          reject(ended(name))
          return
        }
        const call = nextCall++
        waiting.set(call, { resolve: resolve as (value: unknown) => void, reject })
        const message: ChildCall = { call, request, argument }
        try {
          channel.post(message)
        } catch (thrown) {
          waiting.delete(call)
          reject(toFlowerbedError(thrown))
        }
      }),
    get pending() {
      return waiting.size
    },
    close,
  }
}

function ended(name: string): FlowerbedError {
  return new FlowerbedError('crashed', errorText('process.ended', { name }))
}
