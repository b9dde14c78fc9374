import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { controlRequestSchema } from '#shared/remote/protocol.ts'
import type { ControlRequest } from '#shared/remote/protocol.ts'
import { write } from './job-file.ts'
import { controlFolder } from './run-folder.ts'
import type { RunFolder } from './run-folder.ts'

/** A waiting request: it is meant for one launch, and no later one carries it out. */
const controlFileSchema = z.object({ launchId: z.string(), request: controlRequestSchema })

/** The last name that this process gave. */
let lastName = 0

/** Leaves a request for the process that trains. @throws FlowerbedError `no-space` and others that name the file */
export async function leaveControl(
  run: RunFolder,
  { launchId, request }: { launchId: string; request: ControlRequest },
): Promise<void> {
  const folder = controlFolder(run)
  await mkdir(folder, { recursive: true })
  // In the order of their names; two of one millisecond come one after the other as well.
  lastName = Math.max(Date.now(), lastName + 1)
  const name = `${String(lastName).padStart(15, '0')}-${randomBytes(4).toString('hex')}.json`
  await write(join(folder, name), JSON.stringify({ launchId, request }))
}

/**
 * Takes the requests that wait for a launch, oldest first. Each is removed before it is handed out, so that none is carried
 * out twice; what is left of other launches, or cannot be read, is removed as well.
 */
export async function takeControls(run: RunFolder, launchId: string): Promise<ControlRequest[]> {
  const folder = controlFolder(run)
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^[^.].*\.json$/.test(name))
  const requests: ControlRequest[] = []
  for (const name of names.sort()) {
    const path = join(folder, name)
    const parsed = controlFileSchema.safeParse(await readJson(path))
    await rm(path, { force: true })
    if (parsed.success && parsed.data.launchId === launchId) requests.push(parsed.data.request)
  }
  return requests
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown
  } catch {
    return null
  }
}
