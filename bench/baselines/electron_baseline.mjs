/**
 * The Electron baseline of `bench step --against electron`: starts the bundled step in a utility process, as the app
 * starts its engine, and forwards requests (a line on stdin) and answers (a line on stdout).
 *
 *     electron electron_baseline.mjs out/bench/electron-step.js '{"network":"small-unets", …}'
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
