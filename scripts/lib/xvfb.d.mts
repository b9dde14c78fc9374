export function startXvfb(): Promise<{ display: string; stop: () => void }>
