import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  deserializeError,
  FlowerbedError,
  serializedErrorSchema,
  serializeError,
  toFlowerbedError,
} from '#shared/errors.ts'

describe('errors across a process border', () => {
  it('keep kind, message, hint and where', () => {
    const sent = new FlowerbedError('no-space', 'The disk is full.', { where: '/data', hint: 'Free 2 GB.' })
    const crossed: unknown = JSON.parse(JSON.stringify(serializeError(sent)))
    const back = deserializeError(serializedErrorSchema.parse(crossed))
    expect(back).toBeInstanceOf(FlowerbedError)
    expect({ kind: back.kind, message: back.message, where: back.where, hint: back.hint }).toEqual({
      kind: 'no-space',
      message: 'The disk is full.',
      where: '/data',
      hint: 'Free 2 GB.',
    })
  })

  it.each([
    ['ENOSPC', 'no-space'],
    ['ENOENT', 'not-found'],
    ['EACCES', 'bad-input'],
    ['EPIPE', 'internal'],
  ])('take the kind of a system error %s', (code, kind) => {
    expect(toFlowerbedError(Object.assign(new Error('system'), { code })).kind).toBe(kind)
  })

  it.each([
    ['SQLITE_FULL', 'no-space'],
    ['SQLITE_IOERR_SHMSIZE', 'no-space'],
    ['SQLITE_READONLY_DIRECTORY', 'bad-input'],
    ['SQLITE_PERM', 'bad-input'],
    ['SQLITE_CANTOPEN_ISDIR', 'unavailable'],
    ['SQLITE_IOERR_WRITE', 'unavailable'],
    ['SQLITE_BUSY_SNAPSHOT', 'conflict'],
    ['SQLITE_LOCKED', 'conflict'],
    ['SQLITE_NOMEM', 'no-space'],
    ['SQLITE_CORRUPT_VTAB', 'corrupt'],
    ['SQLITE_NOTADB', 'corrupt'],
  ])('tell SQLite’s %s in words, and to move the file aside only where it is damaged', (code, kind) => {
    const error = toFlowerbedError(Object.assign(new Error('raw words'), { code }))
    expect(error.kind).toBe(kind)
    expect(error.message).not.toContain('raw words')
    expect(/move it|move its file/i.test(error.hint ?? '')).toBe(kind === 'corrupt')
    expect(error.cause).toBeInstanceOf(Error)
  })

  it('leave a mistake of ours in SQL as it is', () => {
    const error = toFlowerbedError(Object.assign(new Error('no such table: a'), { code: 'SQLITE_ERROR' }))
    expect(error).toMatchObject({ kind: 'internal', message: 'no such table: a' })
  })

  it('see an abort as cancelled, a schema failure as bad input and anything else as internal', () => {
    expect(toFlowerbedError(new DOMException('stop', 'AbortError')).kind).toBe('cancelled')
    expect(toFlowerbedError('text').message).toBe('text')
    expect(toFlowerbedError(new TypeError('oops')).kind).toBe('internal')
    const failure = z.object({ a: z.number('A must be a number') }).safeParse({ a: 'x' })
    expect(toFlowerbedError(failure.error)).toMatchObject({
      kind: 'bad-input',
      where: 'a',
      message: 'A must be a number',
    })
  })
})
