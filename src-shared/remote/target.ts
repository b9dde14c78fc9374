import { z } from 'zod'

/** Name of a target: what the user types after `--on`. */
export const targetNameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/)

/** How OpenSSH reaches the machine, as the user would type it: a `Host` of its configuration, or `user@machine`. */
const sshHost = z.string().regex(/^[^\s-][^\s]*$/)
/** The folder there that holds Flowerbed, its datasets and runs. A leading `~/` is the home folder. */
const folder = z
  .string()
  .regex(/^(~\/|\/)[^\n'"]*$/)
  .default('~/.flowerbed')

export const slurmOptionsSchema = z.object({
  partition: z.string().optional(),
  account: z.string().optional(),
  /** Time limit of a job, minutes; the run goes on in another job after it. */
  minutes: z.int().positive().optional(),
  gpus: z.int().nonnegative().default(0),
  cpus: z.int().positive().optional(),
  memoryMiB: z.int().positive().optional(),
  /** Further options of sbatch, as `--constraint=a100`. */
  extra: z.array(z.string().regex(/^--?[A-Za-z][^\n]*$/)).default([]),
})
export type SlurmOptions = z.infer<typeof slurmOptionsSchema>

/** Another machine, or a cluster, that trains runs. */
export const targetSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ssh'), name: targetNameSchema, host: sshHost, folder }),
  z.object({
    kind: z.literal('slurm'),
    name: targetNameSchema,
    /** The login node; null where this machine is one. */
    host: sshHost.nullable(),
    folder,
    slurm: slurmOptionsSchema,
  }),
  z.object({
    kind: z.literal('sky'),
    name: targetNameSchema,
    folder,
    /** Resources of SkyPilot's task file, as `{ accelerators: 'A100:1' }`. */
    resources: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    /** Minutes without a run until the cluster is stopped. */
    idleMinutes: z.int().positive().default(10),
  }),
])
export type Target = z.infer<typeof targetSchema>

/** `key=value` as a resource of SkyPilot's task file; null for what is no such pair. */
export function parseResource(text: string): { key: string; value: string | number | boolean } | null {
  const [, key, value] = /^([A-Za-z_]\w*)=(.+)$/.exec(text) ?? []
  if (key === undefined || value === undefined) return null
  if (value === 'true' || value === 'false') return { key, value: value === 'true' }
  return { key, value: /^\d+(\.\d+)?$/.test(value) ? Number(value) : value }
}
