import type { NamesIn } from '#shared/message-format.ts'

/** A text that has the parameters of the English one; `never` where it lacks one or has another. */
type SameParameters<English, Text> = [NamesIn<English>, NamesIn<Text>] extends [
  NamesIn<Text>,
  NamesIn<English>,
]
  ? Text
  : never

/** What a locale must hold: a text for each of English, with the same parts and parameters. */
export type Translated<English, Texts> = {
  [Id in keyof English]: Id extends keyof Texts
    ? English[Id] extends string
      ? SameParameters<English[Id], Texts[Id]>
      : Translated<English[Id], Texts[Id]>
    : never
}
