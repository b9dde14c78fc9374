import { samplingOf, selectionOf } from '#shared/schemas/sampling.ts'
import type { Sampling, SamplingOptions, SelectionOptions } from '#shared/schemas/sampling.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { resolveConfig } from '#shared/presets.ts'

/** A run's settings as a command gets them: some have an option each, `--set` takes any. */
export interface GivenSettings {
  /** By the setting's key; what was not given is left out. */
  own: Record<string, unknown>
  set?: Record<string, string>
}

/**
 * The settings that differ from a preset, checked before any image is read; `--set` overrides the options.
 * @throws FlowerbedError `bad-input` that names the option
 */
export function checkedChanges(preset: string, { own, set = {} }: GivenSettings): Record<string, unknown> {
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined))
  const changes = { ...given, ...set }
  namingOptions(
    () => resolveConfig(preset, changes),
    (key) => (key === 'preset' || (key in given && !(key in set)) ? optionOf(key) : `--set ${key}`),
  )
  return changes
}

/** How images are sampled. @throws FlowerbedError `bad-input` that names the option */
export const checkedSampling = (options: SamplingOptions): Sampling =>
  namingOptions(() => samplingOf(options))

/** Which images are sampled. @throws FlowerbedError `bad-input` that names the option */
export function checkSelection(options: SelectionOptions): void {
  namingOptions(() => selectionOf(options))
}

/** `timeGrid` → `--time-grid`. */
export const optionOf = (key: string) =>
  `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

/** Rewrites an error so that it names the command-line option in place of the settings field. */
function namingOptions<T>(check: () => T, nameOf = optionOf): T {
  try {
    return check()
  } catch (thrown) {
    if (!(thrown instanceof FlowerbedError) || thrown.where === undefined) throw thrown
    const { kind, message, where, hint, text, cause } = thrown
    // An unknown name is shown as it was typed.
    if (message.includes(`“${where}”`)) throw thrown
    const option = nameOf(where)
    const details = { cause, ...(hint === undefined ? {} : { hint }) }
    if (option.startsWith('--set') || !/ must be /.test(message))
      throw new FlowerbedError(kind, text ?? message, { ...details, where: option })
    const condition = message.split(' must be ')[1] ?? ''
    throw new FlowerbedError(kind, errorText('cli.mustBe', { option, condition }), details)
  }
}
