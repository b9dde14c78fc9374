import { expect, test } from 'vitest'
import { graphKey, PreparedGraphs } from '../../../../src-main/engine/graph/prepared-graphs.ts'
import type { GraphSource } from '../../../../src-main/engine/graph/prepared-graphs.ts'
import type { OpNode } from '../../../../src-main/engine/graph/trace.ts'

const op = (changes: Partial<OpNode> = {}): OpNode => ({
  ...{ kind: 'op', name: 'n1', op: 'Relu', outputs: [] },
  attributes: [{ name: 'alpha', type: 1, value: 1 }],
  inputs: [{ node: 'state/x/read', index: 0 }],
  ...changes,
})
const source = (changes: Partial<GraphSource['trace']> = {}, spec: Partial<GraphSource['spec']> = {}) =>
  ({
    spec: {
      name: 'test',
      state: { x: { shape: [2], dtype: 'float32' } },
      feeds: { y: { shape: [], dtype: 'float32' } },
      body: () => ({ fetches: {}, next: {} }),
      ...spec,
    },
    trace: {
      nodes: [{ kind: 'constant', name: 'c0', dtype: 1, shape: [2], values: Float32Array.of(0, 1) }, op()],
      fetches: { z: { node: 'n1', index: 0, spec: { shape: [2], dtype: 'float32' } } },
      next: { x: { node: 'n1', index: 0 } },
      ...changes,
    },
    iterations: 1,
  }) satisfies GraphSource

test('graphs of the same parts have one key, and any part that differs another', () => {
  const constant = (values: Float32Array) => [
    { kind: 'constant' as const, name: 'c0', dtype: 1, shape: [2], values },
    op(),
  ]
  const alpha = (value: unknown) => ({
    nodes: [...source().trace.nodes.slice(0, 1), op({ attributes: [{ name: 'alpha', type: 1, value }] })],
  })
  const others = [
    source({}, { name: 'other' }),
    source({}, { state: { x: { shape: [3], dtype: 'float32' } } }),
    source({}, { feeds: {} }),
    source({ fetches: {} }),
    source({ next: {} }),
    source({ nodes: [op()] }),
    source({ nodes: constant(Float32Array.of(0, 2)) }),
    source({ nodes: constant(Float32Array.of(-0, 1)) }),
    source(alpha(2)),
    ...[NaN, Infinity, -Infinity, 0, -0, null, 'NaN'].map((value) => source(alpha(value))),
    { ...source(), iterations: 2 },
  ]
  const keys = [source(), ...others].map(graphKey)
  expect(graphKey(source())).toBe(keys[0])
  expect(new Set(keys).size).toBe(keys.length)
})

function graphs() {
  const freed: number[] = []
  return { freed, prepared: new PreparedGraphs((session) => freed.push(session)) }
}

test('graphs are kept while they are prepared only, and taken once', async () => {
  const { prepared, freed } = graphs()
  prepared.release(1, { name: 'a', key: 'A' })
  await prepared.prepare(async () => {
    expect(prepared.isOpen).toBe(true)
    prepared.release(2, { name: 'a', key: 'A' })
    prepared.release(3, { name: 'a', key: 'A' })
    prepared.release(4, { name: 'b', key: null })
    await Promise.resolve()
  })
  expect(freed).toEqual([1, 3, 4])
  expect(prepared.isOpen).toBe(false)
  prepared.open()
  expect(prepared.isOpen).toBe(true)
  expect(prepared.take('a', 'A')).toBe(2)
  expect(prepared.take('a', 'A')).toBeNull()
  expect(freed).toEqual([1, 3, 4])
})

test('a graph that differs from the one of its name is freed, and the rest when all is cleared', async () => {
  const { prepared, freed } = graphs()
  await prepared.prepare(async () => {
    for (const [i, name] of ['a', 'b', 'c'].entries()) prepared.release(i, { name, key: name })
    await Promise.resolve()
  })
  prepared.open()
  expect(prepared.take('b', 'other')).toBeNull()
  expect(freed).toEqual([1])
  prepared.clear()
  expect(freed).toEqual([1, 0, 2])
  expect(prepared.count).toBe(0)
  expect(prepared.isOpen).toBe(false)
})

test('what was kept before an error stays until it is cleared', async () => {
  const { prepared } = graphs()
  const failing = prepared.prepare(async () => {
    prepared.release(1, { name: 'a', key: 'A' })
    await Promise.reject(new Error('no memory'))
  })
  await expect(failing).rejects.toThrow('no memory')
  expect(prepared.count).toBe(1)
  prepared.release(2, { name: 'b', key: 'B' })
  expect(prepared.count).toBe(1)
})
