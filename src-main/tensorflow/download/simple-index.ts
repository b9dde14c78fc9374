import { z } from 'zod'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { hideSecret, httpGet } from './http.ts'
import type { HttpRequest } from './http.ts'

/** A file as a package index lists it. */
export interface IndexFile {
  filename: string
  url: string
  sha256: string | null
  bytes: number | null
}

const accept =
  'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1'

const pageSchema = z.object({
  files: z.array(
    z.object({
      filename: z.string(),
      url: z.string(),
      hashes: z.record(z.string(), z.string()).default({}),
      size: z.number().nullish(),
    }),
  ),
})

/** A project's name as the simple API spells it in addresses (PEP 503). */
export const normalizeProject = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-')

/**
 * The files of a project on one index (PEP 503 and 691; servers answer JSON or HTML whatever is requested).
 * Empty when the index does not know the project.
 * @throws FlowerbedError unavailable when the index cannot be reached, corrupt for an invalid index page
 */
export async function listFiles(index: string, project: string, request: HttpRequest): Promise<IndexFile[]> {
  const address = new URL(`${normalizeProject(project)}/`, index).href
  const response = await httpGet(address, { ...request, headers: { ...request.headers, accept } })
  const text = await readText(response.body, address)
  if (response.status === 404) return []
  if (response.status !== 200) {
    const { status } = response
    const text =
      status === 401 || status === 403
        ? errorText('tensorflow.indexNeedsUser', { status })
        : errorText('tensorflow.indexAnswered', { status })
    throw new FlowerbedError('unavailable', text, { where: hideSecret(address) })
  }
  return parseIndexPage(text, { address: response.url, type: response.headers['content-type'] ?? '' })
}

/** Parses an index page; `type` is only a hint, some servers say text/html for JSON or nothing at all. */
export function parseIndexPage(text: string, page: { address: string; type: string }): IndexFile[] {
  const json = page.type.includes('json') || text.trimStart().startsWith('{')
  return json ? parseJson(text, page.address) : parseHtml(text, page.address)
}

function parseJson(text: string, address: string): IndexFile[] {
  try {
    return pageSchema.parse(JSON.parse(text)).files.map((file) => ({
      filename: file.filename,
      url: new URL(file.url, address).href,
      sha256: file.hashes.sha256?.toLowerCase() ?? null,
      bytes: file.size ?? null,
    }))
  } catch (error) {
    throw new FlowerbedError('corrupt', errorText('tensorflow.indexPageInvalid'), {
      where: hideSecret(address),
      cause: error,
    })
  }
}

function parseHtml(text: string, address: string): IndexFile[] {
  const base = /<base[^>]*\bhref\s*=\s*["']([^"']+)["']/i.exec(text)?.[1]
  const root = base === undefined ? address : new URL(unescapeHtml(base), address).href
  const files: IndexFile[] = []
  for (const [, attributes = '', label = ''] of text.matchAll(/<a\b([^>]*)>([\s\S]*?)<\/a>/gi)) {
    const href = /\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(attributes)
    if (!href || !URL.canParse(unescapeHtml(href[1] ?? href[2] ?? ''), root)) continue
    const url = new URL(unescapeHtml(href[1] ?? href[2] ?? ''), root)
    const sha256 = /^#sha256=([0-9a-f]{64})$/i.exec(url.hash)?.[1]?.toLowerCase() ?? null
    url.hash = ''
    const filename = unescapeHtml(label.replace(/<[^>]*>/g, '')).trim()
    files.push({ filename, url: url.href, sha256, bytes: null })
  }
  return files
}

function unescapeHtml(text: string): string {
  const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  return text.replace(/&(#x?)?(\w+);/gi, (all: string, number: string | undefined, word: string) => {
    if (number) return String.fromCodePoint(parseInt(word, number.length === 2 ? 16 : 10))
    return named[word.toLowerCase()] ?? all
  })
}

async function readText(body: AsyncIterable<Uint8Array>, address: string): Promise<string> {
  const parts: Uint8Array[] = []
  try {
    for await (const part of body) parts.push(part)
  } catch (error) {
    throw new FlowerbedError('unavailable', errorText('tensorflow.indexAnswerEnded'), {
      where: hideSecret(address),
      cause: error,
    })
  }
  return Buffer.concat(parts).toString('utf8')
}
