import { z } from 'zod'
import { language } from '#shared/language.ts'
import type { Language } from '#shared/language.ts'
import { errors as german } from '#shared/locales/de/errors.ts'
import { errors } from '#shared/locales/en/errors.ts'
import { fillBraces } from '#shared/message-format.ts'
import type { NamesIn } from '#shared/message-format.ts'

export type ErrorId = keyof typeof errors

const catalogues: Record<Language, Record<ErrorId, { message: string; hint?: string }>> = {
  en: errors,
  de: german,
}

type Entry<Id extends ErrorId> = (typeof errors)[Id]
/** The parameters of an error: those of its message and of its hint. */
type ParameterOf<Id extends ErrorId> = NamesIn<Entry<Id>[keyof Entry<Id>]>

/** What fills braces: data as it is, the message of another text, or those of several, separated by commas. */
export type ErrorParameter = string | number | ErrorText | ErrorText[]

/** What an error says, apart from the language: it crosses process borders and is stored. */
export interface ErrorText {
  id: ErrorId
  parameters: Record<string, ErrorParameter>
}

export const errorTextSchema: z.ZodType<ErrorText> = z.lazy(() =>
  z.object({
    id: z.custom<ErrorId>((id) => typeof id === 'string' && Object.hasOwn(errors, id)),
    parameters: z.record(
      z.string(),
      z.union([z.string(), z.number(), errorTextSchema, z.array(errorTextSchema)]),
    ),
  }),
)

/** The text of a message id with its parameters, each of which the types demand. */
export function errorText<Id extends ErrorId>(
  id: Id,
  ...[parameters]: [ParameterOf<Id>] extends [never] ? [] : [Record<ParameterOf<Id>, ErrorParameter>]
): ErrorText {
  return { id, parameters: parameters ?? {} }
}

/**
 * Message and hint in the language of this process; a parameter that is not given stays in braces. A text without a hint has
 * that of a text among its parameters.
 */
export function formatErrorText({ id, parameters }: ErrorText): {
  message: string
  hint: string | undefined
} {
  const { message, hint } = catalogues[language()][id]
  const fill = (text: string) =>
    fillBraces(text, (name) => {
      const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined
      return parameter === undefined ? undefined : formatParameter(parameter)
    })
  return { message: fill(message), hint: hint === undefined ? hintIn(parameters) : fill(hint) }
}

function hintIn(parameters: ErrorText['parameters']): string | undefined {
  return Object.values(parameters)
    .map((parameter) => (isText(parameter) ? formatErrorText(parameter).hint : undefined))
    .find((hint) => hint !== undefined)
}

const isText = (parameter: ErrorParameter): parameter is ErrorText =>
  typeof parameter === 'object' && !Array.isArray(parameter)

function formatParameter(parameter: ErrorParameter): string {
  if (typeof parameter !== 'object') return String(parameter)
  const texts = Array.isArray(parameter) ? parameter : [parameter]
  return texts.map((text) => formatErrorText(text).message).join(', ')
}
