import { protocol } from 'electron'
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { fileFor } from './addresses.ts'

export const appOrigin = 'app://flowerbed'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  // Vue and uPlot set style attributes; only the app's style sheets are loaded.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Must be called before Electron is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
  ])
}

/** Serves the page and the sample sheets of runs under `app://flowerbed/`, and nothing else of the disk. */
export function serveApp(options: { rendererDirectory: string; dataDirectory: string }): void {
  const { rendererDirectory, dataDirectory } = options
  protocol.handle('app', async (request) => {
    const url = URL.canParse(request.url) ? new URL(request.url) : null
    const path = url?.host === 'flowerbed' ? fileFor(url, { rendererDirectory, dataDirectory }) : null
    if (path === null) return new Response('Not found', { status: 404 })
    try {
      const bytes = await readFile(path)
      return new Response(new Uint8Array(bytes), {
        headers: {
          'content-type': types[extname(path)] ?? 'application/octet-stream',
          'content-security-policy': policy,
          'x-content-type-options': 'nosniff',
        },
      })
    } catch {
      return new Response('Not found', { status: 404 })
    }
  })
}
