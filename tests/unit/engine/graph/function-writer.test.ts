import { expect, it } from 'vitest'
import { listCompilableOps } from '../../../../src-main/engine/graph/analysis/shapes.ts'
import { listFunctionOps } from '../../../../src-main/engine/graph/saved-model/function-writer.ts'

it('every operation of TensorFlow that can be compiled can be part of a function', () => {
  // Flowerbed’s own, and what the writer of graphs replaces.
  const others = /^(Flowerbed|@)/
  const missing = listCompilableOps().filter((op) => !others.test(op) && !listFunctionOps().includes(op))
  expect(missing).toEqual([])
})
