import { InvalidArgumentError } from 'commander'
import { formatErrorText } from '#shared/error-text.ts'
import type { ErrorText } from '#shared/error-text.ts'

/** The error of an option whose value cannot be read; commander writes the option before it. */
export const invalidArgument = (text: ErrorText): InvalidArgumentError =>
  new InvalidArgumentError(formatErrorText(text).message)
