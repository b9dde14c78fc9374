import { readFileSync } from 'node:fs'
import * as http from 'node:http'
import * as https from 'node:https'
import type { Socket } from 'node:net'
import { connect as tlsConnect, rootCertificates } from 'node:tls'
import { FlowerbedError } from '#shared/errors.ts'
import { readPipSettings } from './pip-settings.ts'

/**
 * HTTP GET through the user's proxy and with the user's certificates. Node's own fetch learns of proxies only from
 * Node 24 on and only at the start of a process, so not in every Electron.
 */
export interface HttpSettings {
  /** The proxy for a URL, null for none. */
  proxyFor: (url: URL) => URL | null
  /** PEM certificates to trust besides Node's own. */
  certificates: string[]
  /** Hosts whose certificate is not checked (pip's trusted-host). */
  trustedHosts: string[]
  /** A connection that says nothing for so long is given up. */
  idleMs: number
}

export interface HttpResponse {
  status: number
  headers: http.IncomingHttpHeaders
  body: http.IncomingMessage
  /** Where the redirects ended. */
  url: string
}

export interface HttpRequest {
  headers?: Record<string, string>
  signal?: AbortSignal | undefined
  settings: HttpSettings
}

const maxRedirects = 8

/** A server sends us on to where we do not go; asking again would not help. */
export class RedirectRefused extends FlowerbedError {}

/** The proxy and certificates of the environment and of pip's settings. */
export function httpSettings(env: NodeJS.ProcessEnv = process.env, pip = readPipSettings(env)): HttpSettings {
  const files = [pip.certificateFile, env.SSL_CERT_FILE, env.NODE_EXTRA_CA_CERTS, env.REQUESTS_CA_BUNDLE]
  const certificates = [...new Set(files)].flatMap((file) => {
    if (!file) return []
    try {
      return [readFileSync(file, 'utf8')]
    } catch (error) {
      throw new FlowerbedError('bad-input', `The certificate file cannot be read: ${file}`, {
        where: file,
        hint: 'Correct PIP_CERT, pip.conf, SSL_CERT_FILE, NODE_EXTRA_CA_CERTS or REQUESTS_CA_BUNDLE.',
        cause: error,
      })
    }
  })
  return {
    proxyFor: (url) => proxyFor(url, env, pip.proxy),
    certificates,
    trustedHosts: pip.trustedHosts,
    idleMs: 30_000,
  }
}

/** The proxy that curl and pip would use: pip's own first, then HTTPS_PROXY, HTTP_PROXY, ALL_PROXY; NO_PROXY. */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv, pipProxy: string | null = null): URL | null {
  const read = (name: string): string | undefined => env[name.toLowerCase()] ?? env[name]
  const bypass = (read('NO_PROXY') ?? '')
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => matchesNoProxy(url, entry))
  if (bypass) return null
  const proxy =
    pipProxy ?? read(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY') ?? read('ALL_PROXY')
  if (!proxy) return null
  try {
    const parsed = new URL(proxy.includes('://') ? proxy : `http://${proxy}`)
    if (parsed.protocol === 'http:' || parsed.protocol === 'https:') return parsed
  } catch {
    // told below
  }
  throw new FlowerbedError('bad-input', `This proxy cannot be used: ${hideSecret(proxy)}`, {
    where: 'HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, PIP_PROXY or pip.conf',
    hint: 'Give it as http://host:port.',
  })
}

function matchesNoProxy(url: URL, entry: string): boolean {
  if (entry === '*') return true
  const [host = '', port] = entry.replace(/^\*?\./, '').split(':')
  if (port && port !== (url.port || (url.protocol === 'https:' ? '443' : '80'))) return false
  return url.hostname === host || url.hostname.endsWith(`.${host}`)
}

/**
 * GETs a URL, following a few redirects, never from https to http, and with the address's credentials only where they
 * are to the same host. Any status is an answer; the body has to be consumed or destroyed.
 * @throws FlowerbedError unavailable when there is no answer or it leads astray, cancelled by the signal
 */
export async function httpGet(address: string, request: HttpRequest): Promise<HttpResponse> {
  let url = parseUrl(address)
  let headers: Record<string, string> = { 'user-agent': 'flowerbed', ...request.headers }
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const response = await getOnce(url, { ...request, headers })
    const location = response.headers.location
    if (response.status < 300 || response.status >= 400 || location === undefined) return response
    response.body.destroy()
    const next = redirected(url, location)
    if (next.host !== url.host) headers = withoutSecrets(headers)
    url = next
  }
  throw new RedirectRefused(
    'unavailable',
    `Too many redirects (${maxRedirects}) from ${hideSecret(address)}`,
    {
      where: hideSecret(url.href),
      hint: otherServer,
    },
  )
}

const otherServer =
  'Name another server in PIP_INDEX_URL (for Electron in ELECTRON_MIRROR), or put the files into a folder and name it in FLOWERBED_OFFLINE_DIR.'

/** Where a server sends us on to. @throws RedirectRefused */
function redirected(from: URL, location: string): URL {
  if (!URL.canParse(location, from.href)) {
    throw new RedirectRefused('unavailable', `${from.host} redirects to something that is no address`, {
      where: hideSecret(from.href),
      hint: otherServer,
    })
  }
  const to = new URL(location, from)
  refuseUnsafe(from, to)
  if (to.host === from.host && to.username === '') {
    to.username = from.username
    to.password = from.password
  }
  return to
}

/**
 * What a server of https names must be fetched by https too, and by nothing but http or https in any case.
 * @throws RedirectRefused
 */
