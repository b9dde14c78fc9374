import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Does `work` while no other process of this machine holds the same lock file. A lock whose holder has died counts
 * as free.
 */
export async function withLock(file, { onWait = () => {} }, work) {
  mkdirSync(dirname(file), { recursive: true })
  for (let told = false; !take(file);) {
    if (isStale(file)) {
      rmSync(file, { force: true })
      continue
    }
    if (!told) onWait()
    told = true
    await sleep(300)
  }
  const release = () => rmSync(file, { force: true })
  process.once('exit', release)
  try {
    return await work()
  } finally {
    process.removeListener('exit', release)
    release()
  }
}

function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function isStale(file) {
  try {
    const holder = Number(readFileSync(file, 'utf8'))
    // between creating the file and writing into it the holder is not yet known
    if (!holder) return Date.now() - statSync(file).mtimeMs > 10_000
    process.kill(holder, 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}
