export const root: string
export function cacheDirectory(env?: NodeJS.ProcessEnv): string
