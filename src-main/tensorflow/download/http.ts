import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import { Agent, Pool, ProxyAgent, request as undiciRequest } from 'undici'
import type { Dispatcher } from 'undici'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { readPipSettings } from './pip-settings.ts'

/** HTTP GET through the user's proxy and with the user's certificates, as pip and curl find them. */
export interface HttpSettings {
  /** The proxy for a URL, null for none. */
  proxyFor: (url: URL) => URL | null
  /** PEM certificates to trust besides Node's own. */
  certificates: string[]
  /** Hosts whose certificate is not checked (pip's trusted-host). */
  trustedHosts: string[]
  /** Timeout without data from the server, in ms. */
  idleMs: number
}

export interface HttpResponse {
  status: number
  /** One value per name; the last where a server sends several. */
  headers: Record<string, string | undefined>
  body: Dispatcher.ResponseData['body']
  /** The URL after all redirects. */
  url: string
}

export interface HttpRequest {
  headers?: Record<string, string>
  signal?: AbortSignal | undefined
  settings: HttpSettings
}

const maxRedirects = 8

/**
 * Bytes of a response that may wait to be read: more than any file we download, so that its parser is never paused. In
 * undici 7 a connection that ends while the parser is paused throws where nothing can catch it (nodejs/undici#5360).
 */
const neverPaused = 8 * 1024 ** 3

/** A redirect that is not followed; a retry would not help. */
export class RedirectRefused extends FlowerbedError {}

