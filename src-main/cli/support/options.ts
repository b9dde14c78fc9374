import { Option } from 'commander'
import type { Command } from 'commander'
import { errorText } from '#shared/error-text.ts'
import type { ErrorText } from '#shared/error-text.ts'
import { settingFields } from '#shared/schemas/run-config.ts'
import { samplingDefaults, solverNames, timeGridNames, weightNames } from '#shared/schemas/sampling.ts'
import type { Sampling, SamplingOptions } from '#shared/schemas/sampling.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { defaultStepsOf } from '#shared/default-sampling.ts'
import { defaultEncoder } from '#shared/encoders.ts'
import { encoderNames } from '#shared/sampling-messages.ts'
import type { EncoderName, EncodingRequest } from '#shared/sampling-messages.ts'
import { largestSide, smallestSide } from '#shared/schemas/image.ts'
import { deviceChoiceSchema } from '#shared/schemas/run.ts'
import type { CheckpointChoice, DeviceChoice, RunRecord } from '#shared/schemas/run.ts'
import { invalidArgument } from './invalid-argument.ts'
import { checkedSampling } from './settings.ts'

/** Options that several commands share. */
export const dataDirOption = () => new Option('--data-dir <folder>', 'data folder with the runs and datasets')
export const jsonOption = () => new Option('--json', 'print one JSON document on stdout')
export const deviceOption = () =>
  new Option(
    '--device <device>',
    'device to compute on: auto, cuda, cpu, or the GPU that nvidia-smi gives a number, such as cuda:1',
  )
    .argParser(parseDevice)
    .default('auto')
export const memoryLimitOption = () =>
  new Option(
    '--memory-limit <GB>',
    'plan with at most so much memory; batches are computed in parts then',
  ).argParser(positiveNumber)
/** The options of `addSamplingOptions`. */
export type SamplingFlags = { steps?: number } & Pick<
  Sampling,
  | 'solver'
  | 'timeGrid'
  | 'gridShift'
  | 'gridRho'
  | 'tolerance'
  | 'weights'
  | 'guidance'
  | 'guideCheckpoint'
  | 'label'
>

/** Sampling options, the same for every command that samples. */
export function addSamplingOptions(command: Command): Command {
  const { solver, timeGrid, gridShift, gridRho, tolerance, weights, guidance } = samplingDefaults
  return command
    .addOption(
      new Option(
        '--steps <count>',
        `steps of the solver (default: as many as the run needs, at most ${samplingDefaults.steps})`,
      ).argParser(wholeNumber),
    )
    .addOption(
      new Option('--solver <solver>', 'ODE solver; dopri5 chooses its step sizes')
        .choices([...solverNames])
        .default(solver),
    )
    .addOption(
      new Option(
        '--time-grid <grid>',
        'times of the steps: as is best for the run, even, finer near the image, shifted, or even in the noise level to the power 1/ρ between wide or narrow ends',
      )
        .choices([...timeGridNames])
        .default(timeGrid),
    )
    .addOption(
      new Option('--grid-shift <shift>', 'for the shifted grid: above 1, steps are finer near the noise')
        .argParser(positiveNumber)
        .default(gridShift),
    )
    .addOption(
      new Option('--grid-rho <rho>', 'for the grids karras and narrow: larger is finer near the image')
        .argParser(positiveNumber)
        .default(gridRho),
    )
    .addOption(
      new Option('--tolerance <error>', 'for dopri5: error tolerance of each step')
        .argParser(positiveNumber)
        .default(tolerance),
    )
    .addOption(
      new Option('--weights <weights>', 'sample with the averaged weights (EMA) or the raw ones')
        .choices([...weightNames])
        .default(weights),
    )
    .addOption(
      new Option(
        '--guidance <strength>',
        'from 1 to 8: how far each evaluation goes beyond that of an earlier checkpoint, or in a run with labels beyond that without a label; 1 is off',
      )
        .argParser(positiveNumber)
        .default(guidance),
    )
    .addOption(
      new Option(
        '--guide-checkpoint <step>',
        'for guidance: the step of the earlier checkpoint (default: the oldest of at most half the steps)',
      )
        .argParser(wholeNumber)
        .default(null, 'automatic'),
    )
    .addOption(
      new Option(
        '--label <name>',
        'of a run with labels: the label of all images (default: sampled in turn, encoded without)',
      ).default(null, 'in turn'),
    )
}

/**
 * The options as an engine request, with the number of steps of a run's settings where none is given.
 * @throws FlowerbedError `bad-input` that names the option
 */
