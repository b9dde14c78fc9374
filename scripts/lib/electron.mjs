import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from './paths.mjs'

/** What the set-up found out about Electron, for everything that starts it. */
export const electronRecordFile = (cache = cacheDirectory()) => join(cache, 'electron.json')

/**
 * The Electron to start and the arguments that go before the app's folder.
 * @returns {{executablePath: string, args: string[], version: string, declared: string, source: 'given' | 'release' | 'stand-in'}}
 */
export function electronToLaunch() {
  let record
  try {
    record = JSON.parse(readFileSync(electronRecordFile(), 'utf8'))
  } catch {
    throw new Error('Electron is not set up yet. Run `npm run setup`.')
  }
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0
  return {
    ...record,
    args: [...(asRoot ? ['--no-sandbox'] : []), ...(hasGraphicsCard() ? [] : ['--disable-gpu'])],
  }
}

/** Whether there is something for Chromium's GPU process to use; without it, it only fails noisily. */
function hasGraphicsCard() {
  if (process.platform !== 'linux') return true
  try {
    return readFileSync('/proc/devices', 'utf8').includes(' drm')
  } catch {
    return false
  }
}
