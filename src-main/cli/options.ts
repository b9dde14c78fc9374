import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import { settingFields } from '#contract/config.ts'
import { encoderNames, solverNames } from '#contract/engine.ts'
import { deviceChoiceSchema } from '#contract/run.ts'
import type { CheckpointChoice } from '#contract/run.ts'

/** Options that several commands share. */
export const dataDirOption = () => new Option('--data-dir <folder>', 'where runs are kept')
export const jsonOption = () => new Option('--json', 'print one JSON document on stdout')
export const deviceOption = () =>
  new Option('--device <device>', 'what to compute on').choices(deviceChoiceSchema.options).default('auto')
export const solverOption = () =>
  new Option('--solver <solver>', 'how to draw').choices([...solverNames]).default('heun')
export const drawStepsOption = () =>
  new Option('--steps <count>', 'steps per drawing').argParser(wholeNumber).default(50)

/** Which save to draw from. */
export const checkpointOption = () =>
  new Option('--checkpoint <save>', 'latest, best, or the step of a save').argParser(checkpointChoice)

function checkpointChoice(text: string): CheckpointChoice {
  if (text === 'latest' || text === 'best') return text
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be latest, best or a step.')
  return Number(text)
}

export const encoderOption = () =>
  new Option('--encoder <encoder>', 'how pictures are encoded')
    .choices([...encoderNames])
    .default('posterior')

export function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('It must be a whole number.')
  return value
}

export function positiveNumber(text: string): number {
  const value = Number(text)
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It must be a number above 0.')
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
