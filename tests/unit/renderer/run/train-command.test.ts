import { expect, test } from 'vitest'
import { resolveConfig } from '#shared/presets.ts'
import { trainCommand } from '../../../../src-renderer/pages/run/train-command.ts'

const shape = { width: 32, height: 32, channels: 3 } as const

test('the command of a run names its folder, size and what differs from the preset', () => {
  const run = {
    name: 'Small faces',
    preset: 'pixel-posterior',
    shape,
    config: resolveConfig('pixel-posterior', { steps: 50 }),
  }
  expect(trainCommand(run, ["/home/me/it's here"])).toBe(
    String.raw`flowerbed train '/home/me/it'\''s here' --preset pixel-posterior --image-size 32 --name 'Small faces' --set steps=50`,
  )
  expect(trainCommand({ ...run, shape: { ...shape, width: 48 } }, ['b'])).toBeNull()
  expect(trainCommand({ ...run, preset: 'gone' }, ['b'])).toBeNull()
})
