import { z } from 'zod'

/** Carries a type and no value: what main answers is main's own and needs no check. */
export interface OutputType<T> {
  readonly type?: T
}

/** One request of the window: the schema of its argument and the type of its answer. */
export interface ChannelDefinition<Input extends z.ZodType = z.ZodType, Output = unknown> {
  readonly input: Input
  readonly output: OutputType<Output>
}

/** Defines a channel; both ends infer their types from it. */
export const channel = <Input extends z.ZodType, Output>(
  definition: ChannelDefinition<Input, Output>,
): ChannelDefinition<Input, Output> => definition

/** The type of an answer, for `channel`. */
export const type = <T>(): OutputType<T> => ({})

/** The argument of a request that takes none. */
export const nothing = z.undefined()

/** The argument of a request about one record. */
export const byId = z.strictObject({ id: z.string() })

/** What the user may write about a run or a dataset. */
export const noteSchema = z.string().max(100_000)
export const tagsSchema = z.array(z.string().trim().min(1).max(60)).max(50)

/** A path that does not depend on the folder a process was started in: POSIX, with a drive letter, or UNC. */
export const absolutePath = (message: () => string) =>
  z.string().refine((path) => /^(?:\/|\\|[A-Za-z]:[\\/])/.test(path), { error: message })
