import { basename, dirname } from 'node:path/posix'
import { nodePath } from './install-node.ts'
import { quoted } from './remote-host.ts'
import type { RemoteHost } from './remote-host.ts'

/**
 * Removes old versions of Flowerbed and Node there; of each those in use now and the newest other one stay. While any run
 * there has not ended, all of them stay: its process, or a job that waits, may be of any of them.
 */
export async function removeOldVersions(
  host: Pick<RemoteHost, 'run'>,
  { folder, keep }: { folder: string; keep: string },
): Promise<void> {
  const node = basename(dirname(dirname(nodePath(folder))))
  await host.run(
    [
      `cd ${quoted(folder)} || exit`,
      'for run in runs/*/; do [ -f "$run/request.json" ] || continue',
      // The last line of a journal says that its launch has ended.
      'last=$(tail -n 1 "$run/journal.jsonl" 2>/dev/null)',
      `case $last in *'"ended":'* | *'"failed":'*) ;; *) exit 0 ;; esac; done`,
      // By the time of their installation, newest first; their names are of digits and letters.
      'keep() { touch "$2"; kept=',
      'for one in $(ls -1dt "$1"/*/); do if [ "$one" = "$2" ]; then :',
      'elif [ -z "$kept" ]; then kept=$one; else rm -rf "$one"; fi; done; }',
      `keep versions ${quoted(`versions/${keep}/`)}; keep node ${quoted(`node/${node}/`)}`,
    ].join('; '),
  )
}
