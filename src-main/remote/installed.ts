import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { quoted } from './remote-host.ts'
import type { RemoteHost } from './remote-host.ts'

/** Flowerbed on a target. */
export interface Installed {
  /** Its folder, absolute. */
  folder: string
  /** Starts the agent in the shell there, its own arguments follow. */
  command: string
}

/** A folder as the shell takes it: a leading `~/` is the home folder there. */
export const folderWord = (folder: string): string =>
  folder.startsWith('~/') ? `"$HOME"/${quoted(folder.slice(2))}` : quoted(folder)

/**
 * The Flowerbed that was installed last in a target's folder, with its Node.
 * @throws FlowerbedError `not-found` where there is none, `unavailable`
 */
export async function findInstalled(
  host: RemoteHost,
  { name, folder: named, signal }: { name: string; folder: string; signal?: AbortSignal },
): Promise<Installed> {
  const newest = (pattern: string) => `ls -t ${pattern} 2>/dev/null | head -n 1`
  const said = await host.run(
    [
      `mkdir -p ${folderWord(named)} && cd ${folderWord(named)} && pwd || exit`,
      newest('versions/*/src-main/agent/main.ts'),
      newest('node/*/bin/node'),
    ].join('; '),
    signal ? { signal } : {},
  )
  const [folder = '', agent = '', node = ''] = said.split('\n')
  if (agent === '' || node === '') {
    throw new FlowerbedError('not-found', errorText('remote.notInstalled', { name }), { where: folder })
  }
  const words = [`${folder}/${node}`, `${folder}/${agent}`, '--folder', folder]
  return { folder, command: words.map(quoted).join(' ') }
}
