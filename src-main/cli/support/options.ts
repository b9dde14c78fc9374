import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import { settingFields } from '#shared/schemas/setting-fields.ts'
import { samplingDefaults, solverNames, timeGridNames, weightNames } from '#shared/schemas/sampling.ts'
import type { Sampling } from '#shared/schemas/sampling.ts'
import { encoderNames } from '#shared/engine-messages.ts'
import type { EncoderName, EncodingRequest } from '#shared/engine-messages.ts'
import { largestSide, smallestSide } from '#shared/schemas/image.ts'
import { deviceChoiceSchema } from '#shared/schemas/run.ts'
import type { CheckpointChoice } from '#shared/schemas/run.ts'
import { checkedSampling } from './settings.ts'

/** Options that several commands share. */
export const dataDirOption = () => new Option('--data-dir <folder>', 'where runs are kept')
export const jsonOption = () => new Option('--json', 'print one JSON document on stdout')
export const deviceOption = () =>
  new Option('--device <device>', 'what to compute on').choices(deviceChoiceSchema.options).default('auto')
/** What `addSamplingOptions` lets a user say. */
export type SamplingFlags = Pick<
  Sampling,
  'steps' | 'solver' | 'timeGrid' | 'gridShift' | 'tolerance' | 'weights'
>

/** How images are drawn: the same options for every command that draws. */
export function addSamplingOptions(command: Command): Command {
  const { solver, steps, timeGrid, gridShift, tolerance, weights } = samplingDefaults
  return command
    .addOption(new Option('--steps <count>', 'steps per sampling').argParser(wholeNumber).default(steps))
    .addOption(
      new Option('--solver <solver>', 'how to draw; dopri5 chooses its steps itself')
        .choices([...solverNames])
        .default(solver),
    )
    .addOption(
      new Option('--time-grid <grid>', 'where the steps lie: even, finer near the image, or shifted')
        .choices([...timeGridNames])
        .default(timeGrid),
    )
    .addOption(
      new Option('--grid-shift <shift>', 'for the shifted grid: above 1 finer near the noise')
        .argParser(positiveNumber)
        .default(gridShift),
    )
    .addOption(
      new Option('--tolerance <error>', 'for dopri5: error allowed in each step')
        .argParser(positiveNumber)
        .default(tolerance),
    )
    .addOption(
      new Option('--weights <weights>', 'draw with the average of the weights, or with them as they are')
        .choices([...weightNames])
        .default(weights),
    )
}

/** What the user said of it, as the engine is asked. @throws FlowerbedError `bad-input` that names the option */
export function samplingFrom(flags: SamplingFlags): Sampling {
  const { solver, steps, timeGrid, gridShift, tolerance, weights } = flags
  return checkedSampling({ solver, steps, timeGrid, gridShift, tolerance, weights })
}

/** What `addEncodingOptions` lets a user say. */
export interface EncodingFlags {
  encoder: EncoderName
  seed: number
}

/** How images become latents: the same options for every command that encodes. */
export function addEncodingOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--encoder <encoder>', 'how images are encoded')
        .choices([...encoderNames])
        .default('posterior'),
    )
    .option('--seed <number>', 'other draws of posterior-sample for another number', wholeNumber, 1)
}

/** What the user said of it, as the engine is asked. */
export function encodingFrom({
  encoder,
  seed,
}: EncodingFlags): Pick<EncodingRequest, 'encoder' | 'encoderSeed'> {
  return { encoder, encoderSeed: seed }
}
/** Which checkpoint to use. */
export const checkpointOption = () =>
  new Option('--checkpoint <checkpoint>', 'latest, best, or the step of a checkpoint').argParser(
    checkpointChoice,
  )

function checkpointChoice(text: string): CheckpointChoice {
  if (text === 'latest' || text === 'best') return text
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be latest, best or a step.')
  return Number(text)
}

/** Reads a whole number in a range, ends included. */
export function wholeNumberFrom(least: number, most = Infinity): (text: string) => number {
  const range = most < Infinity ? ` from ${least} to ${most}` : least > 0 ? ` of at least ${least}` : ''
  return (text) => {
    const value = text.trim() === '' ? NaN : Number(text)
    if (!Number.isSafeInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`It must be a whole number${range}.`)
    return value
  }
}

export const wholeNumber = wholeNumberFrom(0)
/** Width and height of images. */
export const imageSize = wholeNumberFrom(smallestSide, largestSide)

export function positiveNumber(text: string): number {
  const value = Number(text)
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It must be a number above 0.')
  return value
}

export function notNegative(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('It must be a number of at least 0.')
  return value
}

/** `--set key=value`, as often as wanted. */
export function collectSettings(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('Write it as key=value.')
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
}

/** The settings of a run as a help text, from the one schema. */
export function describeSettings(command: Command): void {
  const lines = settingFields().map(({ key, title, term, unit, min, max, choices }) => {
    const range = choices
      ? choices.join('|')
      : min === undefined
        ? 'true|false'
        : `${min} … ${max}${unit ? ` ${unit}` : ''}`
    return `  ${key.padEnd(16)} ${title}${term ? ` (${term})` : ''}: ${range}`
  })
  command.addHelpText('after', `\nSettings for --set:\n${lines.join('\n')}`)
}