export function refuseUnsafe(from: URL, to: URL): void {
  if (to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol !== 'https:')) return
  const how =
    to.protocol === 'http:'
      ? 'from https to http, where others could read and change what is sent'
      : `to an address of another kind (${to.protocol})`
  throw new RedirectRefused('unavailable', `${from.host} leads ${how}; this is not followed`, {
    where: hideSecret(to.href),
    hint: otherServer,
  })
}

function withoutSecrets(headers: Record<string, string>): Record<string, string> {
  const secret = ['authorization', 'proxy-authorization', 'cookie']
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !secret.includes(name.toLowerCase())))
}

function parseUrl(address: string): URL {
  try {
    const url = new URL(address)
    if (url.protocol === 'http:' || url.protocol === 'https:') return url
  } catch {
    // told below
  }
  throw new FlowerbedError('bad-input', `This is no http or https address: ${hideSecret(address)}`, {
    hint: 'Correct PIP_INDEX_URL or pip.conf.',
  })
}

async function getOnce(url: URL, request: HttpRequest): Promise<HttpResponse> {
  const { settings, signal } = request
  if (signal?.aborted) throw cancelled(signal)
  const proxy = settings.proxyFor(url)
  const tls = {
    ...(settings.certificates.length > 0 ? { ca: [...rootCertificates, ...settings.certificates] } : {}),
    rejectUnauthorized: !settings.trustedHosts.some((host) => host === url.host || host === url.hostname),
  }
  const headers = withAuthorization(url, request.headers ?? {})
  try {
    if (url.protocol === 'https:') {
      const socket = proxy ? await openTunnel(url, proxy, request) : undefined
      const options = { ...tls, servername: url.hostname, ...(socket ? { socket } : {}) }
      return await send(https.request, url, {
        headers,
        agent: false,
        ...options,
        ...(socket ? { createConnection: () => tlsConnect(options) } : {}),
        settings,
        signal,
      })
    }
    if (!proxy) return await send(http.request, url, { headers, agent: false, settings, signal })
    const viaProxy = proxy.protocol === 'https:' ? https.request : http.request
    return await send(viaProxy, proxy, {
      headers: { ...headers, host: url.host, ...proxyAuthorization(proxy) },
      path: `${url.origin}${url.pathname}${url.search}`,
      agent: false,
      settings,
      signal,
    })
  } catch (error) {
    if (signal?.aborted) throw cancelled(signal)
    throw unreachable(url, proxy, error)
  }
}

type SendOptions = https.RequestOptions & { settings: HttpSettings; signal?: AbortSignal | undefined }

function send(request: typeof https.request, url: URL, options: SendOptions): Promise<HttpResponse> {
  const { settings, signal, ...rest } = options
  return new Promise((resolve, reject) => {
    const target = new URL(url.pathname + url.search, url.origin)
    const outgoing = request(target, { ...rest, ...(signal ? { signal } : {}) }, (body) => {
      resolve({ status: body.statusCode ?? 0, headers: body.headers, body, url: url.href })
    })
    outgoing.setTimeout(settings.idleMs, () => {
      outgoing.destroy(new Error(`no answer for ${Math.round(settings.idleMs / 1000)} s`))
    })
    outgoing.once('error', reject)
    outgoing.end()
  })
}

function openTunnel(url: URL, proxy: URL, { settings, signal }: HttpRequest): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const connect = proxy.protocol === 'https:' ? https.request : http.request
    const authority = `${url.hostname}:${url.port || '443'}`
    const outgoing = connect({
      host: proxy.hostname,
      port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...proxyAuthorization(proxy) },
      agent: false,
      ...(signal ? { signal } : {}),
    })
    outgoing.once('connect', (response, socket) => {
      if (response.statusCode === 200) {
        resolve(socket)
        return
      }
      socket.destroy()
      reject(new Error(`the proxy answered ${response.statusCode}`))
    })
    outgoing.setTimeout(settings.idleMs, () => {
      outgoing.destroy(new Error('no answer from the proxy'))
    })
    outgoing.once('error', reject)
    outgoing.end()
  })
}

function withAuthorization(url: URL, headers: Record<string, string>): Record<string, string> {
  const { authorization, ...others } = headers
  if (authorization) return headers
  return url.username === '' ? others : { ...others, authorization: basic(url) }
}

const proxyAuthorization = (proxy: URL): Record<string, string> =>
  proxy.username === '' ? {} : { 'proxy-authorization': basic(proxy) }

function basic(url: URL): string {
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return `Basic ${Buffer.from(credentials).toString('base64')}`
}

/** An address fit for a message: without user and password. */
export function hideSecret(address: string): string {
  return address.replace(/^([a-z][a-z\d+.-]*:\/\/)[^/?#]*@/i, '$1')
}

export function cancelled(signal: AbortSignal): FlowerbedError {
  return new FlowerbedError('cancelled', 'Cancelled', { cause: signal.reason })
}

function unreachable(url: URL, proxy: URL | null, cause: unknown): FlowerbedError {
  if (cause instanceof FlowerbedError) return cause
  const reason = cause instanceof Error ? cause.message || cause.name : String(cause)
  const certificate = /certificate|self.signed|issuer/i.test(reason)
  const via = proxy ? ` through the proxy ${proxy.host}` : ''
  return new FlowerbedError('unavailable', `Cannot reach ${url.host}${via}: ${reason}`, {
    where: hideSecret(url.href),
    hint: certificate
      ? 'Name your network’s certificate bundle in PIP_CERT (or SSL_CERT_FILE).'
      : 'Check the network; behind a proxy set HTTPS_PROXY, for a mirror PIP_INDEX_URL, without a network FLOWERBED_OFFLINE_DIR.',
    cause,
  })
}
