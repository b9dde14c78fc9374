import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'

/**
 * A folder of `resources`: in a checkout beside src-main, in a bundle some folders above.
 * @throws FlowerbedError `not-found`
 */
export function resourceFolder(...parts: string[]): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  for (;;) {
    const candidate = join(folder, 'resources', ...parts)
    if (existsSync(candidate)) return candidate
    const parent = dirname(folder)
    if (parent === folder) break
    folder = parent
  }
  throw new FlowerbedError('not-found', errorText('files.resourcesMissing', { folder: parts.join('/') }), {
    where: fileURLToPath(import.meta.url),
  })
}

/** The images that come with Flowerbed. */
export const demoFolder = (): string => resourceFolder('demo', 'images')
