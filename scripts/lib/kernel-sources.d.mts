export function hashOfSources(folder: string): string
