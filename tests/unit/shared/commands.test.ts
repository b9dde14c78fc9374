import { describe, expect, it } from 'vitest'
import { commandIds, commands, isPageCommand } from '#shared/commands.ts'
import { en } from '#shared/locales/en/index.ts'

const given = (of: 'accelerator' | 'key') => commandIds.flatMap((id) => commands[id][of]?.toLowerCase() ?? [])

describe('the commands of the window', () => {
  it.each(['accelerator', 'key'] as const)('have no %s twice', (of) => {
    expect(given(of).length).toBeGreaterThan(3)
    expect(new Set(given(of)).size).toBe(given(of).length)
  })

  it('are named in the catalogue, and nothing else is', () => {
    const [pages, actions] = [commandIds.filter(isPageCommand), commandIds.filter((id) => !isPageCommand(id))]
    expect(Object.keys(en.app.commands).toSorted()).toEqual(actions.toSorted())
    expect(Object.keys(en.app.pages)).toEqual(expect.arrayContaining(pages))
  })
})
