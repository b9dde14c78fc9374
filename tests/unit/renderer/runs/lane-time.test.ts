import { expect, test } from 'vitest'
import { secondsInLanes } from '../../../../src-renderer/entities/runs/lane-time.ts'

test('runs of one lane follow each other', () => {
  expect(secondsInLanes([], 1)).toBe(0)
  expect(secondsInLanes([60, 30, 10], 1)).toBe(100)
})

test('a run is not shared by several lanes, and the next begins where one is free first', () => {
  expect(secondsInLanes([660], 2)).toBe(660)
  expect(secondsInLanes([60, 30, 40], 2)).toBe(70)
  expect(secondsInLanes([10, 20], 3)).toBe(20)
})
