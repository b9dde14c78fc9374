/** The names in braces of a text of the catalogue. */
export type NamesIn<Text> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never

/** A text with its braces filled; those that `valueOf` has no value for stay. */
export const fillBraces = (text: string, valueOf: (name: string) => string | undefined): string =>
  text.replace(/\{(\w+)\}/g, (braces, name: string) => valueOf(name) ?? braces)
