import { resolve } from 'node:path'
import type { ImageSource } from '#shared/sampling-messages.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import { forkImporter } from '../../processes/importer.ts'
import { checkInterrupted, onInterrupt } from './interrupt.ts'

/** Decodes image files to the shape of a run's images, in the importer's process. */
export async function decodeImages(paths: string[], shape: ImageShape): Promise<ImageSource[]> {
  await checkInterrupted()
  const importer = forkImporter()
  const stopListening = onInterrupt(() => {
    importer.dispose()
  })
  try {
    return await Promise.all(
      paths.map(async (path) => {
        const { pixels } = await importer.request('decode', { path: resolve(path), shape, fit: 'crop' })
        return { kind: 'pixels' as const, pixels }
      }),
    )
  } finally {
    stopListening()
    importer.dispose()
  }
}
