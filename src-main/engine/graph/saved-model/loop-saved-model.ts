import { writeBody } from './graph-def.ts'
import type { ProgramSource } from './graph-def.ts'
import { GraphWriter } from './graph-writer.ts'
import { Loop, ended, exitOf } from './loop.ts'
import { givenFeed, loopHandle, stateHandle } from './node-names.ts'
import { types } from '../analysis/shapes.ts'
import { feedNode } from '../trace.ts'

/** The feed of the number of iterations. */
export const iterationsFeed = 'iterations:0'

/**
 * As `writeSavedModel`, with the body in a loop: one call runs `iterations` iterations, each with its own element of the stacked
 * feeds, and returns the fetches of all iterations stacked. State stays in its variables, and an iteration begins after
 * the previous one has replaced it.
 */
export function writeLoopSavedModel(options: ProgramSource): Uint8Array {
  const { spec, trace, binding, id } = options
  const graph = new GraphWriter(binding)
  graph.writePlaceholder('iterations', [], 'int32')
  const fetches = Object.entries(trace.fetches).map(([name, edge]) => ({
    ...{ name: `fetch/${name}`, edge, shape: edge.spec.shape, type: types[edge.spec.dtype] },
  }))
  for (const { name, shape, type } of fetches) graph.writeList(name, { shape, type, length: 'iterations' })
  for (const [name, tensor] of Object.entries(spec.state)) graph.writeVariable(`${id}/${name}`, name, tensor)
  for (const [name, { shape, dtype }] of Object.entries(spec.feeds))
    graph.writePlaceholder(givenFeed(name), [-1, ...shape], dtype)

  const loop = new Loop(graph, 'iterations')
  for (const name of Object.keys(spec.state)) loop.enter(loopHandle(name), stateHandle(name), 'resource')
  for (const [name, tensor] of Object.entries(spec.feeds)) loop.pick(feedNode(name), givenFeed(name), tensor)
  const updated = writeBody(graph, spec, trace)
  for (const { name, edge, type } of fetches) loop.collect(name, { value: edge, type })
  loop.end(updated)

  for (const { name, shape, type } of fetches)
    graph.writeStack(name, { list: exitOf(name), shape, type, after: ended })
  graph.writeDone('done', [ended])
  return graph.toSavedModel()
}
