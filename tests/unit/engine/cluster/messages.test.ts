import { expect, test } from 'vitest'
import { encodeMessage, runOptions } from '../../../../src-main/engine/cluster/messages.ts'

test('fields are written as protocol buffers are', () => {
  // The examples of https://protobuf.dev/programming-guides/encoding
  expect([...encodeMessage([[1, 150]])]).toEqual([0x08, 0x96, 0x01])
  expect([...encodeMessage([[2, 'testing']])]).toEqual([0x12, 7, ...Buffer.from('testing')])
  expect([...encodeMessage([[3, encodeMessage([[1, 150]])]])]).toEqual([0x1a, 3, 0x08, 0x96, 0x01])
})

test('a timeout of more than 2³¹ ms is written as a whole', () => {
  expect([...runOptions({ timeoutMs: 2 ** 35, key: null })]).toEqual([
    0x10, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01,
  ])
})
