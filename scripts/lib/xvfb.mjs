import { spawn } from 'node:child_process'

/**
 * Starts an X server without a screen on a free display number.
 * @returns {Promise<{display: string, stop: () => void}>}
 */
export function startXvfb() {
  return new Promise((resolve, reject) => {
    const screen = ['-screen', '0', '1600x1000x24', '-nolisten', 'tcp', '-displayfd', '3']
    const server = spawn('Xvfb', screen, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
    const stop = () => server.kill()
    process.once('exit', stop)
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`Xvfb ended with ${code}`)))
    server.stdio[3].once('data', (number) => resolve({ display: `:${String(number).trim()}`, stop }))
  })
}
