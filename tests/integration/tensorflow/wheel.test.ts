import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PinnedWheel } from '../../../src-main/tensorflow/manifest.ts'
import { httpSettings } from '../../../src-main/tensorflow/download/http.ts'
import { extractMembers } from '../../../src-main/tensorflow/wheel.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { answerRange, serve as startServer } from '../../helpers/server.ts'
import type { TestServer } from '../../helpers/server.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** A file with two members in it, one stored and one deflated, where a wheel would have them. */
function makeWheel(): { wheel: PinnedWheel; bytes: Buffer; contents: Buffer[] } {
  const contents = [randomBytes(300_000), Buffer.from('library '.repeat(40_000))]
  const packed = [contents[0]!, deflateRawSync(contents[1]!)]
  const bytes = Buffer.concat([Buffer.from('before'), packed[0]!, Buffer.from('between'), packed[1]!])
  const offsets = [6, 6 + packed[0]!.length + 7]
  const file = 'tensor-1.0-linux.whl'
  const methods = [0, 8] as const
  const members = contents.map((content, i) => ({
    name: `tensor/${i}.so`,
    path: `deps/lib/${i}.so`,
    offset: offsets[i]!,
    method: methods[i]!,
    compressed: packed[i]!.length,
    bytes: content.length,
    sha256: sha256(content),
  }))
  return {
    wheel: { project: 'Tensor', file, sha256: sha256(bytes), bytes: bytes.length, members },
    bytes,
    contents,
  }
}

let server: TestServer
let folder: ReturnType<typeof temporaryFolder>
let serve: (request: IncomingMessage, response: ServerResponse) => void
const { wheel, bytes, contents } = makeWheel()

beforeEach(async () => {
  folder = temporaryFolder('wheel')
  server = await startServer((request, response) => {
    if (request.url === '/simple/tensor/') {
      response.setHeader('content-type', 'text/html')
      response.end(`<a href="/files/${wheel.file}#sha256=${wheel.sha256}">${wheel.file}</a>`)
    } else serve(request, response)
  })
})
afterEach(() => {
  server.stop()
  folder.remove()
})

const take = (
  options: { folders?: string[]; signal?: AbortSignal; onBytes?: (bytes: number) => void } = {},
) =>
  extractMembers({
    wheel,
    folder: join(folder.path, 'runtime'),
    downloads: join(folder.path, 'downloads'),
    source: {
      indexUrls: [`${server.origin}/simple/`],
      folders: options.folders ?? [],
      settings: httpSettings({ NO_PROXY: '*' }),
      signal: options.signal,
    },
    onBytes: options.onBytes ?? (() => undefined),
  })
const taken = () => contents.map((_, i) => readFileSync(join(folder.path, 'runtime', 'deps/lib', `${i}.so`)))

test('only the needed bytes are asked for, and unpacked', async () => {
  let sent = 0
  serve = (request, response) => {
    const part = answerRange(request, response, bytes)
    sent += part.length
    response.end(part)
  }
  const told: number[] = []
  await take({ onBytes: (received) => told.push(received) })
  expect(taken()).toEqual(contents)
  const needed = wheel.members.reduce((sum, { compressed }) => sum + compressed, 0)
  expect(sent).toBe(needed)
  expect(told.at(-1)).toBe(needed)
  expect(readdirSync(join(folder.path, 'downloads'))).toEqual([])
})

test('an interrupted download is resumed', async () => {
  const asked: string[] = []
  let line: ServerResponse | undefined
  serve = (request, response) => {
    asked.push(request.headers.range ?? '')
    const part = answerRange(request, response, bytes)
    if (asked.length > 1) {
      response.end(part)
      return
    }
    line = response
    response.write(part.subarray(0, 100_000))
  }
  // The line is cut once what was sent is in the file.
  await take({
    onBytes: (received) => {
      if (received === 100_000) line?.destroy()
    },
  })
  expect(taken()).toEqual(contents)
  const [first] = wheel.members
  expect(asked[1]).toBe(`bytes=${first!.offset + 100_000}-${first!.offset + first!.compressed - 1}`)
})

test('a server without ranges: the whole file is downloaded and checked', async () => {
  serve = (_, response) => {
    response.writeHead(200, { 'content-length': bytes.length })
    response.end(bytes)
  }
  await take()
  expect(taken()).toEqual(contents)
})

test('bytes with the wrong hash are reported and deleted', async () => {
  const damaged = Buffer.from(bytes)
  damaged[1000]! ^= 1
  serve = (request, response) => response.end(answerRange(request, response, damaged))
  await expect(take()).rejects.toMatchObject({ kind: 'corrupt' })
  expect(readdirSync(join(folder.path, 'downloads'))).toEqual([])
  serve = (request, response) => response.end(answerRange(request, response, bytes))
  await take()
  expect(taken()).toEqual(contents)
})

test('a folder of the user’s goes before the network', async () => {
  serve = () => {
    throw new Error('nobody should ask')
  }
  const offline = temporaryFolder('offline')
  writeFileSync(join(offline.path, wheel.file), bytes)
  await take({ folders: [offline.path] })
  expect(taken()).toEqual(contents)
  expect(existsSync(join(offline.path, wheel.file))).toBe(true)
  offline.remove()
})

test('an index that does not have the file, and a cancel, each say so', async () => {
  serve = (_, response) => {
    response.writeHead(404)
    response.end()
  }
  await expect(take()).rejects.toMatchObject({
    kind: 'unavailable',
    where: expect.stringMatching(/files/) as string,
  })
  serve = () => undefined
  const stop = new AbortController()
  setTimeout(() => stop.abort(), 100)
  await expect(take({ signal: stop.signal })).rejects.toMatchObject({ kind: 'cancelled' })
})

test('a file that an index of https offers by http only is not asked for', async () => {
  let asked = 0
  serve = (_, response) => {
    asked += 1
    response.end()
  }
  const fixture = (name: string) => join(import.meta.dirname, '../../fixtures/tls', name)
  const index = await startServer(
    (_, response) => response.end(`<a href="${server.origin}/files/${wheel.file}">${wheel.file}</a>`),
    { key: readFileSync(fixture('key.pem'), 'utf8'), cert: readFileSync(fixture('certificate.pem'), 'utf8') },
  )
  const source = {
    indexUrls: [`${index.origin}/simple/`],
    folders: [],
    settings: httpSettings({ NO_PROXY: '*', SSL_CERT_FILE: fixture('certificate.pem') }),
  }
  const taking = extractMembers({
    ...{ wheel, source, onBytes: () => undefined },
    ...{ folder: join(folder.path, 'runtime'), downloads: join(folder.path, 'downloads') },
  })
  await expect(taking).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringMatching(/leads from https to http/) as string,
  })
  expect(asked).toBe(0)
  index.stop()
})
