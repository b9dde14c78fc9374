import { forkImporter } from '../../src-main/processes/importer.ts'
import type { ImporterClient } from '../../src-main/processes/importer.ts'
import type { ImportedDataset, ImportOptions, ProblemFile } from '#shared/schemas/dataset.ts'

/** Lends an importer's process, which ends with the work. */
export async function withImporter<Result>(
  work: (importer: ImporterClient) => Promise<Result>,
  options: Parameters<typeof forkImporter>[0] = {},
): Promise<Result> {
  const importer = forkImporter(options)
  try {
    return await work(importer)
  } finally {
    importer.dispose()
  }
}

/** Scans and packs one folder into `datasets`, 8 × 8 unless `changes` say otherwise. */
export async function importInto(
  datasets: string,
  { folder, changes = {} }: { folder: string; changes?: Partial<ImportOptions> },
): Promise<ImportedDataset> {
  return await withImporter(async (importer) => {
    const report = await importer.request('scan', { job: 's', paths: [folder] })
    const options = { ...report.suggested, height: 8, width: 8, ...changes }
    return await importer.request('pack', {
      job: 'p',
      scan: report.scan,
      options,
      datasetsDirectory: datasets,
    })
  })
}

/** Problems by file name. */
export function reasonsByName(problems: ProblemFile[]): Record<string, string> {
  return Object.fromEntries(problems.map(({ path, reason }) => [path.split('/').pop() ?? path, reason]))
}
