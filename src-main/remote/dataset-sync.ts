import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { indexName, pixelsName } from '../datasets/index-file.ts'
import { Dataset } from '../datasets/packed-dataset.ts'
import { quoted } from './remote-host.ts'
import type { RemoteHost, TransferOptions } from './remote-host.ts'

/**
 * Sends a packed dataset to `datasets/<id>` of a target's folder unless it is complete there. Its id goes by its content, so that
 * nothing of it ever changes. The index is sent last: with it the dataset is complete.
 * @param directory of the packed dataset here
 * @throws FlowerbedError `not-found` or `corrupt` for the dataset here, `no-space`, `unavailable`
 */
export async function sendDataset(
  host: RemoteHost,
  folder: string,
  options: Omit<TransferOptions, 'sha256'> & { datasetId: string; directory: string },
): Promise<void> {
  const { datasetId, directory, signal, onProgress } = options
  const dataset = new Dataset(directory)
  const { pixelsSha256 } = dataset.index
  dataset.close()
  const there = `${folder}/datasets/${datasetId}`
  const names = [pixelsName, indexName]
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(directory, name))).size))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const run = signal ? { signal } : {}
  const found = await host.run(
    `cd ${quoted(there)} 2>/dev/null && wc -c < ${pixelsName} 2>/dev/null && wc -c < ${indexName} 2>/dev/null || :`,
    run,
  )
  if (found.trim().split(/\s+/).map(Number).join() === sizes.join()) {
    onProgress?.({ done: total, total })
    return
  }
  let before = 0
  for (const [i, name] of names.entries()) {
    await host.send(join(directory, name), `${there}/${name}`, {
      ...run,
      ...(name === pixelsName ? { sha256: pixelsSha256 } : {}),
      onProgress: ({ done }) => onProgress?.({ done: before + done, total }),
    })
    before += sizes[i] ?? 0
  }
}
