import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'

/** Frames to capture: tfjs has many of its own between two of ours. */
const capturedFrames = 200
const reportedFrames = 3
const engine = fileURLToPath(new URL('..', import.meta.url))
const operationFiles = new Set([join('backend', 'native-op.ts'), join('model', 'abstract-ops.ts')])

/**
 * The lines of our sources that call the current operation, innermost first: “model/nets/ops.ts:24, by
 * model/nets/unet.ts:42”. Empty where the stack has none.
 */
export function callSite(): string {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = capturedFrames
  const { stack = '' } = new Error('for its stack')
  Error.stackTraceLimit = limit
  const frames = stack
    .split('\n')
    .flatMap((line) => {
      const [, file, number] = /\(?((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?):(\d+):\d+\)?$/.exec(line) ?? []
      return file === undefined || number === undefined ? [] : [{ file: toPath(file), number }]
    })
    .filter(({ file }) => !file.includes(`${sep}node_modules${sep}`) && !isMachinery(file))
  return [...new Set(frames.map(({ file, number }) => `${relative(engine, file)}:${number}`))]
    .slice(0, reportedFrames)
    .join(', by ')
}

/** A FlowerbedError with the call site in its message and as its `where`; anything else unchanged. */
export function withCallSite(thrown: unknown): unknown {
  const site = callSite()
  if (!(thrown instanceof FlowerbedError) || site === '') return thrown
  const { kind, message, hint, text, cause } = thrown
  return new FlowerbedError(kind, errorText('graph.calledFrom', { refusal: text ?? message, site }), {
    where: site,
    cause: cause ?? thrown,
    ...(hint === undefined ? {} : { hint }),
  })
}

const toPath = (file: string) => (file.startsWith('file://') ? fileURLToPath(file) : file)

/** Files between a body's call and the recorder of the trace. */
const isMachinery = (file: string) =>
  file.startsWith(join(engine, 'graph') + sep) || operationFiles.has(relative(engine, file))
