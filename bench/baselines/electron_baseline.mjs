/**
 * Electron's side of `flowerbed bench step --against electron`: starts the bundle's bench process as the app starts its
 * engine, and passes on what it is asked (a line on stdin) and what it answers (a line on stdout).
 *
 *     electron electron_baseline.mjs out/main/bench.js '{"network":"small-unets", …}'
 */
import { app, utilityProcess } from 'electron'
import { createInterface } from 'node:readline'

// Not awaited: Electron is ready only after this module has been read.
app.whenReady().then(() => {
  const [module, asked] = process.argv.slice(-2)
  const child = utilityProcess.fork(module, [asked], { serviceName: 'Flowerbed bench' })
  child.on('message', (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`))
  child.on('exit', (code) => {
    process.stderr.write(`The utility process ended with code ${code}\n`)
    app.exit(1)
  })
  createInterface({ input: process.stdin })
    .on('line', (calls) => child.postMessage(Number(calls)))
    .on('close', () => app.exit(0))
})
