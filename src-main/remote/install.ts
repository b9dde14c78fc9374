import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { language, languageVariable } from '#shared/language.ts'
import { makeBundle } from './bundle.ts'
import { installNode, nodePath } from './install-node.ts'
import { installTensorFlow } from './install-tensorflow.ts'
import type { InstalledProgram, InstallOptions, PlaceThere } from './install-options.ts'
import { quoted } from './remote-host.ts'
import type { RemoteHost } from './remote-host.ts'
import { removeOldVersions } from './old-versions.ts'
import { makeFolderThere } from './unpack-there.ts'

/**
 * Installs this version of Flowerbed, Node and TensorFlow below a folder there, beside other versions; what is there already stays. An
 * installation that was cut off goes on where it ended.
 * @param folder as in the target, with `~/` for the home folder
 * @throws FlowerbedError `unavailable`, `no-space`, `corrupt`
 */
export async function installProgram(
  host: RemoteHost,
  folder: string,
  options: InstallOptions = {},
): Promise<InstalledProgram> {
  const there = await examinePlace(host, folder, options)
  const { digest, file } = await makeBundle(options.env)
  const home = `${there.folder}/versions/${digest}`
  const { signal, onProgress, onInstalled } = options
  const run = signal ? { signal } : {}
  const isThere = (await host.run(`[ ! -d ${quoted(home)} ] || echo yes`, run)).trim() === 'yes'
  if (!isThere) {
    const to = `${there.folder}/downloads/flowerbed-${digest}.tar.gz`
    await host.send(file, to, {
      ...run,
      onProgress: (progress) => onProgress?.({ part: 'program', ...progress }),
    })
    await makeFolderThere(host, home, { fill: `tar -xzf ${quoted(to)} -C "$new"`, signal })
    await host.run(`rm -f ${quoted(to)}`, run)
  }
  onInstalled?.('program', isThere ? 'there' : 'here')
  // Awaited by themselves: what is given to a callback that is not there is not computed.
  const node = await installNode(there, options)
  onInstalled?.('node', node)
  const program = { ...there, version: digest, command: agentCommand(there.folder, home) }
  const tensorflow = await installTensorFlow(program, options)
  onInstalled?.('tensorflow', tensorflow)
  if (!isThere || node !== 'there') await removeOldVersions(host, { folder: there.folder, keep: digest })
  return program
}

/**
 * This version of Flowerbed on a target; null where it has to be installed first.
 * @throws FlowerbedError `unavailable`
 */
export async function findProgram(
  host: RemoteHost,
  folder: string,
  options: InstallOptions = {},
): Promise<InstalledProgram | null> {
  const there = await examinePlace(host, folder, options)
  const { digest } = await makeBundle(options.env)
  const home = `${there.folder}/versions/${digest}`
  const found = await host.run(
    `[ ! -d ${quoted(home)} ] || [ ! -x ${quoted(nodePath(there.folder))} ] || echo yes`,
    options.signal ? { signal: options.signal } : {},
  )
  return found.trim() === 'yes'
    ? { ...there, version: digest, command: agentCommand(there.folder, home) }
    : null
}

/** Finds out where a target's folder is, and what machine it is. */
async function examinePlace(
  host: RemoteHost,
  folder: string,
  { signal }: InstallOptions,
): Promise<PlaceThere> {
  // What is there is the user's alone.
  const word = folder.startsWith('~/') ? `"$HOME"/${quoted(folder.slice(2))}` : quoted(folder)
  const said = await host.run(
    `uname -sm; umask 077; mkdir -p ${word} && cd ${word} && pwd -P`,
    signal ? { signal } : {},
  )
  const [name = '', path = ''] = said.trim().split('\n')
  const [system, processor] = name
    .toLowerCase()
    .split(' ')
    .map((word) => systems[word] ?? processors[word])
  if (system === undefined || processor === undefined)
    throw new FlowerbedError('unavailable', errorText('install.platform', { platform: name }))
  return { host, folder: path, platform: `${system}-${processor}` }
}

const systems: Record<string, string> = { linux: 'linux', darwin: 'darwin' }
const processors: Record<string, string> = { x86_64: 'x64', amd64: 'x64', aarch64: 'arm64', arm64: 'arm64' }

function agentCommand(folder: string, home: string): string {
  return [
    `${languageVariable}=${language()}`,
    // Its commands are short: most of their time would be compiling.
    `NODE_COMPILE_CACHE=${quoted(`${folder}/cache/compiled`)}`,
    ...[
      quoted(nodePath(folder)),
      '--disable-warning=ExperimentalWarning',
      quoted(`${home}/src-main/agent/main.ts`),
    ],
    ...['--folder', quoted(folder)],
  ].join(' ')
}
