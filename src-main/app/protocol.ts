import { protocol } from 'electron'
import { readFile } from 'node:fs/promises'
import { extname, join, resolve, sep } from 'node:path'
import { runFolder } from '../store/data-directory.ts'

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
  // Vue and uPlot set style attributes; no style sheet but our own is loaded.
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
    const url = new URL(request.url)
    const path = url.host === 'flowerbed' ? fileFor(url, { rendererDirectory, dataDirectory }) : null
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

/** The file that an address means; null when it would lie outside of the folder it belongs to. */
export function fileFor(
  url: URL,
  folders: { rendererDirectory: string; dataDirectory: string },
): string | null {
  let parts: string[]
  try {
    parts = url.pathname.split('/').filter(Boolean).map(decodeURIComponent)
  } catch {
    return null
  }
  const [runs, id, samples, file, ...rest] = parts
  if (runs === 'runs' && id !== undefined && samples === 'samples' && file !== undefined) {
    return rest.length === 0
      ? inside(join(runFolder(folders.dataDirectory, safe(id)), 'samples'), file)
      : null
  }
  return inside(folders.rendererDirectory, parts.length === 0 ? 'index.html' : parts.join('/'))
}

const safe = (name: string): string => (/^[\w-]+$/.test(name) ? name : '_')

function inside(folder: string, path: string): string | null {
  const root = resolve(folder)
  const found = resolve(root, path)
  return found.startsWith(root + sep) ? found : null
}
