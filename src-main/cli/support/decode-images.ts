import { resolve } from 'node:path'
import type { PictureSource } from '#shared/engine-messages.ts'
import type { PictureShape } from '#shared/schemas/image.ts'
import { forkImporter } from '../../processes/cli-importer.ts'
import { checkInterrupted, onInterrupt } from './interrupt.ts'

/** The user's pictures as the run saw its own, decoded in the importer's process. */
export async function decodePictures(paths: string[], shape: PictureShape): Promise<PictureSource[]> {
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
