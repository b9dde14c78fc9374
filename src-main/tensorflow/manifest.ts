import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { RuntimeVariant } from '#shared/schemas/doctor.ts'
import { resourceFolder } from '../files/resources.ts'
import { platformName } from './layout.ts'

/** A file inside a wheel: where its bytes are in the zip, and the hash of its content. */
const memberSchema = z.object({
  name: z.string(),
  /** Path in the runtime folder. */
  path: z.string(),
  offset: z.int(),
  /** Of the zip format: 0 stored, 8 deflated. */
  method: z.union([z.literal(0), z.literal(8)]),
  compressed: z.int(),
  bytes: z.int(),
  sha256: z.string(),
})
const wheelSchema = z.object({
  project: z.string(),
  file: z.string(),
  sha256: z.string().nullable(),
  bytes: z.int(),
  members: z.array(memberSchema),
})
const runtimeSchema = z.object({
  platform: z.string(),
  variant: z.enum(['cpu', 'cuda']),
  version: z.string(),
  /** Of a CUDA runtime: CUDA's major version, and the minimum compute capability of its kernels. */
  needs: z.object({ cuda: z.int(), computeCapability: z.number() }).optional(),
  wheels: z.array(wheelSchema),
})
const manifestSchema = z.object({ format: z.literal(1), runtimes: z.array(runtimeSchema) })

export type WheelMember = z.infer<typeof memberSchema>
export type PinnedWheel = z.infer<typeof wheelSchema>
export type PinnedRuntime = z.infer<typeof runtimeSchema>

/** The runtimes that can be installed from wheels on this platform, pinned by scripts/pin-runtime.mjs. */
export function pinnedRuntimes(platform = platformName): PinnedRuntime[] {
  const path = resourceFolder('tensorflow-runtime.json')
  const { runtimes } = manifestSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  return runtimes.filter((runtime) => runtime.platform === platform)
}

export function pinnedRuntime(variant: RuntimeVariant, platform = platformName): PinnedRuntime | undefined {
  return pinnedRuntimes(platform).find((runtime) => runtime.variant === variant)
}

/** Bytes to fetch for a runtime: the needed members, as they are compressed. */
export function downloadBytes(runtime: PinnedRuntime): number {
  return runtime.wheels.reduce((sum, wheel) => sum + wheelBytes(wheel), 0)
}

/** Bytes that a runtime takes once unpacked. */
export function unpackedBytes(runtime: PinnedRuntime): number {
  return runtime.wheels.reduce(
    (sum, { members }) => sum + members.reduce((all, { bytes }) => all + bytes, 0),
    0,
  )
}

export function wheelBytes(wheel: PinnedWheel): number {
  return wheel.members.reduce((sum, { compressed }) => sum + compressed, 0)
}
