/** The progress of a transfer, in bytes. */
export interface TransferProgress {
  done: number
  total: number
}

/** A machine on which commands run and files lie: another one, by OpenSSH, or this one. */
export interface RemoteHost {
  /** As the user knows it, for messages. */
  readonly name: string
  /**
   * Runs a command of the POSIX shell there and answers what it printed.
   * @throws FlowerbedError `unavailable` where there is no connection, else with what the command said
   */
  run: (command: string, options?: RunOptions) => Promise<string>
  /** As `run`, with each line as it arrives. Ends when the command does. */
  lines: (command: string, options: RunOptions & { onLine: (line: string) => void }) => Promise<void>
  /**
   * Copies a file there, from where an earlier transfer of it ended; its name appears when its sha256 is right.
   * @throws FlowerbedError `no-space`, `unavailable`, `corrupt`
   */
  send: (from: string, to: string, options: TransferOptions) => Promise<void>
  /** Copies a file from there, in the same manner. */
  fetch: (from: string, to: string, options: TransferOptions) => Promise<void>
  /**
   * Copies small files from a folder there, all in one stream; see `fetchMany`.
   * @returns what became of each; one that is `large` is left to `fetch`
   * @throws FlowerbedError `unavailable`, `no-space`
   */
  fetchMany: (
    from: string,
    files: readonly FileToFetch[],
    options: { signal?: AbortSignal },
  ) => Promise<FetchedFile[]>
  close: () => Promise<void>
}

/** A file by its path below a folder there, with slashes and without line breaks. */
export interface FileToFetch {
  path: string
  to: string
  /** What it must be; else it is `other`, and nothing is written. */
  sha256?: string
}

export type FetchedFile = { state: 'here' | 'absent' | 'other' } | { state: 'large'; sha256: string }

export interface RunOptions {
  input?: string
  /** Without an end or, with `lines`, without a line for this long the connection counts as lost. */
  timeoutMs?: number
  signal?: AbortSignal
}

export interface TransferOptions {
  sha256?: string
  onProgress?: (progress: TransferProgress) => void
  signal?: AbortSignal
}

/** Quotes a word for the POSIX shell. */
export const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`
