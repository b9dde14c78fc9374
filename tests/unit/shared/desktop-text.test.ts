import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { desktopText, oneOf } from '#shared/desktop-text.ts'
import { desktop } from '#shared/locales/en/desktop.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const sources = ['src-main', 'src-shared'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('locales'))
    .map((file) => readFileSync(join(root, folder, file), 'utf8')),
)
const written = new Set(
  sources.flatMap((source) => [...source.matchAll(/'(\w+(\.\w+)+)'/g)].map(([, id]) => id)),
)
const beginnings = sources.flatMap((source) =>
  [...source.matchAll(/desktopText\(`([\w.]+\.)\$\{/g)].map(([, beginning]) => beginning as string),
)

describe('the texts of the processes behind the window', () => {
  it.each(Object.keys(desktop))('says %s somewhere', (id) => {
    expect(written.has(id) || beginnings.some((beginning) => id.startsWith(beginning))).toBe(true)
  })

  it('has each id in one area only', async () => {
    const folder = join(root, 'src-shared', 'locales', 'en', 'desktop')
    const areas = await Promise.all(
      readdirSync(folder).map(async (file) => (await import(join(folder, file))) as object),
    )
    const ids = areas.flatMap((area) => Object.values(area).flatMap((texts: object) => Object.keys(texts)))
    expect(ids.length).toBeGreaterThan(100)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('fills braces', () => {
    expect(desktopText('tray.training', { name: 'Suns {percent}', percent: 12 })).toBe(
      '“Suns {percent}” is training: 12 %',
    )
  })

  it('chooses the plural of a count and groups its digits', () => {
    expect(desktopText('notice.unreadable.run', { count: 1 })).toBe('1 run')
    expect(desktopText('notice.unreadable.run', { count: 1234 })).toBe('1,234 runs')
  })

  it('lists choices as a sentence does', () => {
    expect(oneOf(['fp32', 'bf16', 'fp16'])).toBe('fp32, bf16 or fp16')
  })
})
