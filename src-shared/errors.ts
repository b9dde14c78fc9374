import { z } from 'zod'
import { errorText, errorTextSchema, formatErrorText } from '#shared/error-text.ts'
import type { ErrorText } from '#shared/error-text.ts'
import { sqliteError } from '#shared/sqlite-errors.ts'

/** What went wrong, coarse enough to choose an exit code, an icon and a next step by. */
export const errorKinds = [
  'bad-input', // what the user gave cannot be used
  'not-found', // a run, dataset, file or setting that is not there
  'unavailable', // a server, a runtime or a device that cannot be had now
  'corrupt', // bytes that are not what they should be
  'no-space', // disk or memory is short
  'non-finite', // a loss or weight became NaN or infinite
  'cancelled', // the user asked for it
  'crashed', // another process ended
  'conflict', // not possible in the present state
  'internal', // a bug
] as const

export type ErrorKind = (typeof errorKinds)[number]

export interface ErrorDetails {
  /** What the reader can do about it, one sentence; a hint of the catalogue goes before it. */
  hint?: string
  /** Where: a path, a setting's key, a run. */
  where?: string
  cause?: unknown
}

/**
 * The one error type of the project. `message` says what happened, `where` where, `hint` what to do. Both sentences come
 * from the catalogue (`locales/en/errors`) where an id is given.
 */
export class FlowerbedError extends Error {
  override readonly name = 'FlowerbedError'
  readonly kind: ErrorKind
  readonly hint: string | undefined
  readonly where: string | undefined
  /** The id of its sentences and their parameters. */
  readonly text: ErrorText | undefined

  /** @param says a text of the catalogue; a sentence only where it comes from elsewhere (a library, another version) */
  constructor(kind: ErrorKind, says: string | ErrorText, details: ErrorDetails = {}) {
    const text = typeof says === 'string' ? undefined : says
    const { message, hint = details.hint } =
      typeof says === 'string' ? { message: says } : formatErrorText(says)
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.kind = kind
    this.hint = hint
    this.where = details.where
    this.text = text
  }
}

/** An error as it crosses a process border. */
export const serializedErrorSchema = z.object({
  name: z.string(),
  message: z.string(),
  kind: z.enum(errorKinds),
  hint: z.string().optional(),
  where: z.string().optional(),
  /** Left out where this version does not know the id. */
  text: errorTextSchema.optional().catch(undefined),
  stack: z.string().optional(),
})

export type SerializedError = z.infer<typeof serializedErrorSchema>

/** Any thrown value as a FlowerbedError; what is not one becomes kind `internal`. */
export function toFlowerbedError(thrown: unknown): FlowerbedError {
  if (thrown instanceof FlowerbedError) return thrown
  if (thrown instanceof z.ZodError) return fromZodError(thrown)
  const known = sqliteError(thrown)
  if (known) return new FlowerbedError(known.kind, known.text, { cause: thrown })
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new FlowerbedError(kindOfSystemError(thrown), message, { cause: thrown })
}

function kindOfSystemError(thrown: unknown): ErrorKind {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'no-space'
  if (code === 'ENOENT') return 'not-found'
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'bad-input'
  if (thrown instanceof Error && thrown.name === 'AbortError') return 'cancelled'
  return 'internal'
}

/** A zod failure as one clear line: what is wrong first, and where. */
export function fromZodError(error: z.ZodError): FlowerbedError {
  const issue = error.issues[0]
  const where = issue?.path.join('.')
  const more = error.issues.length - 1
  const problem = issue?.message ?? errorText('input.invalid')
  const text =
    more > 0 ? errorText('input.problems', { problem, more }) : errorText('input.problem', { problem })
  return new FlowerbedError('bad-input', text, {
    ...(where ? { where } : {}),
    cause: error,
  })
}

export function serializeError(thrown: unknown): SerializedError {
  const error = toFlowerbedError(thrown)
  const stack = error.cause instanceof Error ? error.cause.stack : error.stack
  return {
    name: error.name,
    message: error.message,
    kind: error.kind,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.where === undefined ? {} : { where: error.where }),
    ...(error.text === undefined ? {} : { text: error.text }),
    ...(stack === undefined ? {} : { stack }),
  }
}

/** Message and hint of a stored error: from the catalogue where this version knows the id, else the stored sentences. */
export function sentencesOf({ message, hint, text }: SerializedError): {
  message: string
  hint: string | undefined
} {
  const known = errorTextSchema.safeParse(text)
  if (!known.success) return { message, hint }
  const own = formatErrorText(known.data)
  return { message: own.message, hint: own.hint ?? hint }
}

/** The error of another process, in the language of this one where its id is known. */
export function deserializeError({
  kind,
  message,
  hint,
  text,
  ...serialized
}: SerializedError): FlowerbedError {
  const known = errorTextSchema.safeParse(text)
  const error = new FlowerbedError(kind, known.success ? known.data : message, {
    ...(serialized.where === undefined ? {} : { where: serialized.where }),
    ...(hint === undefined ? {} : { hint }),
  })
  if (serialized.stack !== undefined) error.stack = serialized.stack
  return error
}
