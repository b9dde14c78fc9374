import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from './paths.mjs'

/** The set-up's record of the Electron to start. */
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
    args: [...(asRoot ? ['--no-sandbox'] : []), ...(hasGraphicsDevice() ? [] : ['--disable-gpu'])],
  }
}

/** Whether Chromium's GPU process has a device; without one it only logs errors. */
function hasGraphicsDevice() {
  if (process.platform !== 'linux') return true
  try {
    return readFileSync('/proc/devices', 'utf8').includes(' drm')
  } catch {
    return false
  }
}
