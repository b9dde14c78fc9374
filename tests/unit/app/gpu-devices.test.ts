import { expect, test } from 'vitest'
import { FlowerbedError } from '#shared/errors.ts'
import { GpuDevices } from '../../../src-main/app/gpu-devices.ts'

function devices(answers: (number[] | FlowerbedError)[], mayHaveGpus = true) {
  const told: string[] = []
  const found: GpuDevices = new GpuDevices({
    readGpus: () => {
      const answer = answers.shift() ?? []
      if (answer instanceof FlowerbedError) return Promise.reject(answer)
      return Promise.resolve(answer.map((index) => ({ index })))
    },
    onChange: () => void told.push(found.list.join(' ')),
    mayHaveGpus: () => mayHaveGpus,
  })
  return { found, told }
}

test('the computer is one device until several GPUs are found, and again when they are gone', async () => {
  const { found, told } = devices([[1, 0], [0]])
  expect(found.list).toEqual(['computer'])
  await found.refresh()
  await found.refresh()
  expect(told).toEqual(['cuda:1 cuda:0 cpu', 'computer'])
})

test('they are known after the first look', async () => {
  const answers = [[0, 1], [3]]
  const { found } = devices(answers)
  await Promise.all([found.known(), found.known()])
  expect([found.list, answers]).toEqual([['cuda:0', 'cuda:1', 'cpu'], [[3]]])
})

test('what cannot be asked stays as it was', async () => {
  const { found, told } = devices([[0, 1], new FlowerbedError('crashed', 'The process ended.')])
  await found.refresh()
  await found.refresh()
  expect([found.list.length, told.length]).toEqual([3, 1])
})

test('without a driver nothing is asked', async () => {
  const answers = [[0, 1]]
  const { found } = devices(answers, false)
  await found.refresh()
  expect([found.list, answers.length]).toEqual([['computer'], 1])
})
