/** Called between blocks of work with the share that is done, in [0, 1]; awaited, and throws when cancelled. */
export type OnBlock = (share: number) => Promise<void>