/** The proxy and certificates of the environment and of pip's settings. */
export function httpSettings(env: NodeJS.ProcessEnv = process.env, pip = readPipSettings(env)): HttpSettings {
  const files = [pip.certificateFile, env.SSL_CERT_FILE, env.NODE_EXTRA_CA_CERTS, env.REQUESTS_CA_BUNDLE]
  const certificates = [...new Set(files)].flatMap((file) => {
    if (!file) return []
    try {
      return [readFileSync(file, 'utf8')]
    } catch (error) {
      throw new FlowerbedError('bad-input', errorText('tensorflow.certificateFile', { file }), {
        where: file,
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
    // Reported below.
  }
  throw new FlowerbedError('bad-input', errorText('tensorflow.proxyUnusable', { proxy: hideSecret(proxy) }), {
    where: 'HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, PIP_PROXY or pip.conf',
  })
}

function matchesNoProxy(url: URL, entry: string): boolean {
  if (entry === '*') return true
  const [host = '', port] = entry.replace(/^\*?\./, '').split(':')
  if (port && port !== (url.port || (url.protocol === 'https:' ? '443' : '80'))) return false
  return url.hostname === host || url.hostname.endsWith(`.${host}`)
}

/**
 * GETs a URL and follows a few redirects, never from https to http; credentials go to the same host only. Resolves for
 * every status; the body has to be consumed or destroyed.
 * @throws FlowerbedError unavailable without a response or for a refused redirect, cancelled by the signal
 */
export async function httpGet(address: string, request: HttpRequest): Promise<HttpResponse> {
  let url = parseUrl(address)
  let headers: Record<string, string> = { 'user-agent': 'flowerbed', ...request.headers }
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const response = await getOnce(url, { ...request, headers })
    const location = response.headers.location
    if (response.status < 300 || response.status >= 400 || location === undefined) return response
    await response.body.dump()
    const next = redirected(url, location)
    if (next.host !== url.host) headers = withoutSecrets(headers)
    url = next
  }
  throw new RedirectRefused(
    'unavailable',
    errorText('tensorflow.redirects', { most: maxRedirects, address: hideSecret(address) }),
    {
      where: hideSecret(url.href),
    },
  )
}

/** The target of a redirect. @throws RedirectRefused */
function redirected(from: URL, location: string): URL {
  if (!URL.canParse(location, from.href)) {
    throw new RedirectRefused('unavailable', errorText('tensorflow.badRedirect', { host: from.host }), {
      where: hideSecret(from.href),
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
 * Checks that an https URL leads to https only, and any URL to http or https.
 * @throws RedirectRefused
 */
export function refuseUnsafe(from: URL, to: URL): void {
  if (to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol !== 'https:')) return
  const { host } = from
  const text =
    to.protocol === 'http:'
      ? errorText('tensorflow.redirectUnsafe', { host })
      : errorText('tensorflow.redirectOtherKind', { host, protocol: to.protocol })
  throw new RedirectRefused('unavailable', text, { where: hideSecret(to.href) })
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
    // Reported below.
  }
  throw new FlowerbedError(
    'bad-input',
    errorText('tensorflow.notAnAddress', { address: hideSecret(address) }),
  )
}

async function getOnce(url: URL, request: HttpRequest): Promise<HttpResponse> {
  const { settings, signal } = request
  if (signal?.aborted) throw cancelled(signal)
  const proxy = settings.proxyFor(url)
  const dispatcher = dispatcherFor(url, proxy, settings)
  try {
    const response = await undiciRequest(new URL(url.pathname + url.search, url.origin), {
      dispatcher,
      headers: withAuthorization(url, request.headers ?? {}),
      // One connection per request, which ends with it.
      reset: true,
      highWaterMark: neverPaused,
      headersTimeout: settings.idleMs,
      bodyTimeout: settings.idleMs,
      ...(signal ? { signal } : {}),
    })
    const { statusCode: status, body } = response
    // Destroying an unread body emits an error, which nobody awaits.
    body.on('error', () => undefined)
    void dispatcher.close().catch(() => undefined)
    const headers = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [name, [value].flat().at(-1)]),
    )
    return { status, headers, body, url: url.href }
  } catch (error) {
    void dispatcher.destroy().catch(() => undefined)
    if (signal?.aborted) throw cancelled(signal)
    throw unreachable(url, proxy, error)
  }
}

function dispatcherFor(url: URL, proxy: URL | null, settings: HttpSettings): Dispatcher {
  const { certificates, trustedHosts, idleMs } = settings
  const trust = {
    timeout: idleMs,
    ...(certificates.length > 0 ? { ca: [...rootCertificates, ...certificates] } : {}),
  }
  const tls = {
    ...trust,
    rejectUnauthorized: !trustedHosts.some((host) => host === url.host || host === url.hostname),
  }
  if (!proxy) return new Agent({ connect: tls })
  return new ProxyAgent({
    uri: proxy.origin,
    ...(proxy.username === '' ? {} : { token: basic(proxy) }),
    // A tunnel for https only; http goes to the proxy as it is.
    proxyTunnel: false,
    requestTls: { ...tls, servername: url.hostname },
    proxyTls: trust,
    clientFactory: (origin, options) => new Pool(origin, { ...options, headersTimeout: idleMs }),
  })
}

function withAuthorization(url: URL, headers: Record<string, string>): Record<string, string> {
  const { authorization, ...others } = headers
  if (authorization) return headers
  return url.username === '' ? others : { ...others, authorization: basic(url) }
}

function basic(url: URL): string {
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return `Basic ${Buffer.from(credentials).toString('base64')}`
}

/** A URL for messages, without user and password. */
export function hideSecret(address: string): string {
  return address.replace(/^([a-z][a-z\d+.-]*:\/\/)[^/?#]*@/i, '$1')
}

export function cancelled(signal: AbortSignal): FlowerbedError {
  return new FlowerbedError('cancelled', errorText('tensorflow.cancelled'), { cause: signal.reason })
}

function unreachable(url: URL, proxy: URL | null, cause: unknown): FlowerbedError {
  if (cause instanceof FlowerbedError) return cause
  const reason = cause instanceof Error ? cause.message || cause.name : String(cause)
  const isCertificate = /certificate|self.signed|issuer/i.test(reason)
  const server = proxy
    ? errorText('tensorflow.serverThroughProxy', { server: url.host, proxy: proxy.host })
    : url.host
  const text = isCertificate
    ? errorText('tensorflow.certificateRefused', { server, reason })
    : errorText('tensorflow.unreachable', { server, reason })
  return new FlowerbedError('unavailable', text, { where: hideSecret(url.href), cause })
}
