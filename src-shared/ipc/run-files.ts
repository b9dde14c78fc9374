import { diagnosticsFolder } from '#shared/schemas/diagnostics.ts'

/** Folders of a run whose files the window may show. */
export const shownFolders = ['samples', diagnosticsFolder] as const

/** Addresses for an `<img>`, served by main's `app://` protocol: of a sample sheet, and of a map of the diagnostics. */
export const sampleUrl = (record: { runId: string; file: string }) => runFileUrl('samples', record)
export const diagnosticUrl = (map: { runId: string; file: string }) => runFileUrl(diagnosticsFolder, map)

function runFileUrl(folder: (typeof shownFolders)[number], of: { runId: string; file: string }): string {
  return `app://flowerbed/runs/${encodeURIComponent(of.runId)}/${folder}/${encodeURIComponent(of.file)}`
}
