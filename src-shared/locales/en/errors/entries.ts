/** What errors say by message id: what happened, and what to do about it. `{name}` is a parameter. */
export type ErrorEntries = Record<string, { message: string; hint?: string }>
