import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { downloadVerified } from '../../../src-main/tensorflow/download/download.ts'
import { hideSecret, httpGet, httpSettings, proxyFor } from '../../../src-main/tensorflow/download/http.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { serve } from '../../helpers/server.ts'
import type { TestServer } from '../../helpers/server.ts'

const fixture = (name: string) => join(import.meta.dirname, '../../fixtures/tls', name)
const tls = {
  key: readFileSync(fixture('key.pem'), 'utf8'),
  cert: readFileSync(fixture('certificate.pem'), 'utf8'),
}

let folder: ReturnType<typeof temporaryFolder>
let stops: (() => void)[]
beforeEach(() => {
  folder = temporaryFolder('redirects')
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

const file = () => join(folder.path, 'file')
const expected = { algorithm: 'sha256', digest: '0'.repeat(64) } as const

describe('a redirect', () => {
  const trusting = httpSettings({
    NO_PROXY: '*',
    PIP_CONFIG_FILE: '/dev/null',
    PIP_CERT: fixture('certificate.pem'),
  })
  const get = async (url: string, headers: Record<string, string> = {}) =>
    text((await httpGet(url, { settings: trusting, headers })).body)

  /** A server that says what it was asked with, and sends on where it is told to. */
  async function sending(to: (path: string) => string | null, secure: boolean) {
    const asked: { path: string; authorization: string | undefined; cookie: string | undefined }[] = []
    const server = await served(
      (request, response) => {
        const { authorization, cookie } = request.headers
        asked.push({ path: request.url ?? '', authorization, cookie })
        const location = to(request.url ?? '')
        if (location === null) response.end('there')
        else response.writeHead(302, { location }).end()
      },
      ...(secure ? [tls] : []),
    )
    return { ...server, asked }
  }

  it('from https to http is refused in plain words, and nothing is asked there', async () => {
    const plain = await sending(() => null, false)
    const secure = await sending(() => `${plain.origin.replace('//', '//user:secret@')}/file`, true)
    const refused = {
      kind: 'unavailable',
      message: `localhost:${secure.port} leads from https to http, where others could read and change what is sent; this is not followed`,
      where: `${plain.origin}/file`,
      hint: expect.stringMatching(/PIP_INDEX_URL/) as string,
    }
    await expect(get(secure.origin)).rejects.toMatchObject(refused)
    // Through http, and through another https server.
    const before = await sending(() => secure.origin, false)
    await expect(get(before.origin)).rejects.toMatchObject(refused)
    const other = await sending(() => secure.origin, true)
    await expect(get(other.origin)).rejects.toMatchObject(refused)
    expect(plain.asked).toEqual([])
  })

  it('that is refused ends a download at once', async () => {
    const plain = await sending(() => null, false)
    const secure = await sending(() => plain.origin, true)
    await expect(
      downloadVerified({ url: secure.origin, file: file(), expected, settings: trusting, tries: 5 }),
    ).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(
        /^The download failed: localhost:\d+ leads from https to http/,
      ) as string,
    })
    expect(secure.asked).toHaveLength(1)
    expect(plain.asked).toEqual([])
  })

  it('within https or http, and from http to https, is followed', async () => {
    const secure = await sending((path) => (path === '/end' ? null : '/end'), true)
    expect(await get(`${secure.origin}/start`)).toBe('there')
    const plain = await sending((path) => (path === '/end' ? null : '/end'), false)
    expect(await get(`${plain.origin}/start`)).toBe('there')
    const upwards = await sending(() => `${secure.origin}/end`, false)
    expect(await get(upwards.origin)).toBe('there')
  })

  it('to an address of another kind, or to none, is refused', async () => {
    for (const location of ['ftp://localhost/file', 'file:///etc/passwd', 'data:text/plain,x', 'http://[']) {
      for (const secure of [true, false]) {
        const server = await sending(() => location, secure)
        await expect(get(server.origin)).rejects.toMatchObject({
          kind: 'unavailable',
          message: expect.stringMatching(/another kind \(\w+:\)|no address/) as string,
        })
      }
    }
  })

  it('is followed a few times, and not for ever', async () => {
    const few = await sending((path) => (path.length > 8 ? null : `${path}a`), true)
    expect(await get(`${few.origin}/`)).toBe('there')
    const endless = await sending((path) => `${path}a`, true)
    await expect(get(`${endless.origin.replace('//', '//user:secret@')}/`)).rejects.toMatchObject({
      kind: 'unavailable',
      message: `Too many redirects (8) from ${endless.origin}/`,
    })
    expect(endless.asked).toHaveLength(9)
  })

  it('to the same host takes the credentials along, and to another none', async () => {
    const other = await sending(() => null, true)
    const server = await sending((path) => (path === '/start' ? '/next' : `${other.origin}/end`), true)
    const withName = server.origin.replace('//', '//user:secret@')
    expect(await get(`${withName}/start`, { cookie: 'a=b' })).toBe('there')
    const authorization = `Basic ${Buffer.from('user:secret').toString('base64')}`
    expect(server.asked).toEqual([
      { path: '/start', authorization, cookie: 'a=b' },
      { path: '/next', authorization, cookie: 'a=b' },
    ])
    expect(other.asked).toEqual([{ path: '/end', authorization: undefined, cookie: undefined }])
    // Of a header, and with the whole address of the same host.
    const whole = await sending((path) => (path === '/end' ? null : `${whole.origin}/end`), true)
    expect(await get(`${whole.origin.replace('//', '//user:secret@')}/start`)).toBe('there')
    expect(whole.asked.map((each) => each.authorization)).toEqual([authorization, authorization])
    server.asked.length = other.asked.length = 0
    expect(await get(`${server.origin}/start`, { Authorization: 'Bearer secret' })).toBe('there')
    expect(other.asked.map((each) => each.authorization)).toEqual([undefined])
  })

  it('no message repeats a password, whatever signs are in it', () => {
    expect(hideSecret('https://user:p@ss@host/path@1')).toBe('https://host/path@1')
    expect(() => proxyFor(new URL('http://a/'), { HTTP_PROXY: 'socks5://user:secret@host:1' })).toThrow(
      /^This proxy cannot be used: socks5:\/\/host:1$/,
    )
  })
})
