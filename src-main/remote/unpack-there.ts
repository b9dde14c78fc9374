import { quoted } from './remote-host.ts'
import type { RemoteHost } from './remote-host.ts'

/**
 * Makes a folder there by a command of the shell that fills `$new`. It gets its name when it is complete; what another
 * installation has left unfinished is removed after a day.
 */
export async function makeFolderThere(
  host: RemoteHost,
  folder: string,
  { fill, signal }: { fill: string; signal?: AbortSignal | undefined },
): Promise<void> {
  const parent = folder.slice(0, folder.lastIndexOf('/'))
  await host.run(
    [
      `to=${quoted(folder)}; in=${quoted(parent)}; mkdir -p "$in" || exit`,
      'find "$in" -maxdepth 1 -name ".new-*" -mtime +0 -exec rm -rf {} + 2>/dev/null',
      'new="$in/.new-$$"; rm -rf "$new"; mkdir "$new" || exit',
      `{ ${fill}; } || { s=$?; rm -rf "$new"; exit $s; }`,
      'if [ -e "$to" ]; then rm -rf "$new"; else mv "$new" "$to"; fi',
    ].join('; '),
    signal ? { signal } : {},
  )
}
