import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { downloadVerified } from '../../../src-main/tensorflow/download/download.ts'
import { httpGet, httpSettings, proxyFor } from '../../../src-main/tensorflow/download/http.ts'
import { listFiles } from '../../../src-main/tensorflow/download/simple-index.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { answerRange, serve } from '../../helpers/server.ts'
import type { TestServer } from '../../helpers/server.ts'

const fixture = (name: string) => join(import.meta.dirname, '../../fixtures/tls', name)
const tls = {
  key: readFileSync(fixture('key.pem'), 'utf8'),
  cert: readFileSync(fixture('certificate.pem'), 'utf8'),
}
const direct = httpSettings({ NO_PROXY: '*', PIP_CONFIG_FILE: '/dev/null' })

let folder: ReturnType<typeof temporaryFolder>
let stops: (() => void)[]
beforeEach(() => {
  folder = temporaryFolder('network')
  stops = []
})
afterEach(() => {
  for (const stop of stops) stop()
  folder.remove()
})
async function served(...options: Parameters<typeof serve>): Promise<TestServer> {
  const server = await serve(...options)
  stops.push(server.stop)
  return server
}

const content = randomBytes(500_000)
const expected = { algorithm: 'sha256', digest: createHash('sha256').update(content).digest('hex') } as const
const file = () => join(folder.path, 'electron.zip')
const fetchFrom = (
  url: string,
  onBytes: (received: number, total: number | null) => void = () => undefined,
) => downloadVerified({ url, file: file(), expected, settings: direct, tries: 2, onBytes })

describe('a whole file', () => {
  it('that is interrupted again and again is resumed each time', async () => {
    const asked: string[] = []
    let cut: { at: number; line: ServerResponse } | null = null
    const server = await served((request, response) => {
      asked.push(request.headers.range ?? 'all')
      const part = request.headers.range ? answerRange(request, response, content) : content
      if (!request.headers.range) response.writeHead(200, { 'content-length': content.length })
      // Every answer brings a fifth, then the line is cut, once that is in the file.
      cut = { at: content.length - part.length + 100_000, line: response }
      if (part.length <= 100_000) response.end(part)
      else response.write(part.subarray(0, 100_000))
    })
    const told: [number, number | null][] = []
    await fetchFrom(server.origin, (received, total) => {
      told.push([received, total])
      if (cut && received === cut.at && received < content.length) cut.line.destroy()
    })
    expect(readFileSync(file()).equals(content)).toBe(true)
    expect(asked).toEqual(['all', ...[1, 2, 3, 4].map((fifth) => `bytes=${fifth * 100_000}-`)])
    expect(told.at(0)).toEqual([0, content.length])
    expect(told.at(-1)).toEqual([content.length, content.length])
    expect(existsSync(`${file()}.part`)).toBe(false)
  })

  it('that was changed in transit is refused and downloaded again the next time', async () => {
    let damaged = true
    const server = await served((_, response) => {
      const bytes = Buffer.from(content)
      if (damaged) bytes[1000]! ^= 1
      response.end(bytes)
    })
    await expect(fetchFrom(server.origin)).rejects.toMatchObject({
      kind: 'corrupt',
      hint: expect.stringMatching(/mirror or proxy/) as string,
    })
    expect(existsSync(file())).toBe(false)
    damaged = false
    await fetchFrom(server.origin)
    expect(readFileSync(file()).equals(content)).toBe(true)
  })

  it('that does not exist, and an unreachable server, are reported with a hint', async () => {
    let asked = 0
    const server = await served((_, response) => {
      asked += 1
      response.writeHead(404).end()
    })
    await expect(fetchFrom(`${server.origin.replace('//', '//user:secret@')}/file`)).rejects.toMatchObject({
      kind: 'unavailable',
      message: 'The download failed: the server answered 404',
      where: `${server.origin}/file`,
    })
    // Asking again would not help.
    expect(asked).toBe(1)
    server.stop()
    await expect(fetchFrom(server.origin)).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/Cannot reach 127\.0\.0\.1:\d+/) as string,
      hint: expect.stringMatching(/HTTPS_PROXY.*PIP_INDEX_URL.*FLOWERBED_OFFLINE_DIR/) as string,
    })
  })
})

describe('certificates', () => {
  const ask = async (env: NodeJS.ProcessEnv, origin: string) =>
    text((await httpGet(origin, { settings: httpSettings({ PIP_CONFIG_FILE: '/dev/null', ...env }) })).body)

  it('of the user are trusted by PIP_CERT, those of a host by PIP_TRUSTED_HOST, and otherwise the error names PIP_CERT', async () => {
    const { origin, port } = await served((_, response) => response.end('hello'), tls)
    expect(await ask({ PIP_CERT: fixture('certificate.pem') }, origin)).toBe('hello')
    expect(await ask({ PIP_TRUSTED_HOST: `localhost:${port}` }, origin)).toBe('hello')
    await expect(ask({}, origin)).rejects.toMatchObject({
      kind: 'unavailable',
      hint: expect.stringMatching(/PIP_CERT/) as string,
    })
    await expect(ask({ PIP_CERT: '/not/there.pem' }, origin)).rejects.toMatchObject({
      where: '/not/there.pem',
    })
  })
})

