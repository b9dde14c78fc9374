import type { ChildCall } from '#shared/engine-messages.ts'
import type { ChildProcess } from '../../src-main/processes/child-process.ts'

/** A child process that is none: it notes each request and answers it with what `note` returns. */
export function answeringProcess(note: (request: string, argument: unknown) => unknown): ChildProcess {
  let answer: (message: unknown) => void = () => undefined
  let end: (code: number) => void = () => undefined
  const ended = new Promise<number>((resolve) => (end = resolve))
  return {
    channel: {
      post: (message) => {
        const { call, request, argument } = message as ChildCall
        const result = note(request, argument)
        queueMicrotask(() => answer({ kind: 'answer', call, result }))
      },
      onMessage: (listener) => (answer = listener),
      onClose: (listener) => void ended.then(listener),
    },
    pid: undefined,
    spawned: Promise.resolve(),
    ended,
    kill: () => end(0),
  }
}
