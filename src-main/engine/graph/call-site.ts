import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FlowerbedError } from '#shared/errors.ts'

/** tfjs puts many calls of its own between ours. */
const framesDeep = 200
const framesTold = 3
const engine = fileURLToPath(new URL('..', import.meta.url))
const operationFiles = new Set([join('backend', 'native-op.ts'), join('model', 'abstract-ops.ts')])

/**
 * Where in our sources the body under way asks for what it just asks for, the innermost call first: “nets/ops.ts:24, by
 * nets/unet.ts:42”. Empty where the stack does not tell.
 */
export function callSite(): string {
  const before = Error.stackTraceLimit
  Error.stackTraceLimit = framesDeep
  const { stack = '' } = new Error('only for its stack')
  Error.stackTraceLimit = before
  const frames = stack
    .split('\n')
    .flatMap((line) => {
      const [, file, number] = /\(?((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?):(\d+):\d+\)?$/.exec(line) ?? []
      return file === undefined || number === undefined ? [] : [{ file: pathOf(file), number }]
    })
    .filter(({ file }) => !file.includes(`${sep}node_modules${sep}`) && !isMachinery(file))
  return [...new Set(frames.map(({ file, number }) => `${relative(engine, file)}:${number}`))]
    .slice(0, framesTold)
    .join(', by ')
}

/** The error with the place in its message and as its `where`; anything else as it is. */
export function withCallSite(thrown: unknown): unknown {
  const place = callSite()
  if (!(thrown instanceof FlowerbedError) || place === '') return thrown
  const { kind, message, hint, cause } = thrown
  return new FlowerbedError(kind, `${message.replace(/\.$/, '')}, asked for in ${place}.`, {
    where: place,
    cause: cause ?? thrown,
    ...(hint === undefined ? {} : { hint }),
  })
}

const pathOf = (file: string) => (file.startsWith('file://') ? fileURLToPath(file) : file)

/** What stands between a body and the trace of it. */
const isMachinery = (file: string) =>
  file.startsWith(join(engine, 'graph') + sep) || operationFiles.has(relative(engine, file))