describe('a proxy', () => {
  /** Notes what it is asked for; CONNECT opens a tunnel to this machine. */
  async function proxy() {
    const asked: { what: string; credentials: string | undefined }[] = []
    const note = (what: string, headers: NodeJS.Dict<string | string[]>) =>
      asked.push({ what, credentials: headers['proxy-authorization']?.toString() })
    const server = createServer((request, response) => {
      note(`GET ${request.url}`, request.headers)
      response.end('from the proxy')
    })
    server.on('connect', (request, socket) => {
      note(`CONNECT ${request.url}`, request.headers)
      const port = Number(request.url?.split(':')[1])
      const target = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        target.pipe(socket).pipe(target)
      })
      target.on('error', () => socket.destroy())
      socket.on('error', () => target.destroy())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    stops.push(() => {
      server.closeAllConnections()
      server.close()
    })
    return { asked, address: `http://user:pass@127.0.0.1:${(server.address() as { port: number }).port}` }
  }
  const credentials = `Basic ${Buffer.from('user:pass').toString('base64')}`

  it('is asked for http addresses, and tunnels to https ones, with its credentials', async () => {
    const { asked, address } = await proxy()
    const { origin, port } = await served((_, response) => response.end('from behind'), tls)
    const settings = httpSettings({
      ...{ HTTP_PROXY: address, HTTPS_PROXY: address },
      ...{ PIP_CONFIG_FILE: '/dev/null', PIP_CERT: fixture('certificate.pem') },
    })
    expect(await text((await httpGet('http://index.example/simple/', { settings })).body)).toBe(
      'from the proxy',
    )
    expect(await text((await httpGet(origin, { settings })).body)).toBe('from behind')
    expect(asked).toEqual([
      { what: 'GET http://index.example/simple/', credentials },
      { what: `CONNECT localhost:${port}`, credentials },
    ])
  })

  it('follows the usual variables, pip’s first', () => {
    const url = new URL('https://index.example/simple/')
    const of = (env: NodeJS.ProcessEnv, pip: string | null = null) => proxyFor(url, env, pip)?.host ?? null
    expect(of({})).toBeNull()
    expect(of({ HTTP_PROXY: 'http://a.example:1' })).toBeNull()
    expect(of({ https_proxy: 'a.example:1', HTTPS_PROXY: 'b.example:1' })).toBe('a.example:1')
    expect(of({ ALL_PROXY: 'http://a.example:1' })).toBe('a.example:1')
    expect(of({ HTTPS_PROXY: 'http://a.example:1' }, 'http://pip.example:2')).toBe('pip.example:2')
    for (const bypass of ['*', 'example', '.example', 'index.example', 'other, index.example:443'])
      expect(of({ HTTPS_PROXY: 'http://a.example:1', NO_PROXY: bypass })).toBeNull()
    expect(
      of({ HTTPS_PROXY: 'http://a.example:1', NO_PROXY: 'dex.example, index.example:8080' }),
    ).not.toBeNull()
    expect(() => of({ HTTPS_PROXY: 'socks5://a.example:1' })).toThrow(/cannot be used/)
  })
})

describe('an index of packages', () => {
  it('is read as JSON or HTML, with the credentials of its address, which no message repeats', async () => {
    const sha256 = 'A'.repeat(64)
    const { origin } = await served((request, response) => {
      if (!request.headers.authorization) response.writeHead(401).end()
      else if (request.url?.startsWith('/json')) {
        response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json')
        const files = [{ filename: 'x-1.whl', url: '../../files/x-1.whl', hashes: { sha256 }, size: 7 }]
        response.end(JSON.stringify({ files }))
      } else {
        response.setHeader('content-type', 'text/html')
        response.end(`<html><a href="/files/x-1.whl#sha256=${sha256}" data-yanked="">x-1.whl</a>`)
      }
    })
    const withName = origin.replace('//', '//user:secret@')
    const found = (path: string) => listFiles(`${withName}${path}`, 'Some_Thing', { settings: direct })
    const same = { filename: 'x-1.whl', sha256: 'a'.repeat(64) }
    expect(await found('/json/')).toEqual([
      { ...same, url: expect.stringMatching(/\/files\/x-1\.whl$/) as string, bytes: 7 },
    ])
    expect(await found('/html/')).toEqual([
      { ...same, url: expect.stringMatching(/\/files\/x-1\.whl$/) as string, bytes: null },
    ])
    await expect(listFiles(`${origin}/json/`, 'x', { settings: direct })).rejects.toMatchObject({
      kind: 'unavailable',
      message: 'The package index answered 401',
      hint: expect.stringMatching(/user:password@host/) as string,
    })
  })
})
