import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')
const read = (file: string) => readFileSync(resolve(root, file), 'utf8')

/** Files and folders named in backticks: with a slash, without blanks or placeholders. */
const pathsIn = (text: string): string[] =>
  [...text.matchAll(/`((?:src-|tests\/|scripts\/|bench\/|resources\/)[\w./-]+)`/g)].map((match) => match[1]!)

/** Heading and body of each section of a level. */
const sections = (text: string, level: string) =>
  text
    .split(new RegExp(`^${level} `, 'm'))
    .slice(1)
    .map((part) => ({
      title: part.split('\n')[0]!,
      body: part.split(/^#{1,3} /m)[0]!,
    }))

describe('CONTRIBUTING.md', () => {
  const where = read('CONTRIBUTING.md').split('## Where to add what')[1]!.split('\n## ')[0]!
  const lists = sections(where, '###')

  it('has a list for what is added most', () => {
    expect(lists.map(({ title }) => title)).toEqual([
      'A setting of a run',
      'An IPC channel',
      'A solver',
      'A network',
      'A migration of the database',
      'A string',
    ])
  })

  it.each(lists)('names at most four files for “$title”', ({ body }) => {
    const items = body.match(/^\d+\. .*(?:\n {3}.*)*/gm) ?? []
    expect(items.length).toBeGreaterThan(0)
    expect(items.length).toBeLessThanOrEqual(4)
  })

  it.each(lists.flatMap(({ body }) => pathsIn(body)))('names %s, which exists', (path) => {
    expect(existsSync(resolve(root, path))).toBe(true)
  })
})

describe('ARCHITECTURE.md', () => {
  const text = read('ARCHITECTURE.md')

  it('follows one image from folder to sample in ten lines', () => {
    const pipeline = sections(text, '##').find(({ title }) => title.startsWith('From a folder to a sample'))!
    expect(pipeline.body.match(/^\d+\. /gm)).toHaveLength(10)
  })

  it.each(pathsIn(text))('names %s, which exists', (path) => {
    expect(existsSync(resolve(root, path))).toBe(true)
  })
})
