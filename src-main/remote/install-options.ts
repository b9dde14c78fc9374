import type { TransferProgress } from './remote-host.ts'

/** The parts of an installation on a target. */
export type InstalledPart = 'program' | 'node' | 'tensorflow'

/** How a part came to be there: it was, through the target's network, or from here. */
export type InstallSource = 'there' | 'network' | 'here'

export interface InstallOptions {
  signal?: AbortSignal | undefined
  /** `total` is 0 where it is not known. */
  onProgress?: ((progress: TransferProgress & { part: InstalledPart }) => void) | undefined
  onInstalled?: ((part: InstalledPart, source: InstallSource) => void) | undefined
  env?: NodeJS.ProcessEnv | undefined
}
