import type { InstallProgress, RuntimeVariant } from '#shared/schemas/doctor.ts'

export interface InstallOptions {
  variant: RuntimeVariant
  env?: NodeJS.ProcessEnv
  signal?: AbortSignal
  onProgress?: (progress: InstallProgress) => void
  /** Called once when it has to wait for another process that is installing. */
  onWait?: () => void
}
