import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { SetupError, note } from './report.mjs'

/** Packages that Electron needs on a Debian-like system, together with their dependencies. */
const electronPackages = [
  'libgtk-3-0',
  'libnss3',
  'libasound2',
  'libgbm1',
  'libxss1',
  'libatk-bridge2.0-0',
  'libcups2',
  'libdrm2',
  'libxkbcommon0',
]

export const hasDisplay = () =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)

/**
 * Installs the system packages that Electron lacks on Linux, as root or by sudo without a password.
 * @param {{executable: string, withXvfb: boolean}} needs
 * @throws SetupError with the command to run when neither is possible
 */
export function ensureSystemPackages({ executable, withXvfb }) {
  if (process.platform !== 'linux') return
  const libraries = missingLibraries(executable)
  const packages = [
    ...(libraries.length > 0 ? electronPackages : []),
    ...(withXvfb && !onPath('Xvfb') ? ['xvfb', 'xauth'] : []),
  ]
  if (packages.length === 0) return
  const missing = [...libraries, ...(withXvfb && !onPath('Xvfb') ? ['Xvfb'] : [])].join(', ')
  note(`missing from the system: ${missing}`)
  const prefix = privilege()
  if (!onPath('apt-get') || prefix === null) {
    throw new SetupError(`Electron needs system libraries that are missing: ${missing}`, {
      hint: onPath('apt-get')
        ? `Run: sudo apt-get install -y ${packages.join(' ')}`
        : `Install your system’s packages for them (Debian calls them ${packages.join(' ')}).`,
    })
  }
  aptInstall(prefix, packages)
  const still = missingLibraries(executable)
  if (still.length > 0) {
    throw new SetupError(`Electron still lacks ${still.join(', ')} after installing ${packages.join(' ')}`, {
      hint: 'Install the packages that hold them.',
    })
  }
}

/** What tests of runs on other machines start on loopback ports, each for itself. */
const testServers = { 'openssh-server': '/usr/sbin/sshd', 'slurm-wlm': '/usr/sbin/slurmctld' }

/**
 * Installs the servers that tests start, on Debian-like systems where nobody minds: in CI, and as root where no service manager
 * would start them. Tests are skipped by name without them, so a failure is only told.
 */
export function ensureTestServers() {
  const startsServices = existsSync('/run/systemd/system') || process.getuid?.() !== 0
  if (process.platform !== 'linux' || (startsServices && !process.env.CI)) return
  const missing = Object.entries(testServers).filter(([, program]) => !existsSync(program))
  const prefix = missing.length > 0 && onPath('apt-get') ? privilege() : null
  if (prefix === null) return
  try {
    aptInstall(
      prefix,
      missing.map(([name]) => name),
    )
  } catch (error) {
    note(`tests that need ${missing.map(([name]) => name).join(' and ')} are skipped: ${error.message}`)
  }
}

/** Sonames that the dynamic linker does not find. */
function missingLibraries(executable) {
  const { stdout } = spawnSync('ldd', [executable], { encoding: 'utf8' })
  return [...(stdout ?? '').matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1])
}

/** The words before a command that needs root; null when it cannot be had without asking. */
function privilege() {
  if (process.getuid() === 0) return []
  const sudo = onPath('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0
  return sudo ? ['sudo', '-n'] : null
}

function aptInstall(prefix, packages) {
  const apt = (...args) => {
    const [command, ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args]
    try {
      execFileSync(command, rest, { stdio: ['ignore', 'ignore', 'pipe'] })
    } catch (error) {
      const reason = String(error.stderr ?? error.message)
        .trim()
        .split('\n')
        .at(-1)
      throw new SetupError(`apt-get ${args[0]} failed: ${reason}`, {
        hint: `Run yourself: sudo apt-get update && sudo apt-get install -y ${packages.join(' ')}`,
      })
    }
  }
  note(`apt-get install ${packages.join(' ')} …`)
  apt('update', '-q')
  apt('install', '-y', '-q', '--no-install-recommends', ...packages.map(nameHere))
}

/** Debian 13 and Ubuntu 24.04 renamed the libraries that changed with the 64-bit clock. */
function nameHere(name) {
  const renamed = `${name}t64`
  const known = spawnSync('apt-cache', ['show', renamed], { stdio: 'ignore' }).status === 0
  return known ? renamed : name
}

function onPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)))
}
