import { quoted } from './remote-host.ts'
import type { RemoteHost } from './remote-host.ts'

/**
 * Removes other versions of Flowerbed there. While any run there has not ended, all of them
 * stay: its process, or a job that waits, may be of any of them.
 */
export async function removeOldVersions(
  host: RemoteHost,
  { folder, keep }: { folder: string; keep: string },
): Promise<void> {
  await host.run(
    [
      `current=${quoted(`versions/${keep}/`)}; cd ${quoted(folder)} || exit`,
      'for run in runs/*/; do [ -f "$run/request.json" ] || continue',
      // The last line of a journal says that its launch has ended.
      'last=$(tail -n 1 "$run/journal.jsonl" 2>/dev/null)',
      `case $last in *'"ended":'* | *'"failed":'*) ;; *) exit 0 ;; esac; done`,
      'for version in versions/*/; do [ "$version" = "$current" ] || rm -rf "$version"; done',
    ].join('; '),
  )
}
