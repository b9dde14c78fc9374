import { z } from 'zod'
import { errors } from '#shared/locales/en/errors.ts'

export type ErrorId = keyof typeof errors

/** The names in braces of a text. */
type NamesIn<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never
type Entry<Id extends ErrorId> = (typeof errors)[Id]
/** The parameters of an error: those of its message and of its hint. */
type ParameterOf<Id extends ErrorId> = NamesIn<Entry<Id>[keyof Entry<Id>]>

/** What an error says, apart from the language: it crosses process borders and is stored. */
export const errorTextSchema = z.object({
  id: z.custom<ErrorId>((id) => typeof id === 'string' && Object.hasOwn(errors, id), 'This id is not known'),
  parameters: z.record(z.string(), z.union([z.string(), z.number()])),
})
export type ErrorText = z.infer<typeof errorTextSchema>

/** The text of a message id with its parameters, each of which the types demand. */
export function errorText<Id extends ErrorId>(
  id: Id,
  ...[parameters]: [ParameterOf<Id>] extends [never] ? [] : [Record<ParameterOf<Id>, string | number>]
): ErrorText {
  return { id, parameters: parameters ?? {} }
}

/** Message and hint in the language of this process; a parameter that is not given stays in braces. */
export function formatErrorText({ id, parameters }: ErrorText): {
  message: string
  hint: string | undefined
} {
  const { message, hint }: { message: string; hint?: string } = errors[id]
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (braces, name: string) =>
      Object.hasOwn(parameters, name) ? String(parameters[name]) : braces,
    )
  return { message: fill(message), hint: hint === undefined ? undefined : fill(hint) }
}
