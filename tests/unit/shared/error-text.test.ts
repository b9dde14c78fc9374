import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { errorText, errorTextSchema, formatErrorText } from '#shared/error-text.ts'
import { deserializeError, FlowerbedError, serializedErrorSchema, serializeError } from '#shared/errors.ts'
import { errors } from '#shared/locales/en/errors.ts'

const root = join(import.meta.dirname, '..', '..', '..')
/** The code of all processes, without the catalogue itself. */
const sources = ['src-main', 'src-shared', 'src-renderer', 'src-preload'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|vue)$/.test(file) && !file.startsWith('locales'))
    .map((file) => readFileSync(join(root, folder, file), 'utf8')),
)
/** Message ids in quotes, and those that a template makes of a noun. */
const written = new Set(
  sources.flatMap((source) => [...source.matchAll(/'(\w+\.\w+)'/g)].map(([, id]) => id as string)),
)
const templates = sources.flatMap((source) =>
  [...source.matchAll(/errorText\(`\$\{\w+\}(\.\w+)`/g)].map(([, end]) => end as string),
)

describe('the catalogue of errors', () => {
  it.each(Object.keys(errors))('says %s somewhere', (id) => {
    expect(written.has(id) || templates.some((end) => id.endsWith(end))).toBe(true)
  })

  it('has every id that the code names', () => {
    const named = sources.flatMap((source) =>
      [...source.matchAll(/errorText\(\s*'([^']+)'/g)].map(([, id]) => id as string),
    )
    expect(named.length).toBeGreaterThan(30)
    expect(named.filter((id) => !Object.hasOwn(errors, id))).toEqual([])
  })

  it('has each id in one area only', async () => {
    const files = readdirSync(join(root, 'src-shared', 'locales', 'en', 'errors'))
    const areas = await Promise.all(
      files.map(async (file) => {
        const area = (await import(join(root, 'src-shared', 'locales', 'en', 'errors', file))) as object
        return Object.values(area).flatMap((entries) => Object.keys(entries as object))
      }),
    )
    expect(areas.flat().toSorted()).toEqual(Object.keys(errors).toSorted())
  })

  it('has sentences without spaces at their ends or unpaired braces', () => {
    for (const text of Object.values(errors).flatMap((entry) => Object.values(entry) as string[])) {
      expect(text.trim()).toBe(text)
      expect(text.replaceAll(/\{\w+\}/g, '')).not.toMatch(/[{}]/)
    }
  })
})

describe('the text of an error', () => {
  it('is filled in with its parameters as they are', () => {
    const text = errorText('run.noCheckpointOfStep', { step: 3, choices: '{step}, $&' })
    expect(formatErrorText(text)).toEqual({
      message: 'This run has no checkpoint of step 3.',
      hint: 'There are checkpoints of step {step}, $&.',
    })
    expect(formatErrorText(errorText('run.noName')).hint).toBeUndefined()
  })

  it('takes other texts as parameters, over process borders too', () => {
    const reason = errorText('history.full')
    const text = errorText('presets.unknown', { preset: reason, choices: [reason, errorText('run.none')] })
    const { message, hint } = formatErrorText(errorTextSchema.parse(JSON.parse(JSON.stringify(text))))
    expect(message).toBe(`There is no preset “${errors['history.full'].message}”.`)
    expect(hint).toBe(`Choose one of: ${errors['history.full'].message}, ${errors['run.none'].message}.`)
    const hintless = formatErrorText({ id: 'run.noName', parameters: { reason } })
    expect(hintless.hint).toBe(errors['history.full'].hint)
    const unknown = { ...text, parameters: { ...text.parameters, preset: { id: 'x.y', parameters: {} } } }
    expect(errorTextSchema.safeParse(unknown).success).toBe(false)
  })

  it('demands the parameters of message and hint', () => {
    // @ts-expect-error -- `choices` is missing
    expect(formatErrorText(errorText('presets.unknown', { preset: 'x' })).hint).toBe(
      'Choose one of: {choices}.',
    )
    // @ts-expect-error -- there is no such id
    expect(() => formatErrorText(errorText('run.unknown'))).toThrow()
  })

  it('crosses a process border as id and parameters, and is written by the process that shows it', () => {
    const sent = new FlowerbedError(
      'not-found',
      errorText('presets.unknown', { preset: 'x', choices: 'a, b' }),
      {
        where: 'preset',
      },
    )
    expect(sent).toMatchObject({ message: 'There is no preset “x”.', hint: 'Choose one of: a, b.' })
    const crossed = serializedErrorSchema.parse(JSON.parse(JSON.stringify(serializeError(sent))))
    expect(crossed.text).toEqual({ id: 'presets.unknown', parameters: { preset: 'x', choices: 'a, b' } })
    const translated = { ...crossed, message: 'In another language.', hint: 'In it too.' }
    expect(deserializeError(translated)).toMatchObject({
      ...{ kind: 'not-found', where: 'preset', text: sent.text },
      ...{ message: sent.message, hint: sent.hint },
    })
  })

  it.each(['of.another.version', 'toString'])('is the sentence that was sent where the id is %s', (id) => {
    const crossed = { name: 'FlowerbedError', message: 'It is so.', hint: 'Do that.', kind: 'conflict' }
    const parsed = serializedErrorSchema.parse({ ...crossed, text: { id, parameters: {} } })
    expect(deserializeError(parsed)).toMatchObject({
      message: 'It is so.',
      hint: 'Do that.',
      text: undefined,
    })
  })
})
