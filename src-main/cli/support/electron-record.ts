import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { DoctorReport } from '#shared/schemas/doctor.ts'
import { cacheDirectory } from '../../tensorflow/layout.ts'

const recordSchema = z.object({ executablePath: z.string(), version: z.string(), declared: z.string() })

/** The Electron that the set-up found or downloaded; null without one. */
export function electronRecord(): DoctorReport['electron'] {
  try {
    const text = readFileSync(join(cacheDirectory(), 'electron.json'), 'utf8')
    const { executablePath: path, version, declared } = recordSchema.parse(JSON.parse(text))
    return { version, path, declared }
  } catch {
    return null
  }
}
