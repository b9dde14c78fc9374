import type { RemoteHost, TransferProgress } from './remote-host.ts'

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

/** Where on a target something is installed. */
export interface PlaceThere {
  host: RemoteHost
  /** Flowerbed's folder there, absolute. */
  folder: string
  /** Such as `linux-x64`. */
  platform: string
}

/** Flowerbed on a target. */
export interface InstalledProgram extends PlaceThere {
  /** The digest of its files. */
  version: string
  /** Starts the agent in the shell there; its command and arguments follow. */
  command: string
}