export function samplingFrom(flags: SamplingFlags, config: RunConfig): Sampling {
  return checkedSampling({ ...givenSampling(flags), steps: flags.steps ?? defaultStepsOf(config, flags) })
}

/** Checks the options before there is a run. @throws FlowerbedError `bad-input` that names the option */
export function checkSampling(flags: SamplingFlags): void {
  checkedSampling(givenSampling(flags))
}

function givenSampling(flags: SamplingFlags): SamplingOptions {
  const {
    solver,
    steps,
    timeGrid,
    gridShift,
    gridRho,
    tolerance,
    weights,
    guidance,
    guideCheckpoint,
    label,
  } = flags
  return {
    ...{ solver, timeGrid, gridShift, gridRho, tolerance, weights, guidance, guideCheckpoint, label },
    ...(steps === undefined ? {} : { steps }),
  }
}

/** The options of `addEncodingOptions`. */
export interface EncodingFlags {
  encoder?: EncoderName
  seed: number
}

/** Encoding options, the same for every command that encodes. */
export function addEncodingOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--encoder <encoder>',
        'how images are encoded (default: as the run was trained for)',
      ).choices([...encoderNames]),
    )
    .option('--seed <number>', 'seed of posterior-sample, or of the details of code', wholeNumber, 1)
}

/** The options as part of an engine request for a run. */
export function encodingFrom(
  { encoder, seed }: EncodingFlags,
  { config }: Pick<RunRecord, 'config'>,
): Pick<EncodingRequest, 'encoder' | 'encoderSeed'> {
  return { encoder: encoder ?? defaultEncoder(config), encoderSeed: seed }
}

/** Which checkpoint to use. */
export const checkpointOption = () =>
  new Option('--checkpoint <checkpoint>', 'latest, best, or the step of a checkpoint').argParser(
    checkpointChoice,
  )

function parseDevice(text: string): DeviceChoice {
  const { data } = deviceChoiceSchema.safeParse(text)
  if (data === undefined) throw invalidArgument(errorText('cli.writeDevice'))
  return data
}

function checkpointChoice(text: string): CheckpointChoice {
  if (text === 'latest' || text === 'best') return text
  if (!/^\d+$/.test(text)) throw invalidArgument(errorText('cli.writeCheckpoint'))
  return Number(text)
}

/** Parses `RUN` or `RUN:CHECKPOINT`. */
export function startFrom(text: string): { runId: string; checkpoint?: CheckpointChoice } {
  const [runId = '', checkpoint, ...more] = text.split(':')
  if (runId === '' || more.length > 0) throw invalidArgument(errorText('cli.writeStart'))
  return checkpoint === undefined ? { runId } : { runId, checkpoint: checkpointChoice(checkpoint) }
}

/** Parses a whole number in a range, ends included. */
export function wholeNumberFrom(min: number, max = Infinity): (text: string) => number {
  const range = wholeNumberText(min, max)
  return (text) => {
    const value = text.trim() === '' ? NaN : Number(text)
    if (!Number.isSafeInteger(value) || value < min || value > max) throw invalidArgument(range)
    return value
  }
}

function wholeNumberText(min: number, max: number): ErrorText {
  if (max < Infinity) return errorText('cli.wholeNumberFrom', { min, max })
  return min > 0 ? errorText('cli.wholeNumberAtLeast', { min }) : errorText('cli.wholeNumber')
}

export const wholeNumber = wholeNumberFrom(0)
/** Width and height of images. */
export const imageSize = wholeNumberFrom(smallestSide, largestSide)

export function positiveNumber(text: string): number {
  const value = Number(text)
  if (!Number.isFinite(value) || value <= 0) throw invalidArgument(errorText('cli.aboveZero'))
  return value
}

export function notNegative(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw invalidArgument(errorText('cli.atLeastZero'))
  return value
}

/** Collects repeated `--set key=value` options. */
export function collectSettings(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=')
  if (at < 1) throw invalidArgument(errorText('cli.writeSetting'))
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
}

/** Adds a help text with the settings of a run, from their schema. */
export function describeSettings(command: Command): void {
  const lines = settingFields().map(({ key, title, unit, min, max, choices }) => {
    const range = choices
      ? choices.join('|')
      : min === undefined
        ? 'true|false'
        : `${min} … ${max}${unit ? ` ${unit}` : ''}`
    return `  ${key.padEnd(16)} ${title}: ${range}`
  })
  command.addHelpText('after', `\nSettings for --set:\n${lines.join('\n')}`)
}
