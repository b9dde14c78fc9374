import { expect, it } from 'vitest'
import { OneInBackground } from '../../../src-main/cli/support/one-in-background.ts'

it('begins a piece once the one before is done, and goes on meanwhile', async () => {
  const background = new OneInBackground()
  const done: string[] = []
  let finishFirst: () => void = () => undefined
  await background.begin(async () => {
    await new Promise<void>((resolve) => (finishFirst = resolve))
    done.push('first')
  })
  const second = background.begin(() => {
    done.push('second')
    return Promise.resolve()
  })
  done.push('meanwhile')
  finishFirst()
  await second
  await background.end()
  expect(done).toEqual(['meanwhile', 'first', 'second'])
})

it('throws what a piece threw at the next call', async () => {
  const background = new OneInBackground()
  await background.begin(() => Promise.reject(new Error('no space')))
  await expect(background.begin(() => Promise.resolve())).rejects.toThrow('no space')
  await expect(background.end()).rejects.toThrow('no space')
})
