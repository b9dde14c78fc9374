/** The part of the set-up that fetches Electron and what it needs of the system. */
import { installElectron } from './lib/install-electron.mjs'
import { fail, note } from './lib/report.mjs'
import { ensureSystemPackages, ensureTestServers } from './lib/system-packages.mjs'

try {
  const { executablePath, version, declared, source } = await installElectron()
  note(`Electron ${version} is installed${source === 'stand-in' ? `, in place of ${declared}` : ''}`)
  ensureSystemPackages({ executable: executablePath, withXvfb: process.argv.includes('--xvfb') })
  // After the other packages, since apt installs for one at a time.
  if (process.argv.includes('--test-servers')) ensureTestServers()
} catch (error) {
  fail(error)
}
